"""Feeds and sitemaps as sites send them, most after public reports of other tools: tests/pages/discovery/*.toml."""

from __future__ import annotations

import gzip
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portalcrawl.discovery import reader
from portalcrawl.discovery.document_type import is_cut, type_of
from portalcrawl.discovery.entries import Child, Document, DocumentError, Entry
from portalcrawl.discovery.reader import Received, read_document

BERLIN = ZoneInfo("Europe/Berlin")
FETCHED = datetime(2025, 12, 5, 17, 30, tzinfo=BERLIN)
FILES = sorted((Path(__file__).parent / "discovery").glob("*.toml"))
CASES = [case for file in FILES for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]]
URL = "https://www.hafenbote.example/feeds/alles"


def read(body: bytes, url: str = URL) -> Document:
    return read_document(Received(body, url, FETCHED, BERLIN))


def body_of(case: dict[str, Any]) -> bytes:
    repeated = " ".join(case.get("repeat", "").replace("{n}", str(number)) for number in range(case.get("times", 0)))
    body: bytes = case["body"].replace("{repeated}", repeated).encode(case.get("charset", "utf-8"))
    for _ in range(case.get("gzip", 0)):
        body = gzip.compress(body)
    return body + case.get("after", "").encode()


def written(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(DocumentError) as raised:
            list(read(body_of(case), case.get("url", URL)).items)
        assert raised.value.reason == case["error"]
        return
    document = read(body_of(case), case.get("url", URL))
    items = list(document.items)
    found = [[e.url, e.title or "", written(e.published), written(e.updated)] for e in items if isinstance(e, Entry)]
    assert found == case.get("entries", [])
    assert [[c.url, c.lastmod or ""] for c in items if isinstance(c, Child)] == case.get("children", [])
    assert dict(document.problems) == case.get("problems", {})


def test_there_are_cases_after_ten_reports() -> None:
    assert len({case["report"] for case in CASES if "report" in case}) >= 10


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<rss><channel><item><link>https://a.example/1</link></item></channel></rss>", "feed"),
        ("<urlset><url><loc>https://a.example/1</loc></url></urlset>", "sitemap"),
        ("<urlset><url><loc>https://a.example/1</loc><news><title>T</title></news></url></urlset>", "news_sitemap"),
    ],
)
def test_the_kind_is_how_an_article_was_discovered(body: str, kind: str) -> None:
    (entry,) = read(body.encode()).items
    assert isinstance(entry, Entry)
    assert entry.kind == kind


def test_a_bomb_is_refused_before_it_is_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BYTES", 100_000)
    with pytest.raises(DocumentError, match="too_large"):
        read(gzip.compress(b"<urlset>" + b" " * 10_000_000))


def test_entries_beyond_the_protocol_are_left_out() -> None:
    many = "".join(f"<url><loc>https://a.example/{number}</loc></url>" for number in range(50_002))
    document = read(f"<urlset>{many}</urlset>".encode())
    assert sum(1 for _ in document.items) == 50_000
    assert document.problems == {"too_many_entries": 1}


def test_entries_come_while_the_rest_is_unread() -> None:
    document = read(b"<urlset>" + b"<url><loc>https://a.example/1</loc></url>" * 10_000 + b"<url><loc>")
    first = next(document.items)
    assert isinstance(first, Entry)
    assert not document.problems


def test_a_day_is_over_at_its_end() -> None:
    (entry,) = read(b"<urlset><url><loc>https://a.example/1</loc><lastmod>2025-12-05</lastmod></url></urlset>").items
    assert isinstance(entry, Entry)
    assert entry.last_change == datetime(2025, 12, 5, 23, 59, 59, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "head",
    ["<!DOCTYPE " + "[]]" * 1300, "<!DOCTYPE [" * 300, "<!--" * 1000, "<?" * 2000, "{" + '"https://' * 500, " " * 4000],
)
def test_no_head_takes_long(head: str) -> None:
    assert type_of(head.encode()) is None


def test_no_end_takes_long() -> None:
    assert is_cut(b"<urlset></urlset>" + b"<!---->" * 560 + b"x")
    assert not is_cut(b"<urlset></urlset>\n" + b"<!-- -->" * 400)


def test_content_before_the_root_is_skipped() -> None:
    head = "<?xml version='1.0'?>\n<!-- a --><?xml-stylesheet href='x'?><!DOCTYPE urlset [<!ENTITY a 'b'>]>\n"
    assert type_of(f"{head}<s:urlset xmlns:s='x'>".encode()) == "sitemap"
    assert type_of(f"{head}<html>".encode()) is None
