"""The type of a page, by its features."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scrapy.http import HtmlResponse, Response, TextResponse
from support.list_pages import LIST_PAGES, SUBJECTS, ListPage, cards, document
from support.opened_list_pages import OPENED_LIST_PAGES

from portalcrawl.extraction.page import Page
from portalcrawl.extraction.parts import PageType
from portalcrawl.profiles.catalog import generic_profile

HOST = "https://www.kuestenbote.example"
PARAGRAPHS = "".join(
    f"<p>Absatz {number}: Die Arbeiten dauern länger als gedacht, sagte die Leiterin des Amtes vor Ort, denn der Boden "
    "gibt an vielen Stellen nach und muss erst verdichtet werden, bevor das neue Becken Wasser aufnehmen kann.</p>"
    for number in range(7)
)


def kind(path: str, html: str) -> PageType:
    url = HOST + path
    return Page(HtmlResponse(url, body=html.encode(), encoding="utf-8"), generic_profile(url)).page_type


def many_cards() -> str:
    def card(_: int, url: str, title: str, snippet: str, kicker: str) -> str:
        return f"<article><b>{kicker}</b><h3><a href='{url}'>{title}</a></h3><p>{snippet}</p></article>"

    return cards(card) * 6


@pytest.mark.parametrize("make", [*LIST_PAGES, *OPENED_LIST_PAGES])
def test_list_pages(make: Callable[[], ListPage]) -> None:
    page = make()
    assert kind(page.path, page.html) == "list"


@pytest.mark.parametrize("make", LIST_PAGES)
def test_list_pages_give_all_their_teasers(make: Callable[[], ListPage]) -> None:
    page = make()
    url = HOST + page.path
    read = Page(HtmlResponse(url, body=page.html.encode(), encoding="utf-8"), generic_profile(url))
    assert [teaser.headline for teaser in read.teasers] == [title for _, title, _ in SUBJECTS]


def test_article_under_many_teasers() -> None:
    body = f"<main><h1>Hafenbecken wird vertieft</h1>{PARAGRAPHS}</main><aside>{many_cards()}</aside>"
    assert kind("/region/hafenbecken-wird-vertieft-481400.html", document("", body)) == "article"


def test_article_at_a_url_that_says_nothing() -> None:
    body = f"<main><h1>Hafenbecken</h1>{PARAGRAPHS}</main><aside>{many_cards()}</aside>"
    declared = "<meta property='og:type' content='article'>"
    assert kind("/hafen", document(declared, body)) == "article"


def test_short_article_that_declares_itself() -> None:
    declared = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Becken voll", '
    declared += '"datePublished": "2025-11-04T08:00:00+01:00"}</script>'
    body = f"<main><h1>Becken voll</h1><p>Das Video zeigt es.</p></main><aside>{many_cards()}</aside>"
    assert kind("/video/becken-voll-wasser-marsch-481401", document(declared, body)) == "article"


def test_other_pages() -> None:
    assert kind("/kontakt", document("", "<h1>Kontakt</h1><p>Schreiben Sie uns.</p>")) == "other"
    url = HOST + "/region/hafenbecken-wird-vertieft-481400.pdf"
    assert Page(Response(url, body=b"%PDF-1.7"), generic_profile(url)).page_type == "other"
    assert Page(TextResponse(url, body=b"nur Text"), generic_profile(url)).page_type == "other"
