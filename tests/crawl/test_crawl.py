"""``scrapy crawl portal`` as its users know it: arguments, flow, feeds and exit codes, over real HTTP."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from support.chain import TITLES, chain, headlines, link, path, titles
from support.commandline import crawl, doubled, files, manifests, records, runs, scrapy
from support.tinyportal import TinyPortal, article, listing

from portalcrawl.runs.session import EMBEDDED_PORT


def test_every_article_and_teaser_once(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        ended = crawl(data=tmp_path, url=portal.url())
        second = crawl(data=tmp_path, url=portal.url())
    assert ended.code == 0, ended.err
    assert headlines(tmp_path) == titles(1, 2, 3, 4)
    teasers = records(tmp_path, "teasers")
    assert sorted(teaser["headline"] for teaser in teasers) == titles(1, 2, 3, 4)
    assert not doubled([teaser["id"] for teaser in teasers])
    by_url = {record["url"]: record for record in records(tmp_path, "articles")}
    assert [by_url[portal.url(path(n))]["depth"] for n in (1, 2, 3, 4)] == [1, 1, 2, 3]
    assert by_url[portal.url(path(3))]["found_on"] == portal.url(path(1))
    assert by_url[portal.url(path(3))]["discovered_via"] == "teaser"
    assert second.code == 0, second.err
    assert [bool(run["feeds"]) for run in runs(tmp_path)] == [True, False]
    assert len(manifests(tmp_path)) == 1  # a run without a record leaves no file


def test_the_manifest_lists_the_published_files(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        both = f"{portal.url()} {portal.url('/?token=s3cret')}"
        crawl(data=tmp_path, url=both)
    (manifest,) = manifests(tmp_path)
    assert manifest["portal"] == portal.origin.removeprefix("http://")
    assert "s3cret" not in json.dumps(manifest)
    assert manifest["finish_reason"] == "finished"
    assert manifest["verdict"]["level"] == "warning"  # the start page with a query answers 404
    assert not list((tmp_path / "feeds").glob("*.part"))


def test_follow_false_takes_the_start_pages_only(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path, url=f"{portal.url()} {portal.url(path(1))}", follow="false")
        assert headlines(tmp_path) == titles(1)
        assert len(records(tmp_path, "teasers")) == 3
        assert sorted(portal.log) == ["/", "/.well-known/tdmrep.json", path(1), "/robots.txt"]
        crawl(data=tmp_path, url=portal.url())
    assert headlines(tmp_path) == titles(1, 2, 3, 4)


@pytest.mark.parametrize(("depth", "expected"), [(0, []), (1, [1, 2]), (2, [1, 2, 3])])
def test_max_depth_counts_teaser_hops(tmp_path: Path, depth: int, expected: list[int]) -> None:
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path, url=portal.url(), max_depth=depth)
        assert headlines(tmp_path) == titles(*expected)
        crawl(data=tmp_path, url=portal.url(path(2)))
    assert headlines(tmp_path) == titles(1, 2, 3, 4)
    depths = {record["headline"]: record["depth"] for record in records(tmp_path, "articles")}
    assert depths[TITLES[1]] == 1  # a pending link keeps the depth it was found at


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_max_articles_is_exact_and_nothing_is_lost(tmp_path: Path, limit: int) -> None:
    with TinyPortal(chain()) as portal:
        ended = crawl(data=tmp_path, url=portal.url(), max_articles=limit)
        assert ended.code == 0, ended.err
        assert len(records(tmp_path, "articles")) == min(limit, 4)
        assert manifests(tmp_path)[0]["finish_reason"] == ("max_articles" if limit < 4 else "finished")
        crawl(data=tmp_path, url=portal.url())
    assert headlines(tmp_path) == titles(1, 2, 3, 4)


def test_articles_older_than_since_lead_nowhere(tmp_path: Path) -> None:
    old, new = "2025-11-01T10:00:00+01:00", "2025-12-05T10:00:00+01:00"
    site = {
        "/": listing("Nachrichten", link(1, old), link(2, new), link(3)),
        path(1): article(TITLES[1], link(4), date=old),
        path(2): article(TITLES[2], date=new),
        path(3): article(TITLES[3], link(5), date=old),
        path(4): article(TITLES[4], date=new),
        path(5): article(TITLES[5], date=None),
    }
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url(), since="2025-12-01")
        assert headlines(tmp_path) == titles(2)
        assert path(1) not in portal.log  # known from its teaser
        assert path(5) not in portal.log
        assert manifests(tmp_path)[0]["counts"]["skipped/too_old"] == 2
        crawl(data=tmp_path, url=portal.url())
    assert headlines(tmp_path) == titles(1, 2, 3, 4, 5)


def test_pages_of_a_list(tmp_path: Path) -> None:
    def numbered(number: int) -> str:
        more = "".join(f'<a href="/liste?seite={n}">{n}</a> ' for n in (1, 2, 3) if n != number)
        return listing("Archiv", link(number), link(number + 3), more=f"<nav>{more}</nav>")

    site = {"/liste": numbered(1), "/liste?seite=2": numbered(2), "/liste?seite=3": numbered(3)}
    site |= {path(n): article(TITLES[n]) for n in TITLES}
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url("/liste"), pages=2)
    assert headlines(tmp_path) == titles(1, 2, 4, 5)
    assert "/liste?seite=3" not in portal.log


def test_urls_from_standard_input(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        lines = f"\ufeff# two\n\n{portal.url(path(2))}\n{portal.url(path(4))}\n"
        ended = crawl(data=tmp_path, urls_file="-", follow="false", stdin=lines)
    assert ended.code == 0, ended.err
    assert headlines(tmp_path) == titles(2, 4)


def test_pages_of_several_portals(tmp_path: Path) -> None:
    with TinyPortal(chain()) as one, TinyPortal(chain()) as other:
        crawl(data=tmp_path, url=f"{one.url()} {other.url()}")
        found = records(tmp_path, "articles")
        assert len(found) == 8
        assert {record["portal"] for record in found} == {p.origin.removeprefix("http://") for p in (one, other)}
        assert len(list((tmp_path / "locks").iterdir())) == 2


@pytest.mark.parametrize("spider", [(), ("--spider=portal",)])
def test_scrapy_parse_shows_and_leaves_nothing(tmp_path: Path, spider: tuple[str, ...]) -> None:
    with TinyPortal(chain()) as portal:
        ended = scrapy("parse", *spider, portal.url(path(1)), "--nocolour", "-L", "ERROR", data=tmp_path)
    assert ended.code == 0, ended.err
    assert TITLES[1] in ended.out
    assert not list(tmp_path.iterdir())


def test_scrapy_parse_of_no_url_is_one_line(tmp_path: Path) -> None:
    ended = scrapy("parse", "http://www..portal.example/", data=tmp_path)
    assert (ended.code, len(ended.lines)) == (2, 1), ended.err


def test_scrapys_own_output_gets_the_same_records(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with TinyPortal(chain()) as portal:
        ended = crawl("-O", str(out), data=tmp_path / "data", url=portal.url())
    assert ended.code == 0, ended.err
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    feeds = [*records(tmp_path / "data", "articles"), *records(tmp_path / "data", "teasers")]
    assert sorted(map(json.dumps, lines)) == sorted(map(json.dumps, feeds))


def test_feeds_can_be_left_to_scrapy(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with TinyPortal(chain()) as portal:
        crawl("-O", str(out), "-s", "JSONL_FEEDS=False", data=tmp_path / "data", url=portal.url())
    assert len(out.read_text(encoding="utf-8").splitlines()) == 8
    assert not list((tmp_path / "data" / "feeds").glob("*.jsonl"))


WRONG = [
    ({"nonsense": "1"}, "unknown argument nonsense"),
    ({"portal": "nobody"}, "argument portal"),
    ({"url": "nonsense"}, "argument url"),
    ({"max_articles": "0"}, "argument max_articles"),
    ({"urls_file": "/nowhere"}, "argument urls_file"),
    ({"since": "soon"}, "argument since"),
    ({"render": "perhaps"}, "argument render"),
    ({"portal": "klamm", "url": "http://127.0.0.1:1/"}, "argument url"),
]


@pytest.mark.parametrize("level", ["ERROR", "DEBUG"])
@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_wrong_use_is_one_line_and_touches_nothing(
    tmp_path: Path, arguments: dict[str, str], said: str, level: str
) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("kept\n", encoding="utf-8")
    before = files(tmp_path)
    pidfile, log = str(tmp_path / "pid"), str(tmp_path / "log")
    ended = crawl(
        "-L", level, "-O", str(out), "--pidfile", pidfile, "--logfile", log, data=tmp_path / "data", **arguments
    )
    assert ended.code == 2
    assert said in ended.lines[-1]
    assert len(ended.lines) == 1
    assert ended.out == ""
    assert files(tmp_path) == before
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "settings",
    [
        ("COMMIT_ITEMS=0",),
        ("RUN_LOCK_WAIT=x",),
        ("RECRAWL_AGES=5,1",),
        ("PORTAL_PROFILES=/nowhere",),
        ("STATE_URL=nonsense",),
    ],
)
def test_wrong_settings_are_one_line(tmp_path: Path, settings: tuple[str, ...]) -> None:
    ended = crawl("-s", *settings, data=tmp_path / "data")
    assert (ended.code, len(ended.lines)) == (2, 1), ended.err
    assert settings[0].split("=")[0] in ended.err
    assert not list((tmp_path / "data").rglob("*.jsonl*"))


def test_links_of_the_embedded_portal_outlive_its_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        with suppress(OSError):  # whoever holds the usual port, the runs take free ones
            taken.bind(("127.0.0.1", EMBEDDED_PORT))
            taken.listen()
        assert crawl(data=tmp_path, max_articles=3).code == 0
        assert crawl(data=tmp_path, max_articles=20).code == 0
    first, second = manifests(tmp_path)
    assert (first["counts"]["articles"], second["counts"]["articles"]) == (3, 20)
    assert "failed/foreign_host" not in second["counts"]
