"""``scrapy portals discover``: drafts that pass the check and read a portal at least as well as no profile."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy.http import HtmlResponse
from support.commandline import crawl, records, scrapy
from support.shared import SHARED
from support.tinyportal import Answer, TinyPortal
from support.trap_portal import TrapPortal

from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import generic_profile
from portalcrawl.profiles.profile_file import read_profile

FRONT_PAGES = SHARED / "corpus" / "frontpages"
GOLD: list[dict[str, Any]] = []
if (FRONT_PAGES / "gold.jsonl").exists():
    GOLD = [json.loads(line) for line in (FRONT_PAGES / "gold.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_embedded_portal_is_drafted_and_read_as_well(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    given = ("-s", f"PORTAL_PROFILES={profiles}")
    with TrapPortal() as portal:
        ended = scrapy("portals", "discover", portal.url, "--write", *given, data=tmp_path)
        assert ended.code == 0, ended.err
        visits = portal.visits
        (file,) = profiles.glob("*.toml")
        checked = scrapy("portals", file.stem, "--check", *given, data=tmp_path)
        assert (checked.code, checked.out) == (0, f"{file}: ok\n")
        near = {"url": portal.url, "max_depth": 1}
        crawl(*given, data=tmp_path / "with", **near, discover="none")
        crawl(data=tmp_path / "without", **near)
        again = scrapy("portals", "discover", portal.url, "--write", *given, data=tmp_path)
    assert (len(visits), visits[0]) == (10, "/robots.txt")
    written = file.read_text(encoding="utf-8")
    for line in ('language = "de"', 'timezone = "Europe/Berlin"', 'feeds = "auto"', 'sitemaps = "auto"'):
        assert line in written
    profile, _ = read_profile(written.encode(), file.stem, str(file))
    assert profile is not None
    assert [urlsplit(url).path for url in profile.start_urls] == ["/", "/politik", "/wirtschaft"]
    # Not by address: with its native id an article of two slugs is one.
    names = ("headline", "kicker", "snippet", "comment_count")
    found, before = (
        {tuple(record[name] for name in names) for record in records(tmp_path / each, "teasers")}
        for each in ("with", "without")
    )
    assert found == before
    ids = {record["id"] for record in records(tmp_path / "with", "articles")}
    assert all(re.fullmatch(rf"{re.escape(file.stem)}:\d+N[0-9a-z]+", each) for each in ids)
    assert len(ids) == len(records(tmp_path / "without", "articles"))
    assert again.code == 2
    assert len(again.lines) == 1
    assert "has the host" in again.err


def test_without_write_it_is_printed_and_nothing_is_left(tmp_path: Path) -> None:
    site = {"/": '<html lang="de"><body><p>Noch nichts.</p></body></html>', "/robots.txt": Answer("", 404)}
    with TinyPortal(site) as portal:
        ended = scrapy("portals", "discover", portal.url(), data=tmp_path)
    assert ended.code == 0, ended.err
    profile, faults = read_profile(ended.out.encode(), f"127.0.0.1-{urlsplit(portal.origin).port}", "draft")
    assert (faults, profile and profile.article.url) == ([], None)
    assert list(tmp_path.iterdir()) == []


def test_robots_txt_is_obeyed(tmp_path: Path) -> None:
    site = {"/": "<html><body>x</body></html>", "/robots.txt": Answer("User-agent: *\nDisallow: /\n")}
    with TinyPortal(site) as portal:
        ended = scrapy("portals", "discover", portal.url(), data=tmp_path)
        assert portal.log == ["/robots.txt"]
    assert ended.code == 1
    assert "robots" in ended.err


def test_a_host_that_asks_for_a_pause_is_requested_once(tmp_path: Path) -> None:
    site = {"/": Answer("später", 503, {"Retry-After": "3600"}), "/robots.txt": Answer("", 404)}
    with TinyPortal(site) as portal:
        ended = scrapy("portals", "discover", portal.url(), data=tmp_path)
        assert portal.log == ["/robots.txt", "/"]
    assert (ended.code, len(ended.lines)) == (1, 1)
    assert "asks for a pause until" in ended.err
    assert list(tmp_path.iterdir()) == [], "no data folder is made for a draft"


def test_crawls_and_drafts_know_of_each_other(tmp_path: Path) -> None:
    with TinyPortal({"/": Answer("später", 429, {"Retry-After": "3600"})}) as portal:
        assert crawl(data=tmp_path, url=portal.url()).code == 0
        portal.log.clear()
        ended = scrapy("portals", "discover", portal.url(), data=tmp_path)
        assert portal.log == []
    assert (ended.code, len(ended.lines)) == (1, 1)
    assert "asks for a pause until" in ended.err


def test_json(tmp_path: Path) -> None:
    with TinyPortal({"/": '<html lang="de"><body><p>Noch nichts.</p></body></html>'}) as portal:
        given = ("portals", "discover", portal.url(), "--json", "-s", f"PORTAL_PROFILES={tmp_path}")
        shown, written = (json.loads(scrapy(*given, *more, data=tmp_path).out) for more in ((), ("--write",)))
    assert shown == {**written, "file": None}
    assert Path(written["file"]).read_text(encoding="utf-8") == written["toml"]
    assert Path(written["file"]).stem == written["name"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("discover",), "takes one URL"),
        (("discover", "https://a.example/", "--check"), "takes no --check"),
        (("discover", "https://a.example/", "https://b.example/"), "takes one URL"),
        (("discover", "a.example"), "is not a URL"),
        (("discover", "https://a.example/", "--write"), "PORTAL_PROFILES"),
        (("klamm", "--write"), "is for scrapy portals discover"),
    ],
)
def test_wrong_use_is_one_line(tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    ended = scrapy("portals", *args, data=tmp_path)
    assert ended.code == 2
    assert len(ended.lines) == 1
    assert said in ended.err


def test_an_unreachable_front_page_is_reported_in_one_line(tmp_path: Path) -> None:
    with TinyPortal({}) as portal:
        ended = scrapy("portals", "discover", portal.url(), data=tmp_path)
    assert (ended.code, len(ended.lines)) == (1, 1)
    assert "HTTP status 404" in ended.err


@pytest.mark.shared
@pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold["id"])
def test_saved_front_pages_are_read_as_well(tmp_path: Path, gold: dict[str, Any]) -> None:
    markup = gzip.decompress((FRONT_PAGES / "pages" / f"{gold['id']}.html.gz").read_bytes()).decode()
    parts = urlsplit(gold["url"])
    target = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
    with TinyPortal({"/robots.txt": Answer("", 404)}) as portal:
        local = re.sub(rf"(?:https?:)?//{re.escape(parts.netloc)}", portal.origin, markup)
        portal.site[target] = local
        ended = scrapy("portals", "discover", portal.url(target), data=tmp_path)
        assert ended.code == 0, ended.err
        assert len(portal.log) <= 10
    name = f"127.0.0.1-{urlsplit(portal.origin).port}"
    profile, faults = read_profile(ended.out.encode(), name, "draft")
    assert not faults
    assert profile is not None
    response = HtmlResponse(portal.url(target), body=local.encode(), encoding="utf-8")
    known = {re.sub(r"^https?://[^/]+", portal.origin, teaser["url"]) for teaser in gold["teasers"]}
    found, before = (
        {teaser.url for teaser in Page(response, each).teasers} for each in (profile, generic_profile(response.url))
    )
    assert found <= before
    assert found & known == before & known, "teasers of the gold are lost"
