"""The profiles of real publishers on real pages: what each is for comes out as the pages' known answers say."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from typing import Any

import pytest
from scrapy.http import HtmlResponse
from support.shared import SHARED

from portalcrawl.extraction.page import Page
from portalcrawl.items import Article
from portalcrawl.loaders.article import load_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.profiles.catalog import Catalog

pytestmark = pytest.mark.shared
PORTALS = ("boersen-zeitung", "kicker", "lto", "berliner-zeitung", "taz", "krautreporter")
WITH_KICKERS = ("lto", "taz")
"""Their answers are the titles for search engines: with the kicker, or in other words."""
CORPUS = SHARED / "corpus" / "articles"


def pages(portal: str) -> list[dict[str, Any]]:
    profile = Catalog().get(portal)
    assert profile
    with (CORPUS / "gold.jsonl").open(encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if profile.owns(row["url"])]


def article(row: dict[str, Any]) -> Article:
    body = gzip.decompress((CORPUS / f"{row['id']}.html.gz").read_bytes())
    response = HtmlResponse(row["url"], body=body, encoding="utf-8")
    found = load_article(Page(response, Catalog().for_url(row["url"])), CrawlContext(run="r"))
    assert found
    return found


@pytest.mark.parametrize("portal", PORTALS)
def test_a_real_profile(portal: str) -> None:
    rows = pages(portal)
    assert rows
    for row in rows:
        found = article(row)
        assert found.id.startswith(f"{portal}:")
        # The answers hold zero-width marks here and there.
        wanted = row["headline"].strip("\u200b ")
        assert found.headline == wanted or (portal in WITH_KICKERS and wanted.startswith(f"{found.kicker}: "))
        assert set(found.keywords) >= set(row["topics"] or ())
        assert found.date_published
        assert is_same_time(datetime.fromisoformat(found.date_published), datetime.fromisoformat(row["published_at"]))


def is_same_time(found: datetime, wanted: datetime) -> bool:
    """To the minute; a time without a zone is the portal's own."""
    here = wanted if wanted.tzinfo else wanted.replace(tzinfo=found.tzinfo)
    return abs((found - here).total_seconds()) < 60
