"""The expected result of the seed page, whatever its markup: reads it and returns the differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from scrapy.http import HtmlResponse

from portalcrawl.extraction.page import Page
from portalcrawl.items import Article, Teaser
from portalcrawl.loaders.article import load_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.teaser import load_teasers
from portalcrawl.profiles.catalog import Catalog
from support.seed.text import ADDRESS, AGENCIES, FETCHED, HOST, PLACES, Seed, SeedTeaser

CRAWL = CrawlContext(run="20251205T143000Z-abcdef", discovered_via="start")
PROFILE = Catalog().for_url(ADDRESS)


def page_of(markup: str) -> Page:
    """The page, fetched three days after the article."""
    date = format_datetime(FETCHED.astimezone(UTC), usegmt=True)
    response = HtmlResponse(ADDRESS, body=markup.encode(), headers={"Date": date}, encoding="utf-8")
    return Page(response, PROFILE)


def article_of(page: Page) -> Article:
    found = load_article(page, CRAWL)
    assert found, "no article"
    return found


def teasers_of(page: Page) -> dict[str, Teaser]:
    """The teasers by the id of their article."""
    return {each.teaser.article_id: each.teaser for each in load_teasers(page, CRAWL)}


def wanted_article(seed: Seed) -> dict[str, Any]:
    return {
        "id": "klamm:70N692f1ec7225c4700015d6402",
        "portal": "klamm",
        "canonical_url": ADDRESS,
        "headline": seed.headline,
        "kicker": None,
        "description": seed.lead,
        "article_body": "\n\n".join(seed.body),
        "date_published": "2025-12-02T18:15:00+01:00",
        "date_published_precision": "minute",
        "authors": [],
        "source": "InvestmentWeek",
        "agency": None,
        "dateline": None,
        "section": seed.trail.split(" / ")[0],
        "keywords": seed.trail.split(" / "),
        "comment_count": 0,
    }


def wanted_teaser(teaser: SeedTeaser) -> dict[str, Any]:
    return {
        "url": HOST + teaser.path,
        "headline": None if teaser.is_caption else teaser.title,
        "image_caption": teaser.title if teaser.is_caption else None,
        "kicker": None,
        "label": None,
        "snippet": teaser.snippet,
        "is_truncated": True,
        "comment_count": int(teaser.count),
        "date_published": teaser.when,
        "date_published_precision": teaser.precision,
        "agency": AGENCIES.get(teaser.index),
        "dateline": PLACES.get(teaser.index),
    }


def differences(found: object, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What *found* has instead of *wanted*."""
    return {name: getattr(found, name) for name, value in wanted.items() if getattr(found, name) != value}


def faults_of(markup: str, seed: Seed) -> list[str]:
    """All that differs from the seed, a line each."""
    page = page_of(markup)
    return [*_article_faults(page, seed), *_teaser_faults(page, seed)]


def _article_faults(page: Page, seed: Seed) -> Iterator[str]:
    if page.page_type != "article":
        yield f"kind: {page.page_type}"
    for name, value in differences(article_of(page), wanted_article(seed)).items():
        yield f"article {name}: {value!r}"


def _teaser_faults(page: Page, seed: Seed) -> Iterator[str]:
    found = teasers_of(page)
    if [*found] != [f"klamm:{teaser.native}" for teaser in seed.teasers]:
        yield f"teasers: {[*found]}"
    for teaser in seed.teasers:
        if (each := found.get(f"klamm:{teaser.native}")) is not None:
            for name, value in differences(each, wanted_teaser(teaser)).items():
                yield f"teaser {teaser.index} {name}: {value!r}"
