"""Links of a page as browsers resolve them: the query in the page's charset, all else in UTF-8; where a list ends."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse
from support.tinyportal import listing

from portalcrawl.extraction.page import Page
from portalcrawl.extraction.pagination import ListPages
from portalcrawl.profiles.catalog import generic_profile
from portalcrawl.urls import BaseUrl, absolute

HOME = "https://www.uferblatt.example/"


@pytest.mark.parametrize(
    ("charset", "href", "address"),
    [
        ("cp1252", "/a.php?titel=Grüße", "a.php?titel=Gr%FC%DFe"),
        ("cp1252", "/höhe/a.php?titel=Höhe#Höhe", "h%C3%B6he/a.php?titel=H%F6he#H%C3%B6he"),
        ("cp1252", "?ort=Łódź", "?ort=%26%23321%3B%F3d%26%23378%3B"),
        ("cp1252", "/a.php?titel=Gr%C3%BC%C3%9Fe", "a.php?titel=Gr%C3%BC%C3%9Fe"),
        ("cp1251", "a.php?город=Псков", "a.php?%E3%EE%F0%EE%E4=%CF%F1%EA%EE%E2"),
        ("cp932", "/k?q=表", "k?q=%95%5C"),
        ("euc_jp", "/k?q=表", "k?q=%C9%BD"),
        ("utf-8", "/a.php?titel=Grüße", "a.php?titel=Gr%C3%BC%C3%9Fe"),
        ("utf-16", "/a.php?titel=Grüße", "a.php?titel=Gr%C3%BC%C3%9Fe"),
        ("unbekannt", "/a.php?titel=Grüße", "a.php?titel=Gr%C3%BC%C3%9Fe"),
    ],
)
def test_queries_are_written_in_the_charset_of_the_page(charset: str, href: str, address: str) -> None:
    assert absolute(BaseUrl(HOME, charset), href) == HOME + address


def test_all_links_of_a_page_are_resolved_alike() -> None:
    html = listing("Ufer", "/artikel.php?id=4712001&amp;titel=Dünen|Die Dünen an der Küste wandern nach Osten")
    head = '<base href="/neu/"><link rel="next" href="?ort=Küste&amp;s=2">'
    html = html.replace("utf-8", "iso-8859-1").replace("</title>", f"</title>{head}")
    page = Page(
        HtmlResponse(HOME + "liste.php", body=html.encode("latin-1", "xmlcharrefreplace")), generic_profile(HOME)
    )
    assert [teaser.url for teaser in page.teasers] == [HOME + "artikel.php?id=4712001&titel=D%FCnen"]
    assert ListPages().next_page(page) == HOME + "neu/?ort=K%FCste&s=2"
    assert page.base_url == HOME + "neu/"


def list_page(path: str, numbers: range, following: str) -> Page:
    links = (f"/ufer/duenen-wandern-weiter-nach-osten-{4712000 + n}.html|Dünen Nummer {n} wandern" for n in numbers)
    html = listing("Ufer", *links, more=f'<a href="{following}">nächste Seite</a>')
    return Page(HtmlResponse(HOME + path, body=html.encode()), generic_profile(HOME))


@pytest.mark.parametrize(
    "back",
    [
        "/ufer",
        "/ufer?",
        "/ufer#liste",
        "//uferblatt.example/ufer",
        "/ufer?utm_source=nav",
        "/./ufer",
        "http://www.uferblatt.example/ufer",
    ],
)
def test_a_list_ends_where_it_leads_back(back: str) -> None:
    pages = ListPages()
    first, second = list_page("ufer", range(4), "/ufer?s=2"), list_page("ufer?s=2", range(4, 8), back)
    assert not pages.is_read(first)
    assert pages.next_page(first) == HOME + "ufer?s=2"
    assert not pages.is_read(second)
    assert pages.next_page(second) is None


def test_a_list_ends_with_a_page_without_new_teasers() -> None:
    pages = ListPages()
    assert pages.next_page(list_page("ufer", range(4), "/ufer?s=2")) is not None
    assert pages.next_page(list_page("ufer?s=2", range(2, 6), "/ufer?s=2&s=2")) is None, "the same page, twice named"
    assert pages.next_page(list_page("ufer?s=3", range(1, 5), "/ufer?s=4")) is None
    assert pages.next_page(list_page("ufer?s=5", range(0), "/ufer?s=6")) is None


def test_a_page_that_was_read_is_known_under_every_spelling() -> None:
    pages = ListPages()
    assert not pages.is_read(list_page("ufer?s=2&ort=x", range(1), ""))
    assert pages.is_read(list_page("ufer?ort=x&s=2&s=2", range(1), ""))
    assert not pages.is_read(list_page("ufer?ort=x&s=3", range(1), ""))
