"""What is known of one portal, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portalcrawl import ids, urls
from portalcrawl.profiles.profile_hosts import netloc_of, stem_of, without_port
from portalcrawl.profiles.regular_expressions import Pattern
from portalcrawl.profiles.time_zones import zone_of
from portalcrawl.urls.hosts import stem_of_netloc

RenderMode = Literal["auto", "never", "always"]
RuleKind = Literal["css", "xpath", "text"]
MAX_PATH = 2000


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one value stands: a CSS selector, an XPath, or a regular expression over the visible lines."""

    kind: RuleKind
    expression: str
    written: str = field(default="", compare=False)
    """The expression as it stands in the profile, where it uses named patterns."""

    def __str__(self) -> str:
        return f"{self.kind}: {' '.join((self.written or self.expression).split())}"


FieldRules = Mapping[str, tuple[Rule, ...]]


@dataclass(frozen=True, slots=True)
class ArticleRules:
    """How to know and read an article page of the portal."""

    url: Pattern | None = None
    """Matched against the path of an address, then against path and query; its group ``id`` is the portal's
    own article id."""
    fields: FieldRules = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TeaserRules:
    """How to read one list of teasers; rules are relative to each match of the root."""

    block: str
    root: Rule
    fields: FieldRules = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RenderRules:
    """When and how a browser renders the portal's pages."""

    mode: RenderMode = "auto"
    wait_for: str | None = None
    consent: str | None = None
    click: str | None = None
    click_times: int = 0
    scroll: int = 0
    block_resources: tuple[str, ...] | None = None
    cookies: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Politeness:
    """How hard the portal may be crawled."""

    delay: float | None = None
    """Seconds between two requests to one host."""
    concurrency: int | None = None
    """Requests to one host at a time."""
    max_depth: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One portal: its own hosts, and what the generic reading can't know."""

    name: str
    hosts: tuple[str, ...]
    """``host`` or ``host:port``, lower case, without the default port."""
    description: str | None = None
    """A sentence for the one who reads the list of profiles."""
    generic: bool = False
    """True where no profile file exists and the host alone names the portal."""
    language: str | None = None
    timezone: ZoneInfo | None = None
    start_urls: tuple[str, ...] = ()
    search_url: str | None = None
    agencies: tuple[str, ...] = ()
    """Short names of agencies, in the spelling to give out, beside those that are known everywhere."""
    source_agencies: Mapping[str, str] = field(default_factory=dict)
    """Agency of the sources whose texts do not name it."""
    caption_over_snippet: bool = False
    """Whether a text that equals the alt text of a teaser's image is its caption rather than its headline."""
    patterns: Mapping[str, str] = field(default_factory=dict)
    """Parts of regular expressions that the rules use by name, as written."""
    article: ArticleRules = field(default_factory=ArticleRules)
    teasers: tuple[TeaserRules, ...] = ()
    render: RenderRules = field(default_factory=RenderRules)
    politeness: Politeness = field(default_factory=Politeness)
    recrawl_ages: tuple[int, ...] | None = None
    """Seconds after first storing at which an article is fetched again; None: as ``RECRAWL_AGES`` says."""
    stems: frozenset[str] = field(init=False, compare=False, repr=False)
    """``hosts`` without ``www.``, ``m.``, ``amp.`` ...: how their twins are known."""
    zone: tzinfo = field(init=False, compare=False, repr=False)
    """The portal's time zone: the profile's, else by the first host's country domain, else UTC."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stems", frozenset(map(stem_of_netloc, self.hosts)))
        object.__setattr__(self, "zone", self.timezone or zone_of(next(iter(self.hosts), ""), self.language))

    def owns(self, url: str) -> bool:
        """Whether *url* is on one of the portal's own hosts or a www, mobile or AMP twin of one.

        Never raises.
        """
        return stem_of(url) in self.stems

    def owns_named(self, url: str) -> bool:
        """Whether *url* is on a host of the portal, on whatever port: for a portal named by the user."""
        stem = stem_of(url)
        return stem is not None and without_port(stem) in {without_port(own) for own in self.stems}

    def with_origin(self, url: str) -> Profile:
        """Return this profile with the host and port of *url* among its hosts.

        :raises ValueError: where *url* is no http(s) address.
        """
        netloc = netloc_of(url)
        if netloc is None:
            raise ValueError(f"{url!r} is not an http(s) address")
        return self if netloc in self.hosts else replace(self, hosts=(*self.hosts, netloc))

    def native_id(self, url: str) -> str | None:
        """Return the portal's own article id in an address; None without a pattern or a match."""
        if self.article.url is None:
            return None
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        subjects = [parts.path, f"{parts.path}?{parts.query}"] if parts.query else [parts.path]
        found = (self.article.url.find(subject, "id") for subject in subjects if len(subject) <= MAX_PATH)
        return next((native for native in found if native), None)

    def is_article_url(self, url: str) -> bool:
        """Whether *url* names an article of the portal by the profile's pattern, else by the generic rule."""
        if not self.owns(url):
            return False
        return self.native_id(url) is not None if self.article.url else urls.looks_like_article(url)

    def article_id(self, canonical_url: str) -> str:
        """Return ``Article.id`` of the article at *canonical_url*."""
        native = self.native_id(canonical_url)
        return ids.article_id(self.name if native else urls.host_of(canonical_url), native, canonical_url)
