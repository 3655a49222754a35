"""``portalcrawl.read_page``: one page read without a crawl."""

from __future__ import annotations

import builtins
import gc
import socket
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.page_cases import inspect_page

import portalcrawl
from portalcrawl import Article, Reading, Teaser, read_page
from portalcrawl.commands.inspection.page_cases import make_response
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import Catalog, generic_profile

URL = "https://www.portal.example/politik/neuer-steg-am-hafen-481500.html"
FETCHED = datetime(2025, 11, 5, 9, 0, tzinfo=UTC)
TEXT = "Die Stadt baut am Hafen einen neuen Steg, an dem künftig auch die Fähre zur Insel anlegen soll. " * 3
LINKS = "".join(
    f"<li><a href='/politik/eine-andere-meldung-vom-hafen-48160{n}.html'>Eine andere Meldung vom Hafen {n}</a> "
    f"<span>vor {n} Stunden</span></li>"
    for n in (1, 2, 3)
)
PAGE = (
    f"<html lang='de'><head><meta property='og:type' content='article'><title>Neuer Steg am Hafen</title></head><body>"
    f"<article><h1>Neuer Steg am Hafen</h1><p>Von Ada Muster</p><p>vor 2 Stunden</p><p>{TEXT}</p><p>{TEXT}</p>"
    f"</article><h2>Mehr</h2><ul>{LINKS}</ul></body></html>"
)


def test_article_teasers_and_where_each_came_from():
    found = read_page(PAGE, URL, fetched=FETCHED)
    assert found.page_type == "article"
    assert isinstance(found.article, Article)
    assert found.article.headline == "Neuer Steg am Hafen"
    assert found.article.authors == ["Ada Muster"]
    assert found.article.date_published == "2025-11-05T08:00:00+01:00"
    assert [teaser.headline for teaser in found.teasers] == [f"Eine andere Meldung vom Hafen {n}" for n in (1, 2, 3)]
    assert all(isinstance(teaser, Teaser) for teaser in found.teasers)
    assert found.sources["authors"] == found.sources["article_body"] == "page"
    assert any("characters of its own text" in reason for reason in found.why["page_type"])
    derived = {name for name, (first, *_) in found.why.items() if first.startswith("derived: ")}
    assert set(found.why) == {"page_type", *found.sources} | derived
    assert derived >= {"id", "url", "canonical_url", "word_count", "content_hash"}
    assert found.why["authors"] == ("only-source: from page",)


def test_fields_that_only_a_crawl_knows_are_empty():
    article = read_page(PAGE, URL, fetched=FETCHED).article
    assert article is not None
    assert (article.run, article.found_on, article.discovered_via, article.depth) == ("", None, None, 0)
    assert (article.revision, article.duplicate_of, article.cluster_id, article.rendered) == (1, None, None, False)
    assert article.date_fetched == "2025-11-05T09:00:00+00:00"


def test_a_list_gives_teasers_and_no_article():
    found = read_page(f"<html><body><h2>Aktuell</h2><ul>{LINKS}</ul></body></html>", "https://www.portal.example/")
    assert (found.page_type, found.article, len(found.teasers)) == ("list", None, 3)
    assert found.why["page_type"] == (
        "front-page-url: URL of a front page",
        "teaser-count: 3 teasers",
    )
    assert found.sources == {}


def test_inspect_reads_the_same():
    page = Page(make_response(PAGE.encode(), URL, FETCHED), generic_profile(URL))
    shown, found = inspect_page(page), read_page(PAGE, URL, fetched=FETCHED)
    assert shown.article is not None
    assert found.article is not None
    assert shown.article.content_hash == found.article.content_hash
    assert [teaser.id for teaser in shown.teasers] == [teaser.id for teaser in found.teasers]
    assert shown.sources == found.sources


BODY = f"<html><head><title>Käse</title></head><body><article><h1>Käse</h1><p>{TEXT}</p><p>{TEXT}</p></article>"


@pytest.mark.parametrize(
    ("html", "headers"),
    [
        (BODY.encode("iso-8859-15"), {"content-type": "text/html; charset=ISO-8859-15"}),
        (BODY.encode("utf-8"), {"Content-Type": b"text/html; charset=utf-8"}),
        (b"\xef\xbb\xbf" + BODY.encode("utf-8"), {"Content-Type": "text/html; charset=iso-8859-1"}),
        (BODY.encode("utf-16"), None),
        (BODY.replace("<title>", "<meta charset='windows-1252'><title>").encode("cp1252"), None),
        (BODY.replace("<title>", "<meta charset='windows-1252'><title>"), None),
        (
            BODY.replace("<title>", "<meta charset='iso-8859-1'><title>").encode("utf-8"),
            {"Content-Type": "text/html;charset=UTF-8"},
        ),
        (BODY, {"Content-Type": "text/html; charset=iso-8859-1"}),
    ],
    ids=[
        "header",
        "bytes header",
        "mark beats header",
        "utf-16",
        "meta",
        "text with meta",
        "header beats meta",
        "text",
    ],
)
def test_decoded_as_browsers_do(html, headers):
    article = read_page(html, URL, headers=headers).article
    assert article is not None
    assert article.headline == "Käse"
    assert "künftig" in (article.article_body or "")


