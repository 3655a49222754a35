"""Data classes for a portal's profile."""

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
RuleType = Literal["css", "xpath", "text"]
MAX_PATH = 2000


@dataclass(frozen=True, slots=True)
class Rule:
    """How a value is found: by a CSS selector, an XPath, or a regular expression on the visible lines."""

    type: RuleType
    expression: str
    written: str = field(default="", compare=False)
    """A text rule as written in the profile, with names of patterns not yet replaced."""

    def __str__(self) -> str:
        return f"{self.type}: {' '.join((self.written or self.expression).split())}"


FieldRules = Mapping[str, tuple[Rule, ...]]


@dataclass(frozen=True, slots=True)
class ArticleRules:
    """How to recognize and read an article page of the portal."""

    url: Pattern | None = None
    """Matched against the path of a URL, then against path and query; its group ``id`` is the portal's own article
    id."""
    fields: FieldRules = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TeaserRules:
    """How to read one list of teasers; the rules of fields are applied to each match of the root."""

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
    """Limits of the crawl."""

    delay: float | None = None
    """Seconds between two requests to one host."""
    concurrency: int | None = None
    """Concurrent requests to one host."""
    max_depth: int | None = None


Places = Literal["auto"] | tuple[str, ...] | None
"""Where feeds or sitemaps are: ``auto`` (linked by start pages, listed in robots.txt) or these URLs; None: they are
not requested."""


@dataclass(frozen=True, slots=True)
class DiscoveryRules:
    """Which feeds and sitemaps are read for links to articles."""

    feeds: Places = None
    sitemaps: Places = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Data about one portal: its hosts, and what can't be detected from its pages."""

    name: str
    hosts: tuple[str, ...]
    """``host`` or ``host:port``, lower case, without the default port."""
    description: str | None = None
    """One sentence for the list of profiles."""
    generic: bool = False
    """Whether the portal has no profile file, so that its name is the host."""
    language: str | None = None
    timezone: ZoneInfo | None = None
    start_urls: tuple[str, ...] = ()
    search_url: str | None = None
    agencies: tuple[str, ...] = ()
    """Short names of agencies as they are to be written, in addition to those known for all portals."""
    source_agencies: Mapping[str, str] = field(default_factory=dict)
    """Source -> agency, for sources whose texts do not name the agency."""
    caption_over_snippet: bool = False
    """Whether a teaser's text that equals the alt text of its image is a caption, not a headline."""
    patterns: Mapping[str, str] = field(default_factory=dict)
    """Named parts of regular expressions, as written in the profile."""
    article: ArticleRules = field(default_factory=ArticleRules)
    teasers: tuple[TeaserRules, ...] = ()
    render: RenderRules = field(default_factory=RenderRules)
    discovery: DiscoveryRules = field(default_factory=DiscoveryRules)
    politeness: Politeness = field(default_factory=Politeness)
    recrawl_ages: tuple[int, ...] | None = None
    """Seconds after first storing at which an article is fetched again; None: those of ``RECRAWL_AGES``."""
    stems: frozenset[str] = field(init=False, compare=False, repr=False)
    """``hosts`` without ``www.``, ``m.``, ``amp.`` ..., to compare them with other hosts."""
    zone: tzinfo = field(init=False, compare=False, repr=False)
    """``timezone`` if set, else the time zone derived from the first host and the language."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stems", frozenset(map(stem_of_netloc, self.hosts)))
        object.__setattr__(self, "zone", self.timezone or zone_of(next(iter(self.hosts), ""), self.language))

    def owns(self, url: str) -> bool:
        """Return whether *url* is on one of the hosts or its ``www.``, mobile or AMP twin. Never raises."""
        return stem_of(url) in self.stems

    def owns_named(self, url: str) -> bool:
        """Like :meth:`owns`, but for any port; for a portal that the user has named."""
        stem = stem_of(url)
        return stem is not None and without_port(stem) in {without_port(own) for own in self.stems}

    def with_origin(self, url: str) -> Profile:
        """Return this profile with host and port of *url* added to its hosts; ValueError if it is no http(s) URL."""
        netloc = netloc_of(url)
        if netloc is None:
            raise ValueError(f"{url!r} is not an http(s) URL")
        return self if netloc in self.hosts else replace(self, hosts=(*self.hosts, netloc))

    def native_id(self, url: str) -> str | None:
        """Return the portal's own article id in *url*; None if there is no pattern or it does not match."""
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
        """Return whether *url* is that of an article of the portal, by the profile's pattern or the generic rule."""
        if not self.owns(url):
            return False
        return self.native_id(url) is not None if self.article.url else urls.looks_like_article(url)

    def article_id(self, canonical_url: str) -> str:
        """Return ``Article.id`` of the article at *canonical_url*."""
        native = self.native_id(canonical_url)
        return ids.article_id(self.name if native else urls.host_of(canonical_url), native, canonical_url)
