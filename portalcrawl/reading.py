"""Reads one page into records, without a crawl: the module behind ``portalcrawl.read_page``."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from scrapy.http import Headers, HtmlResponse

from portalcrawl.extraction.page import Page
from portalcrawl.extraction.parts import PageType
from portalcrawl.items import Article, Teaser
from portalcrawl.loaders.article import ArticleLoader, make_article, read_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.field_reasons import decisions, reasons_of
from portalcrawl.loaders.teaser import LinkedTeaser, load_teasers
from portalcrawl.profiles.catalog import Catalog, generic_profile
from portalcrawl.profiles.model import Profile
from portalcrawl.profiles.profile_hosts import netloc_of

AUTO = "auto"
NO_CRAWL = CrawlContext(run="")
Header = str | bytes | Iterable[str | bytes]


@dataclass(frozen=True, slots=True)
class Reading:
    """The records of one page."""

    page_type: PageType
    """``article``, ``list`` (front page, section, search result) or ``other``."""
    article: Article | None = None
    """The article; None if the page is not an article."""
    teasers: list[Teaser] = field(default_factory=list)
    """Links to other articles of the portal, in page order."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Source of each field of the article: ``profile``, ``json-ld``, ``meta``, ``page`` (visible content) or ``url`` (a
    date in the URL). Fields derived from others (ids, counts, hashes) are left out."""
    why: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Reasons for ``page_type`` and for each field of the article that has a value, in the form ``<id>: <words>``:
    first for the value, then against other values on the page. The ids are in :mod:`portalcrawl.reasons`."""


def read_page(
    html: bytes | str,
    url: str,
    fetched: datetime | None = None,
    profile: str | None = AUTO,
    headers: Mapping[str, Header] | None = None,
) -> Reading:
    """Return the records of one page, fetched from *url*.

    It opens no connection, reads no file except the package's own data, and never raises because of a page's content.
    Python's garbage collector is paused meanwhile, since reading a page creates no reference cycles.

    :param html: the body. Bytes are decoded as in browsers (WHATWG HTML, "determining the character encoding"): by byte
        order mark, charset of the Content-Type header, or meta tag, else the charset is guessed.
    :param fetched: aware time of the fetch, from which ages (``2 hours ago``) are subtracted; None: the Date header,
        else now.
    :param profile: ``auto``: the built-in profile for the host of *url*, if there is one; a name: that built-in
        profile; None: no profile.
    :param headers: response headers. Content-Type, Date, X-Robots-Tag, TDM-Reservation, TDM-Policy, Content-Usage and
        Content-Signal are used.
    :raises ValueError: if *url* is not an http(s) URL, the profile does not exist, or *fetched* has no time zone.
    :raises TypeError: if *html* is neither bytes nor str.
    """
    if not isinstance(html, bytes | str):
        raise TypeError(f"html must be bytes or str, not {type(html).__name__}")
    if not isinstance(url, str) or netloc_of(url) is None:
        raise ValueError(f"{url!r} is not an http(s) URL")
    if fetched is not None and fetched.utcoffset() is None:
        raise ValueError(f"fetched must be an aware datetime, not {fetched!r}")
    response = HtmlResponse(url, headers=_headers(headers or {}), **_body(html))
    with no_garbage_collection():
        return read(Page(response, _profile(profile, url), fetched=fetched and fetched.astimezone(UTC)))


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Within the block, pause Python's garbage collector, which takes a tenth of the time needed to read a page.

    It would find nothing: all objects are used until the page has been read, and are then freed by reference counting.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read(page: Page, crawl: CrawlContext = NO_CRAWL) -> Reading:
    """Return the records of *page*; *crawl* has the values of fields that only a crawl knows."""
    loader = read_article(page) if page.page_type == "article" else None
    return make_reading(page, crawl, loader, load_teasers(page, crawl))


def make_reading(
    page: Page, crawl: CrawlContext, loader: ArticleLoader | None, teasers: Iterable[LinkedTeaser]
) -> Reading:
    """Return the records of *page*: *teasers*, and the article of *loader*, which is None if it is not an article."""
    article = make_article(loader, page, crawl) if loader else None
    found = [each.teaser for each in teasers]
    why = {"page_type": page.page_type_reasons}
    if loader is None or article is None:
        return Reading(page.page_type, None, found, {}, why)
    decided = {name: decisions(name, candidates) for name, candidates in loader.candidates.items()}
    why.update(reasons_of(decided, article))
    return Reading(page.page_type, article, found, loader.sources, why)


def _headers(given: Mapping[str, Header]) -> Headers:
    """Return *given* as Scrapy's headers. HTTP clients decode bytes that are not UTF-8 to lone surrogates."""
    found = {name: [value] if isinstance(value, str | bytes) else value for name, value in given.items()}
    return Headers({name: [_raw(value) for value in values] for name, values in found.items()})


def _raw(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def _body(html: bytes | str) -> dict[str, bytes | str]:
    """Return *html* as arguments of a response: text is encoded as UTF-8; for bytes, no charset is set."""
    if isinstance(html, bytes):
        return {"body": html}
    return {"body": html.encode("utf-8", "replace"), "encoding": "utf-8"}


def _profile(name: str | None, url: str) -> Profile:
    if name is None:
        return generic_profile(url)
    catalog = _catalog()
    if name == AUTO:
        return catalog.for_url(url)
    profile = catalog.get(name)
    if profile is None:
        raise ValueError(f"there is no profile {name!r}; there are {', '.join(catalog.names())}")
    return profile if profile.owns(url) else profile.with_origin(url)


@cache
def _catalog() -> Catalog:
    """Return the built-in profiles."""
    return Catalog()