def test_ages_count_from_fetched_else_from_the_date_header_else_from_now():
    headers = {"Date": "Wed, 05 Nov 2025 12:00:00 GMT"}
    by_header, by_argument = read_page(PAGE, URL, headers=headers), read_page(PAGE, URL, FETCHED, headers=headers)
    assert by_header.article is not None
    assert by_header.article.date_published == "2025-11-05T11:00:00+01:00"
    assert by_argument.article is not None
    assert by_argument.article.date_published == "2025-11-05T08:00:00+01:00"
    now = read_page(PAGE, URL).article
    assert now is not None
    assert abs(datetime.fromisoformat(now.date_fetched) - datetime.now(UTC)).total_seconds() < 600


def test_headers_with_bytes_that_are_not_utf_8():
    headers = {"Server": "caf\udce9", "Set-Cookie": ["a=\udcff", b"b=\xff"], "X-Robots-Tag": "noai"}
    article = read_page(PAGE, URL, headers=headers).article
    assert article
    assert article.rights["x_robots_tag"] == "noai"


def test_rights_are_read_from_headers():
    article = read_page(PAGE, URL, headers={"X-Robots-Tag": ["noarchive", "noai"], "tdm-reservation": "1"}).article
    assert article is not None
    signals = article.rights.pop("signals")
    assert article.rights == {"x_robots_tag": "noarchive, noai", "tdm_reservation": "1"}
    said = [("X-Robots-Tag", "noarchive"), ("X-Robots-Tag", "noai"), ("TDM-Reservation", "1")]
    assert [(signal["name"], signal["value"]) for signal in signals] == said
    assert {(signal["source"], signal["scope"]) for signal in signals} == {("header", "page")}
    assert {signal["sha256"] for signal in signals} == {sha256(PAGE.encode()).hexdigest()}
    assert {signal["date_fetched"] for signal in signals} == {article.date_fetched}


def test_profiles_by_host_by_name_or_off():
    name = next(name for name in Catalog().names() if name != "sample")
    profile = Catalog().get(name)
    assert profile is not None
    url = f"https://{profile.hosts[0]}/"
    assert {teaser.portal for teaser in read_page(PAGE, f"{url}a.html").teasers} <= {name}
    named = read_page(PAGE.replace("/politik/", url + "politik/"), URL, profile=name)
    assert {teaser.portal for teaser in named.teasers} <= {name}
    off = read_page(PAGE, url + "politik/neuer-steg-am-hafen-481500.html", profile=None).article
    assert off is not None
    assert off.portal == profile.hosts[0].removeprefix("www.")


@pytest.mark.parametrize("url", ["", "x", "/a/b.html", "ftp://portal.example/", "http://", "mailto:a@b.example", None])
def test_no_address_is_refused(url):
    with pytest.raises(ValueError, match="not an http"):
        read_page(PAGE, url)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="there is no profile 'nowhere'"):
        read_page(PAGE, URL, profile="nowhere")
    with pytest.raises(ValueError, match="aware"):
        read_page(PAGE, URL, fetched=datetime(2025, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="bytes or str"):
        read_page(None, URL)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "html",
    [
        b"",
        "",
        b"\x00" * 500,
        b"%PDF-1.7",
        "\ud800<p>x",
        b"<html>" + b"<div>" * 5000,
        "\x00",
        b"\xff\xfe",
        "{}",
        "<" * 999,
    ],
    ids=["no bytes", "no text", "nul", "pdf", "surrogate", "deep", "one nul", "mark alone", "json", "angles"],
)
def test_no_content_of_a_page_raises(html):
    assert isinstance(read_page(html, URL), Reading)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)), st.text(max_size=30))
def test_neither_random_bodies_nor_headers_raise(html, value):
    assert isinstance(read_page(html, URL, headers={"Content-Type": value, "Date": value}), Reading)


def test_no_file_and_no_connection(monkeypatch):
    read_page(PAGE, URL, fetched=FETCHED)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert read_page(PAGE, URL, fetched=FETCHED).article is not None


def test_only_what_is_there():
    assert not hasattr(portalcrawl, "read_pages")
    assert {"Article", "Teaser", "Reading", "read_page"} <= set(portalcrawl.__all__)


def test_a_page_is_freed_without_the_garbage_collector():
    read_page(PAGE, URL)
    gc.collect()
    gc.disable()
    try:
        read_page(PAGE, URL)
        assert (gc.isenabled(), gc.collect()) == (False, 0)
    finally:
        gc.enable()
    read_page(PAGE, URL)
    assert gc.isenabled()
