"""Builds records from the teasers of a page, with final ids, times and URLs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portalcrawl import dates, ids, urls
from portalcrawl.items import Teaser
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.text.datelines import read_dateline

if TYPE_CHECKING:
    from portalcrawl.dates import DateReading
    from portalcrawl.extraction.page import Page
    from portalcrawl.extraction.parts import TeaserParts


@dataclass(frozen=True, slots=True)
class KnownIds:
    """Article ids of URLs in the state."""

    ids: Mapping[str, str] = field(default_factory=dict)
    """Canonical URL to article id."""
    likely: frozenset[str] = frozenset()
    """URLs whose article is only likely, by an id in the URL; they are requested once to be sure."""


@dataclass(frozen=True, slots=True)
class LinkedTeaser:
    """A teaser, and the ids under which the crawl looks up its article and its state."""

    teaser: Teaser
    link_id: str
    """Article id under which the link is recorded: the teaser's, or if that is only likely, the URL's own."""
    is_likely: bool
    state_ids: frozenset[str]
    """Teaser ids under which the state may have been written: an article's id can differ from what its URL gives."""
    places: list[int] = field(default_factory=list)
    """Indexes in :attr:`Page.teasers` of the cards that show this state."""


def load_teasers(
    page: Page, crawl: CrawlContext, find_ids: Callable[[list[str]], KnownIds] | None = None
) -> list[LinkedTeaser]:
    """Return the teasers of *page*, each state once, in page order.

    *find_ids* returns the article ids of canonical URLs in the state. Links to one article under several spellings of
    its URL are one article. Ages (``vor 12 Minuten``) are relative to the page's fetch time; a teaser without a time
    gets none.
    """
    links = [urls.canonical_url(parts.url, page.profile.hosts) for parts in page.teasers]
    known = find_ids(sorted(set(links))) if find_ids else KnownIds()
    ids_by_key = {urls.url_key(url): article for url, article in known.ids.items()}
    teasers: dict[str, LinkedTeaser] = {}
    for index, (url, parts) in enumerate(zip(links, page.teasers, strict=True)):
        by_url = page.profile.article_id(url)
        article = known.ids.get(url) or ids_by_key.setdefault(urls.url_key(url), by_url)
        teaser = _load(parts, page, url, article)
        teaser.run = crawl.run
        is_likely = url in known.likely
        states = frozenset((teaser.id, _state_id(teaser, by_url)))
        linked = LinkedTeaser(teaser, by_url if is_likely else article, is_likely, states)
        teasers.setdefault(teaser.id, linked).places.append(index)
    return list(teasers.values())


def _state_id(teaser: Teaser, article: str) -> str:
    """Return the id of the teaser's state for the article with the id *article*."""
    state = (teaser.headline, teaser.kicker, teaser.snippet, teaser.label, teaser.comment_count)
    return ids.teaser_id(teaser.portal, article, state)


def _load(parts: TeaserParts, page: Page, url: str, article: str) -> Teaser:
    teaser = Teaser(
        portal=page.profile.name,
        article_id=article,
        url=url,
        headline=parts.headline,
        kicker=parts.kicker,
        snippet=parts.snippet,
        is_truncated=parts.is_truncated,
        comment_count=parts.comment_count,
        image_url=parts.image_url or None,
        image_caption=parts.image_caption,
        label=parts.label,
        block=parts.block,
        position=parts.position,
        found_on=page.canonical_url,
        date_fetched=page.fetched.isoformat(),
    )
    _add_time(teaser, parts, page)
    _add_dateline(teaser, page)
    teaser.id = _state_id(teaser, article)
    return teaser


def _add_time(teaser: Teaser, parts: TeaserParts, page: Page) -> None:
    """Set the time, from the attribute if there is one, since that is more exact than the text.

    The visible text is kept as ``date_published_raw`` even if it names no day (``19:00`` in a ticker).
    """
    teaser.date_published_raw = parts.date_text
    for raw in filter(None, (parts.date_attribute, parts.date_text)):
        reading = page.clock.parse(raw) or dates.parse_age(raw, now=page.fetched, zone=page.zone)
        if reading is not None:
            teaser.date_published = _in_portal_time(reading, page).isoformat()
            teaser.date_published_raw = raw
            teaser.date_published_precision = reading.precision
            return


def _in_portal_time(reading: DateReading, page: Page) -> datetime:
    """Return the time with the portal's UTC offset, if its zone is known; a day is returned unchanged."""
    return reading.when if page.zone is UTC or reading.precision == "day" else reading.when.astimezone(page.zone)


def _add_dateline(teaser: Teaser, page: Page) -> None:
    if teaser.snippet:
        dateline = read_dateline(teaser.snippet, page.profile.agencies)
        teaser.dateline, teaser.agency = dateline.place, dateline.agency
