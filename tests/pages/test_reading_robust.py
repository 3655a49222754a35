"""Reading an article never raises, and its cost is proportional to the page's size, whatever the page contains."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from scrapy.http import HtmlResponse, Response, TextResponse, XmlResponse

from portalcrawl.extraction.page import Page
from portalcrawl.items import Article
from portalcrawl.loaders.article import load_article, read_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.profiles.catalog import generic_profile
from portalcrawl.schema import json_schema

URL = "https://www.portal.example/politik/ein-artikel-der-hier-steht-481500.html"
FETCHED = datetime(2025, 11, 5, 9, 0, tzinfo=UTC)
PROFILE = generic_profile(URL)
CRAWL = CrawlContext(run="20251105T090000Z-abcdef")
VALIDATOR = Draft202012Validator(json_schema("article"))
TAGS = (
    *("div", "p", "span", "a", "br", "h1", "h2", "li", "ul", "article", "main", "section", "header", "footer", "aside"),
    *(
        "nav",
        "figure",
        "figcaption",
        "img",
        "time",
        "table",
        "tr",
        "td",
        "form",
        "blockquote",
        "b",
        "noscript",
        "title",
    ),
)
NAMES = (
    *("teaser", "lead", "kicker", "author", "comments", "hidden", "sidebar-grid", "caption", "tags", "ad", "x" * 900),
    *("has-sidebar", "md:hidden", "newsletter", "byline", "paywall", "", "post type-post", "twitter-tweet"),
)
TEXTS = (
    *("Der Rat der Stadt hat am Mittwoch beschlossen, das alte Rathaus zu sanieren und den Markt neu zu pflastern.",),
    *(
        "Von Ada Muster",
        "02.12.2025, 18:15 Uhr",
        "Quelle: dpa",
        "Politik / Rat / Markt",
        "[3 Kommentare]",
        "N",
        "\u00ad",
    ),
    *("Berlin (dpa) - Der Rat tagt.", "Lesen Sie auch: Mehr", "© dpa", "Stand: 3.5.", "\u200b", "\x00", "\ud800", " "),
)
PROPERTIES = (
    *(
        "@type",
        "@graph",
        "@id",
        "headline",
        "author",
        "name",
        "datePublished",
        "articleBody",
        "image",
        "url",
        "keywords",
    ),
    *("publisher", "itemListElement", "isAccessibleForFree", "interactionStatistic", "commentCount"),
)
WORD = st.one_of(st.sampled_from(TEXTS), st.text(max_size=30))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORD),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(PROPERTIES),
            st.one_of(inner, st.just("NewsArticle")),
            max_size=6,
        ),
    ),
    max_leaves=12,
)


def page_of(body: bytes, *, kind: type[Response] = HtmlResponse, encoding: str | None = "utf-8") -> Page:
    extra = {"encoding": encoding} if encoding and issubclass(kind, TextResponse) else {}
    return Page(kind(URL, body=body, **extra), PROFILE, fetched=FETCHED)


def read(page: Page) -> Article | None:
    article = load_article(page, CRAWL)
    assert page.canonical_url
    assert set(read_article(page).sources.values()) <= {"json-ld", "meta", "page", "url"}
    if article is not None:
        assert article.headline or article.article_body
        assert list(VALIDATOR.iter_errors(asdict(article))) == []
    return article


@st.composite
def elements(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    tag = draw(st.sampled_from(TAGS))
    attributes = f' class="{escape(draw(st.sampled_from(NAMES)))}" id="{escape(draw(WORD))}"'
    if tag in ("a", "img", "time"):
        value = escape(draw(WORD))
        attributes += f' href="{value}" src="{value}" datetime="{value}" alt="{value}"'
    closing = draw(st.sampled_from((f"</{tag}>", "", "</div>", "<!--")))
    return f"<{tag}{attributes}>{''.join(draw(st.lists(inner, max_size=4)))}{closing}"


MARKUP = st.recursive(WORD.map(escape), elements, max_leaves=25)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=600), st.sampled_from(("utf-8", "cp1252", "utf-16", "ascii", None)))
def test_any_bytes(body: bytes, encoding: str | None) -> None:
    read(page_of(body, encoding=encoding))
    read(page_of(b"<html><body><p>" + body, encoding=encoding))


@settings(deadline=None, max_examples=250)
@given(MARKUP, st.lists(JSON, max_size=3), st.dictionaries(st.text(max_size=12), WORD, max_size=4))
def test_any_markup(markup: str, blocks: list[object], metas: dict[str, str]) -> None:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)
    tags = "".join(f'<meta property="{escape(name)}" content="{escape(value)}">' for name, value in metas.items())
    read(page_of(f"<html><head>{tags}{scripts}</head><body>{markup}".encode("utf-8", "replace")))


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet='{}[]",:\\/<!-CDATA*tp01 \n\t\x00', max_size=120), st.text(max_size=40))
def test_any_linked_data(soup: str, tail: str) -> None:
    for block in (soup, '{"@type": "NewsArticle", "headline": "' + soup + tail, '{"@type":"Article","author":' + soup):
        read(page_of(f'<html><script type="application/ld+json">{block}</script><p>x'.encode("utf-8", "replace")))


@pytest.mark.parametrize("body", [b"", b"   \n", b"\x00\x00\x01\x02binary", b"%PDF-1.7 x", b"\x89PNG\r\n"])
def test_no_html_has_no_tree(body: bytes) -> None:
    page = page_of(body)
    assert not page.is_html
    assert (load_article(page, CRAWL), page.linked_data.headline, page.metadata.headline) == (None, None, None)


@pytest.mark.parametrize("kind", [Response, TextResponse, XmlResponse])
def test_what_is_not_html_has_no_tree(kind: type[Response]) -> None:
    assert not page_of(b"<rss><channel><title>Der Rat tagt</title></channel></rss>", kind=kind).is_html


def test_html_of_another_type_is_read() -> None:
    page = page_of(b"<!DOCTYPE html><html><body><h1>Der Rat tagt</h1></body></html>", kind=TextResponse)
    article = load_article(page, CRAWL)
    assert article
    assert article.headline == "Der Rat tagt"


SENTENCE = "Der Rat der Stadt hat am Mittwoch beschlossen, das alte Rathaus zu sanieren. "
GROWING: dict[str, Callable[[int], str]] = {
    "deep": lambda size: "<div class='a'>" * size + SENTENCE + "</div>" * size,
    "deep inline": lambda size: "<p>" + "<b><i><span>" * size + SENTENCE,
    "paragraphs": lambda size: f"<p>{SENTENCE}</p>" * size,
    "breaks": lambda size: f"<div>{f'{SENTENCE}<br>' * size}</div>",
    "cards": lambda size: f"<div class='c'><a href='/a'>Ein Titel, der lang ist</a><p>{SENTENCE}</p></div>" * size,
    "headings": lambda size: "<h1>Der Rat tagt im Rathaus</h1>" * size,
    "articles": lambda size: f"<article><h1>Der Rat tagt</h1><p>{SENTENCE * 4}</p></article>" * size,
    "pictures": lambda size: f"<figure><img src='/{{}}.jpg'><figcaption>{SENTENCE}</figcaption></figure>" * size,
    "bylines": lambda size: "<p class='author'>Von Ada Muster und Bea Beispiel, 02.12.2025</p>" * size,
    "times": lambda size: "<time datetime='2025-12-02T18:15'>2. Dezember</time>" * size,
    "hidden": lambda size: f"<div hidden><p>{SENTENCE}</p></div>" * size,
    "attributes": lambda size: f"<div class='{'teaser-box ' * size}' id='{'a-b-' * size}'>{SENTENCE}</div>",
    "blocks": lambda size: '<script type="application/ld+json">{"@type":"NewsArticle","headline":"X"}</script>' * size,
    "quotes": lambda size: '<script type="application/ld+json">{"a": ' + '"\\"' * size + "</script>",
    "brackets": lambda size: '<script type="application/ld+json">' + "[" * size + "</script>",
    "comments": lambda size: "<!-- x -->" * size + f"<p>{SENTENCE}</p>",
    "metas": lambda size: '<meta name="keywords" content="a, b, c">' * size,
    "long line": lambda size: f"<p>{SENTENCE * size}</p>",
    "long word": lambda size: f"<p>{'abc' * size}</p>",
    "slashes": lambda size: f"<p>{'Rat / ' * size}</p>",
    "entities": lambda size: f"<title>{'&amp;amp;' * size}</title>",
}
SMALL, LARGE, SHARE = 150, 600, 5.0
"""Four times as much page may take five times the work; quadratic work would be sixteen times."""


@pytest.mark.parametrize("shape", GROWING)
def test_work_grows_with_the_page(shape: str) -> None:
    small, large = (calls(f"<html><body>{GROWING[shape](size)}") for size in (SMALL, LARGE))
    assert large <= small * SHARE


def calls(markup: str) -> int:
    """Count the lines that run while an article is read: work that no clock and no other process disturbs."""
    page = page_of(markup.encode())
    count = 0

    def tracer(frame: FrameType, event: str, arg: object) -> Callable[..., object]:
        nonlocal count
        count += event == "line"
        return tracer

    sys.settrace(tracer)
    try:
        load_article(page, CRAWL)
    finally:
        sys.settrace(None)
    return count


def test_five_megabytes_are_read() -> None:
    article = read(page_of(f"<html><body><h1>Der Rat tagt</h1>{GROWING['paragraphs'](50_000)}".encode()))
    assert article
    assert article.article_body == SENTENCE.strip()
