"""A response read through a profile: each part is read once, when first asked for, from one parsed tree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lxml import etree

from portalcrawl import urls
from portalcrawl.extraction.article.publication_dates import Clock
from portalcrawl.extraction.article.visible_article import Declared, dated, read_body
from portalcrawl.extraction.declared import json_ld, meta_tags
from portalcrawl.extraction.declared.linked_data import from_microdata, publisher_names, read_linked_data
from portalcrawl.extraction.declared.microdata import read_microdata
from portalcrawl.extraction.dom import tree
from portalcrawl.extraction.dom.layout import Layout, read_layout
from portalcrawl.extraction.dom.walk import Walk, walk_page
from portalcrawl.extraction.page_teasers import TeaserReading, read_teasers
from portalcrawl.extraction.page_type import decide_page_type
from portalcrawl.extraction.parts import ArticleParts, PageType, TeaserParts
from portalcrawl.extraction.rights import read_rights
from portalcrawl.extraction.rules.profile_rules import read_article
from portalcrawl.profiles.time_zones import language_of_script, zone_of
from portalcrawl.text.normalize import language_tag
from portalcrawl.text.titles import own_title
from portalcrawl.vocabulary.date_words import MONTH_FIRST_REGIONS

if TYPE_CHECKING:
    from lxml.etree import _Element
    from scrapy.http import Response

    from portalcrawl.profiles.model import Profile


_SECOND_LEVEL = frozenset(("ac", "co", "com", "gov", "net", "org"))
"""Labels that registries use as a second level under country domains (the ``co`` of ``seenbote.co.uk``)."""
LONGEST_SITE_NAME = 60
"""In characters. Some pages declare their headline as the site's name."""
WRONG_CLOCK = timedelta(days=1)
"""How far a server's clock may be ahead of the crawler's; a later Date header is ignored."""
LONGEST_PAST = timedelta(days=3653)
"""How far it may be behind: caches and archives serve old pages, but a clock that was never set starts in 1970."""


