"""Fields of a record that are not read from the page: ids, hashes, fields of the crawl; and the source of each
field."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from scrapy.http import HtmlResponse

from portalcrawl.extraction.page import Page, fetch_time
from portalcrawl.ids import content_hash
from portalcrawl.items import Article
from portalcrawl.loaders.article import add_announced, load_article, read_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.field_reasons import decisions
from portalcrawl.profiles.catalog import generic_profile
from portalcrawl.storage.discovered import EntryRecord

URL = "https://www.seenbote.example/stadt/altes-rathaus-wird-saniert-301200.html"
FETCHED = datetime(2025, 12, 5, 20, 0, tzinfo=UTC)
CRAWL = CrawlContext("20251205T200000Z-abcdef", depth=2, discovered_via="teaser", found_on=f"{URL}?x=1", rendered=True)
TEXT = "Der Rat der Stadt hat am Mittwoch beschlossen, das alte Rathaus am Markt für zwölf Millionen Euro zu sanieren."
MARKUP = f"""<html lang="de"><head><meta property="og:title" content="Rathaus wird saniert">
<script type="application/ld+json">{{"@type": "NewsArticle", "author": "Ada Schreiber"}}</script></head>
<body><article><h1>Rathaus wird saniert</h1><div>02.12.2025, 18:15 Uhr</div><p>{TEXT}</p></article></body></html>"""


def page_of(markup: str, **headers: str) -> Page:
    response = HtmlResponse(URL, body=markup.encode(), encoding="utf-8", headers=headers)
    return Page(response, generic_profile(URL), fetched=None if headers else FETCHED)


@pytest.fixture
def article() -> Article:
    found = load_article(page_of(MARKUP), CRAWL)
    assert found
    return found


def test_the_record_has_the_fields_of_the_crawl(article: Article) -> None:
    assert (article.run, article.depth, article.rendered) == (CRAWL.run, 2, True)
    assert (article.discovered_via, article.found_on) == ("teaser", f"{URL}?x=1")
    assert article.date_fetched == "2025-12-05T20:00:00+00:00"


def test_it_has_an_identity(article: Article) -> None:
    assert (article.portal, article.url, article.canonical_url) == ("seenbote.example", URL, URL)
    assert article.id.startswith("seenbote.example:")
    assert article.word_count == len(TEXT.split())
    assert article.content_hash == content_hash(("Rathaus wird saniert", None, None, TEXT))


def test_sources_are_remembered() -> None:
    sources = read_article(page_of(MARKUP)).sources
    assert sources["authors"] == "json-ld"
    assert sources["headline"] == sources["article_body"] == sources["date_published"] == "page"
    assert set(sources) <= {field.name for field in fields(Article)}


def test_an_address_can_be_a_source() -> None:
    response = HtmlResponse("https://www.seenbote.example/2025/12/02/rathaus", body=b"<html><h1>Rathaus</h1></html>")
    assert read_article(Page(response, generic_profile(URL), fetched=FETCHED)).sources["date_published"] == "url"


@pytest.mark.parametrize("markup", ["<html></html>", "<html><body><img src='a.jpg'></body></html>"])
def test_no_article_without_headline_and_text(markup: str) -> None:
    assert load_article(page_of(markup), CRAWL) is None


def test_times_count_from_the_responses_date() -> None:
    page = page_of("<html><h1>Rat</h1></html>", Date="Fri, 05 Dec 2025 20:00:00 GMT")
    assert page.fetched == FETCHED
    assert page_of("<html></html>", Date="-0000 nonsense").fetched.tzinfo is UTC


def test_a_date_header_without_zone_is_utc() -> None:
    response = HtmlResponse(URL, headers={"Date": "Fri, 05 Dec 2025 20:00:00 -0000"})
    assert fetch_time(response) == FETCHED


def test_one_tree_serves_all_parts() -> None:
    page = page_of(MARKUP)
    root = page.root
    assert page.body.body == (TEXT,)
    assert page.layout.boxes[0].element.getroottree().getroot() is root
    assert page.root is root


def test_candidates_are_kept_in_order_of_trust() -> None:
    loader = read_article(page_of(MARKUP.replace("<head>", '<head><meta name="date" content="2025-12-02">')))
    found = [(each.source, each.value) for each in loader.candidates["date_published"]]
    assert found == [("page", "2025-12-02T18:15:00+01:00"), ("meta", "2025-12-02T00:00:00+01:00")]
    decided = decisions("date_published", loader.candidates["date_published"])
    assert [(each.reason, each.chosen) for each in decided] == [
        ("source-weight: from page, 2.5 with those that agree on the day", True),
        ("less-weight: meta, 2.5 with those that agree on the day", False),
    ]


ENTRY = EntryRecord(
    "seenbote.example", "x", "news_sitemap", "Rathaus: Sanierung beginnt", "2025-12-01T08:00:00+01:00", "minute"
)


def test_values_of_a_feed_fill_only_fields_that_the_page_lacks() -> None:
    found = load_article(page_of(MARKUP), CRAWL)
    assert found
    before = replace(found)
    assert not add_announced(found, ENTRY)
    assert found == before


def test_headline_and_date_of_a_feed_fill_what_the_page_lacks() -> None:
    bare = page_of(f'<html lang="de"><body><article><p>{TEXT}</p><p>{TEXT}</p></article></body></html>')
    found = load_article(bare, CRAWL)
    assert found
    assert add_announced(found, ENTRY)
    assert (found.headline, found.date_published, found.date_published_raw) == (
        ENTRY.title,
        ENTRY.published,
        ENTRY.published,
    )
    assert found.content_hash == content_hash((ENTRY.title, None, found.description, found.article_body))
