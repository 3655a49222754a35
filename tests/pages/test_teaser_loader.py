"""From the teasers of a page to records."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from scrapy.http import HtmlResponse

from portalcrawl import ids
from portalcrawl.extraction.page import Page
from portalcrawl.items import Teaser
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.teaser import KnownIds, load_teasers
from portalcrawl.profiles.model import Profile

FETCHED = datetime(2025, 11, 5, 9, 0, 30, tzinfo=UTC)
CRAWL = CrawlContext(run="20251105T090000Z-abcdef")
PROFILE = Profile(name="kuestenbote", hosts=("www.kuestenbote.example",), timezone=ZoneInfo("Europe/Berlin"))
PAGE = "https://www.kuestenbote.example/region/?utm_source=x"
HAFEN = "https://www.kuestenbote.example/region/hafen-wird-tiefer-gegraben-481501.html"


def load(lists: str, known: dict[str, str] | None = None) -> list[Teaser]:
    body = f"<html><body>{lists}</body></html>".encode()
    page = Page(HtmlResponse(PAGE, body=body, encoding="utf-8"), PROFILE, fetched=FETCHED)
    return [each.teaser for each in load_teasers(page, CRAWL, lambda _: KnownIds(known or {}))]


def card(inner: str = "", address: str = HAFEN) -> str:
    return f"<article><h3><a href='{address}'>Hafen wird tiefer gegraben</a></h3>{inner}</article>"


def test_address_identity_and_origin() -> None:
    (teaser,) = load(card(address=HAFEN + "?utm_campaign=feed#kommentare"))
    assert teaser.url == HAFEN
    assert teaser.article_id == PROFILE.article_id(HAFEN)
    assert teaser.id == ids.teaser_id(
        "kuestenbote", teaser.article_id, ("Hafen wird tiefer gegraben", None, None, None, None)
    )
    assert teaser.found_on == "https://www.kuestenbote.example/region/"
    assert (teaser.portal, teaser.run) == ("kuestenbote", CRAWL.run)
    assert teaser.date_fetched == "2025-11-05T09:00:30+00:00"


def test_the_id_that_the_state_knows() -> None:
    (teaser,) = load(card(), {HAFEN: "kuestenbote:alt-4711"})
    assert teaser.article_id == "kuestenbote:alt-4711"
    assert teaser.id != load(card())[0].id


def test_ages_count_from_the_fetch() -> None:
    (teaser,) = load(card("<span>vor 12 Minuten</span>"))
    assert teaser.date_published == "2025-11-05T09:48:30+01:00"
    assert (teaser.date_published_raw, teaser.date_published_precision) == ("vor 12 Minuten", "minute")


def test_an_attribute_is_more_exact_than_its_text_and_told_in_the_portals_time() -> None:
    (teaser,) = load(card("<time datetime='2025-11-04T17:15:00Z'>gestern</time>"))
    assert teaser.date_published == "2025-11-04T18:15:00+01:00"
    assert teaser.date_published_raw == "2025-11-04T17:15:00Z"


def test_a_text_counts_where_the_attribute_is_no_time() -> None:
    (teaser,) = load(card("<time datetime='bald'>04.11.2025</time>"))
    assert (teaser.date_published, teaser.date_published_raw) == ("2025-11-04T00:00:00+01:00", "04.11.2025")
    assert teaser.date_published_precision == "day"


def test_no_time_is_no_guess() -> None:
    (teaser,) = load(card())
    assert teaser.date_published is None
    assert teaser.date_published_raw is None
    (clock,) = load(card("<span class='time'>07:15</span>"))
    assert (clock.date_published, clock.date_published_raw) == (None, "07:15")


def test_place_and_agency_of_the_snippet() -> None:
    (teaser,) = load(card("<p>Emden (dpa) - Der Hafen wird nun doch um zwei Meter vertieft […] (03)</p>"))
    assert (teaser.dateline, teaser.agency) == ("Emden", "dpa")
    assert teaser.snippet == "Emden (dpa) - Der Hafen wird nun doch um zwei Meter vertieft"
    assert teaser.is_truncated
    assert teaser.comment_count == 3


def test_each_state_once() -> None:
    other = card(address=HAFEN.replace("481501", "481502"))
    teasers = load(f"<div>{card()}{other}{card('<i>2 Kommentare</i>')}{other}{card()}</div>")
    assert [(teaser.url[-11:-5], teaser.comment_count) for teaser in teasers] == [
        ("481501", None),
        ("481502", None),
        ("481501", 2),
    ]