class Page:
    """One page of a portal."""

    def __init__(self, response: Response, profile: Profile, *, fetched: datetime | None = None) -> None:
        self.response = response
        self.profile = profile
        self.url: str = response.url
        self.fetched: datetime = fetched or fetch_time(response)
        """When the page was fetched, aware, UTC: see :func:`fetch_time`."""

    @cached_property
    def _parsed(self) -> tuple[_Element | None, str | None]:
        try:
            return tree.parse(self.response), None
        except tree.TooComplexError:
            return None, "too_complex"

    @property
    def is_html(self) -> bool:
        """Whether the response has HTML that could be parsed."""
        return self._parsed[0] is not None

    @property
    def refusal(self) -> str | None:
        """Why the page could not be parsed: ``too_complex``, or None."""
        return self._parsed[1]

    @cached_property
    def _tree(self) -> _Element:
        parsed = self._parsed[0]
        return etree.Element("html") if parsed is None else parsed

    @property
    def root(self) -> _Element:
        """The parsed tree with invisible elements marked as ``hidden``; an empty ``html`` element without HTML.

        All readers share it and must not change it.
        """
        _ = self.walk  # it marks them
        return self._tree

    @cached_property
    def base_url(self) -> urls.BaseUrl:
        """The address that links are resolved against: the page's own, or its ``base`` element's."""
        own = urls.BaseUrl(self.url, getattr(self.response, "encoding", "utf-8"))
        base = next(self._tree.iter("base"), None)
        declared = None if base is None else urls.absolute(own, base.get("href") or "")
        return urls.BaseUrl(declared, own.charset) if declared else own

    @cached_property
    def canonical_url(self) -> str:
        """The page's rel=canonical if that is the same article of the portal, else its own URL, canonicalized."""
        own, declared = urls.canonical_url(self.url, self.profile.hosts), self.declared_url
        return declared if declared and urls.same_article(own, declared) else own

    @cached_property
    def declared_url(self) -> str | None:
        """The page's rel=canonical if it is a URL of the portal, even if it names another page."""
        declared = self._canonical_link
        if declared is None or not self.profile.owns(declared):
            return None
        return urls.canonical_url(declared, self.profile.hosts)

    @cached_property
    def _canonical_link(self) -> str | None:
        return urls.absolute(self.base_url, tree.canonical_link(self._tree) or "")

    @cached_property
    def json_ld(self) -> list[json_ld.Node]:
        """The nodes of the page's JSON-LD."""
        return json_ld.read_nodes(self.root)

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """The page's meta tags by name."""
        return meta_tags.read_meta(self.root)

    @cached_property
    def title(self) -> str | None:
        """Text of the title element."""
        return meta_tags.title_of(self.root)

    @cached_property
    def walk(self) -> Walk:
        """What readers see of the page; empty if the page could not be parsed."""
        return walk_page(self._tree, self.base_url)

    @cached_property
    def layout(self) -> Layout:
        """The visible page as lines of text in boxes."""
        return read_layout(self.walk)

    @cached_property
    def home_names(self) -> tuple[str, ...]:
        """The text of the link to the home page, if the title contains it too; at most one name."""
        name = meta_tags.home_name(self.root, self.title or "")
        return (name,) if name else ()

    @cached_property
    def site_names(self) -> tuple[str, ...]:
        """Names of the site and its publisher from meta tags, JSON-LD, the home link and the host."""
        host = urls.host_of(self.url)
        labels = [part for part in host.split(".")[:-1] if part not in _SECOND_LEVEL] or [host]
        declared = (*meta_tags.site_names(self.meta), *publisher_names(self.json_ld), *self.home_names)
        names = (*(name for name in declared if len(name) <= LONGEST_SITE_NAME), host)
        return tuple(dict.fromkeys((*names, labels[-1])))

    @cached_property
    def zone(self) -> tzinfo:
        """Time zone for times without one: the portal's, else the one of the page's language and country."""
        if self.profile.timezone or self.profile.zone is not UTC:
            return self.profile.zone
        return zone_of("", self._language or language_of_script(self.title or ""))

    @property
    def _language(self) -> str:
        """The declared language of the page as a BCP 47 tag; empty if there is none."""
        return language_tag(self.metadata.in_language or "") or ""

    @cached_property
    def clock(self) -> Clock:
        """Reads the times on the page."""
        locale = "" if "-" in self._language else language_tag(next(iter(self.meta.get("og:locale", ())), ""))
        is_american = (locale or self._language).endswith(MONTH_FIRST_REGIONS)
        return Clock(self.fetched, self.zone, month_first=is_american)

    @cached_property
    def rights(self) -> dict[str, Any]:
        """Opt-out signals of the page; see :func:`read_rights`."""
        return read_rights(self.response, self.meta, self.fetched)

    @cached_property
    def rules(self) -> ArticleParts:
        """What the profile's rules find."""
        return read_article(self.root, self.profile, self.base_url)

    @cached_property
    def linked_data(self) -> ArticleParts:
        """What JSON-LD declares, completed from microdata if the article, its date or its authors are missing there."""
        found = read_linked_data(self.json_ld, self.url)
        is_article = any(map(json_ld.is_article, self.json_ld))
        if is_article and found.date_published and (found.authors or found.source):
            return found
        declared = from_microdata(read_microdata(self.root), self.base_url)
        first, second = (found, declared) if is_article else (declared, found)
        if first.date_published is None:
            first.date_published, first.date_modified = second.date_published, second.date_modified
        first.authors, first.images = first.authors or second.authors, first.images or second.images
        first.section = first.section or second.section
        return first

    @cached_property
    def metadata(self) -> ArticleParts:
        """What meta tags declare."""
        return meta_tags.read_metadata(self.meta, self.root, self.base_url)

    @cached_property
    def declared(self) -> Declared:
        """What the page declares about its article; the reading of the visible page relies on it."""
        parts = (self.linked_data, self.metadata)
        titles = (*(part.headline for part in parts), self.title)
        return Declared(
            titles=tuple(own for title in titles if title and (own := own_title(title, self.site_names))),
            descriptions=tuple(part.description or "" for part in parts),
            dated=dated(self.linked_data, self.metadata),
            authors=tuple(name for part in parts for name in part.authors or ()),
            url=self.base_url,
        )

    @cached_property
    def body(self) -> ArticleParts:
        """What the generic reading finds on the visible page."""
        return read_body(self.layout, self.declared, self.clock)

    @cached_property
    def teasers(self) -> list[TeaserParts]:
        """Links to other articles of the portal, in page order."""
        return self.teaser_reading.teasers

    @cached_property
    def teaser_reading(self) -> TeaserReading:
        """The teasers, the blocks of :attr:`walk` that belong to each, and why other links are not teasers."""
        return read_teasers(self.walk, self.profile, self.root, self._canonical_link)

    @property
    def page_type(self) -> PageType:
        """Whether this is an article, a list of articles (front page, section, search) or something else."""
        return self._page_type[0]

    @property
    def page_type_reasons(self) -> tuple[str, ...]:
        """The reasons for :attr:`page_type`."""
        return self._page_type[1]

    @cached_property
    def _page_type(self) -> tuple[PageType, tuple[str, ...]]:
        return decide_page_type(self)


def header(response: Response, name: str) -> str | None:
    """Return the value of a header of *response*; None without it."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def fetch_time(response: Response) -> datetime:
    """Return the time in the Date header of *response* (RFC 9110 6.6.1) if it is plausible, else now; aware, UTC."""
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        when = parsedate_to_datetime(header(response, "Date") or "").replace(tzinfo=UTC)
        return when if now - LONGEST_PAST <= when <= now + WRONG_CLOCK else now
    except (ValueError, TypeError, OverflowError):
        return now
