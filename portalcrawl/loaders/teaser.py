"""Make records of the teasers found on a page: ids, times and URLs are final here."""

from __future__ import annotations

from collections.abc import Mapping
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


def load_teasers(page: Page, crawl: CrawlContext, known: Mapping[str, str]) -> list[Teaser]:
    """Return the teasers of *page*, each state once, in page order.

    *known* maps canonical URLs to the ids of articles that the state knows. Several spellings of one URL are one
    article. Ages (``vor 12 Minuten``) count from the time the page was fetched; a teaser without a time gets none.
    """
    teasers: dict[str, Teaser] = {}
    fetched = page.fetched.isoformat()
    ids_by_key = {urls.address_key(url): article for url, article in known.items()}
    for parts in page.teasers:
        teaser = _load(parts, page, known, ids_by_key)
        teaser.run, teaser.date_fetched = crawl.run, fetched
        teasers.setdefault(teaser.id, teaser)
    return list(teasers.values())


def _load(parts: TeaserParts, page: Page, known: Mapping[str, str], ids_by_key: dict[str, str]) -> Teaser:
    profile = page.profile
    url = urls.canonical_url(parts.url, profile.hosts)
    teaser = Teaser(
        portal=profile.name,
        article_id=known.get(url) or ids_by_key.setdefault(urls.address_key(url), profile.article_id(url)),
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
    )
    _add_time(teaser, parts, page)
    _add_dateline(teaser, page)
    state = (teaser.headline, teaser.kicker, teaser.snippet, teaser.label, teaser.comment_count)
    teaser.id = ids.teaser_id(profile.name, teaser.article_id, state)
    return teaser


def _add_time(teaser: Teaser, parts: TeaserParts, page: Page) -> None:
    """Add the time, of the attribute if there is one, since that is more exact than the text.

    The visible text is kept as ``date_published_raw`` even if it names no day (``19:00`` in a ticker).
    """
    teaser.date_published_raw = parts.date_text
    for raw in (parts.date_attribute, parts.date_text):
        reading = dates.parse_date(raw, now=page.fetched, zone=page.zone) if raw else None
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
