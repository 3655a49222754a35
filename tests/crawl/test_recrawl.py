"""Later runs: what has changed, what has not, and states that are lost, corrupt or full."""

from __future__ import annotations

import json
import shutil
import time
from datetime import datetime
from pathlib import Path

import pytest
from support import states
from support.chain import TITLES, chain, headlines, link, path, titles
from support.commandline import (
    ENOUGH,
    crawl,
    doubled,
    let_time_pass,
    manifests,
    records,
    runs,
    scrapy,
    scrapy_in,
    start,
)
from support.surroundings import Surroundings
from support.tinyportal import Answer, TinyPortal, article, listing

both_states = pytest.mark.usefixtures("each_state")
DAY = 86_400
AT_ONCE = ("-s", "RECRAWL_AGES=" + ",".join(map(str, range(1, 600))), "-s", "RETRY_FAILED_AFTER=0")


def again(data: Path, portal: TinyPortal, *args: str) -> None:
    """Crawl once more, late enough for everything to be due."""
    let_time_pass(data, 10)
    ended = crawl(*AT_ONCE, *args, data=data, url=portal.url())
    assert ended.code == 0, ended.err


@both_states
def test_a_changed_article_is_a_revision(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        crawl(*AT_ONCE, data=tmp_path, url=portal.url())
        portal.site[path(2)] = article(TITLES[2], text="Der Rat hat sich vertagt. Beraten wird nun erst im Sommer.")
        again(tmp_path, portal)
        again(tmp_path, portal)
    found = records(tmp_path, "articles")
    assert len(found) == 5
    assert (found[4]["headline"], found[4]["revision"]) == (TITLES[2], 2)
    assert found[4]["changed_fields"] == ["article_body"]
    assert found[4]["id"] == next(r["id"] for r in found if r["headline"] == TITLES[2])
    assert not records(tmp_path, "teasers")[4:]


@both_states
def test_trivial_changes_are_no_revision(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        crawl(*AT_ONCE, data=tmp_path, url=portal.url())
        body = str(portal.site[path(2)])
        portal.site[path(2)] = body.replace("<p>", "<p>\n   ").replace("</main>", "<a>17 Kommentare</a></main>")
        portal.log.clear()
        again(tmp_path, portal)
        assert path(2) in portal.log
    assert len(records(tmp_path, "articles")) == 4


@both_states
def test_an_article_read_twice_by_one_run_is_counted(tmp_path: Path) -> None:
    with TinyPortal({path(1): article(TITLES[1]), path(1) + "?utm_source=brief": article(TITLES[1])}) as portal:
        for level in ("ok", "ok"):
            let_time_pass(tmp_path, 10)
            both = f"{portal.url(path(1))} {portal.url(path(1))}?utm_source=brief"
            assert crawl(*AT_ONCE, data=tmp_path, url=both).code == 0
            manifest = runs(tmp_path)[-1]
            assert manifest["counts"]["articles_again"] == 1
            assert manifest["verdict"]["level"] == level
    assert len(records(tmp_path, "articles")) == 1


@both_states
def test_a_site_with_validators_is_asked_only_for_what_has_changed(tmp_path: Path) -> None:
    def answer() -> Answer:
        asked = dict(portal.headers[-1][1])
        same = asked.get("If-None-Match") == '"v1"'
        return Answer("" if same else article(TITLES[2]), 304 if same else 200, {"ETag": '"v1"'})

    with TinyPortal(chain() | {path(2): answer}) as portal:
        asked = []
        for _ in range(4):
            portal.headers.clear()
            ended = crawl("-s", "RECRAWL_AGES=1000,2000,3000", data=tmp_path, url=portal.url())
            assert ended.code == 0, ended.err
            asked += ["If-None-Match" in headers for at, headers in portal.headers if at == path(2)]
            let_time_pass(tmp_path, 1000)
    assert asked == [False, True, False, True]  # a full fetch now and then, since sites lie
    assert len(records(tmp_path, "articles")) == 4


@both_states
def test_an_article_keeps_its_id_when_its_address_changes(tmp_path: Path) -> None:
    moved = "/news/neue-bruecke-oeffnet-noch-in-diesem-jahr-100201.html"
    with TinyPortal(chain()) as portal:
        crawl(*AT_ONCE, data=tmp_path, url=portal.url())
        portal.site[path(1)] = Answer("", 301, {"Location": moved})
        portal.site[moved] = article(TITLES[1], link(3))
        again(tmp_path, portal)
        again(tmp_path, portal)
    assert len(records(tmp_path, "articles")) == 4


@both_states
def test_failures_are_tried_again_and_losses_have_a_reason(tmp_path: Path) -> None:
    site = chain() | {"/": listing("Nachrichten", link(1), link(2), link(5), link(6))}
    site |= {path(2): Answer("", 500), path(5): Answer("", 410)}
    with TinyPortal(site) as portal:
        crawl("-s", "RETRY_ENABLED=False", *AT_ONCE, data=tmp_path, url=portal.url())
        counts = manifests(tmp_path)[0]["counts"]
        assert (counts["failed/http_500"], counts["failed/http_410"], counts["failed/http_404"]) == (1, 1, 1)
        portal.site[path(2)] = article(TITLES[2])
        portal.log.clear()
        again(tmp_path, portal)
        assert path(5) not in portal.log
    assert headlines(tmp_path) == titles(1, 2, 3, 4)
    shown = scrapy("state", data=tmp_path)
    assert shown.code == 0
    assert "gone" in shown.out


@both_states
def test_an_article_that_is_teased_before_it_is_there(tmp_path: Path) -> None:
    site = chain()
    late = site.pop(path(2))
    with TinyPortal(site) as portal:
        crawl(*AT_ONCE, data=tmp_path, url=portal.url())
        assert headlines(tmp_path) == titles(1, 3, 4)
        portal.site[path(2)] = late
        again(tmp_path, portal)
        assert headlines(tmp_path) == titles(1, 2, 3, 4)


@both_states
def test_a_lost_state_is_rebuilt_from_the_feeds(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path, url=portal.url())
        states.lose(tmp_path)
        ended = crawl(data=tmp_path, url=portal.url())
    assert ended.code == 0, ended.err
    assert len(manifests(tmp_path)) == 1
    assert [run["finish_reason"] for run in runs(tmp_path)] == ["finished", "finished"]


@both_states
def test_a_rebuilt_state_knows_pending_articles(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path, url=portal.url(), max_articles=2)
        states.lose(tmp_path)
        portal.site["/"] = listing("Nachrichten", link(1))
        ended = crawl(data=tmp_path, url=portal.url())
        assert ended.code == 0, ended.err
    assert headlines(tmp_path) == titles(1, 2, 3, 4)


@pytest.mark.parametrize("damage", ["header", "middle"])
def test_a_corrupt_state_is_set_aside(tmp_path: Path, damage: str) -> None:
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path, url=portal.url())
        file = tmp_path / "state.sqlite3"
        content = bytearray(file.read_bytes())
        start = 0 if damage == "header" else 4096
        content[start : start + 8192] = b"\xff" * 8192
        file.write_bytes(content)
        first, second = (crawl(data=tmp_path, url=portal.url()) for _ in range(2))
    assert "Traceback" not in first.err + second.err
    assert second.code == 0, second.err
    assert [path for path in tmp_path.glob("state.sqlite3.corrupt-*") if path.read_bytes() == content]
    assert not doubled([r["id"] for r in records(tmp_path, "articles")])
    assert not doubled([r["id"] for r in records(tmp_path, "teasers")])


def test_a_full_disk_ends_the_run_and_costs_nothing(tmp_path: Path) -> None:
    """A limit on the size of files simulates a full disk: writes fail in the middle of a line."""
    with TinyPortal(chain()) as portal:
        command = ("crawl", "portal", "-L", "ERROR", "-a", f"url={portal.url()}")
        full = scrapy_in(Surroundings(limits={"FSIZE": 2500}), *command, data=tmp_path)
        assert full.code == 1
        assert "Traceback" not in full.err
        assert full.lines[-1].startswith("portalcrawl:")
        ended = crawl(data=tmp_path, url=portal.url())
        assert ended.code == 0, ended.err
    assert headlines(tmp_path) == titles(1, 2, 3, 4)
    assert len(records(tmp_path, "teasers")) == 4


@both_states
def test_a_data_folder_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    ended = crawl(data=file / "data")
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert str(file) in ended.err
    assert file.read_text(encoding="utf-8") == "kept"


@both_states
def test_ten_runs_of_ten_portals_share_a_data_folder(tmp_path: Path) -> None:
    portals = [TinyPortal(chain()) for _ in range(10)]
    try:
        for portal in portals:
            portal.__enter__()
        runs = [
            start("crawl", "portal", "-L", "ERROR", "-a", f"url={portal.url()}", data=tmp_path) for portal in portals
        ]
        said = [run.communicate(timeout=ENOUGH)[1] for run in runs]
    finally:
        for portal in portals:
            portal.__exit__()
    assert [run.returncode for run in runs] == [0] * 10, said
    assert "locked" not in "".join(said)
    assert len(records(tmp_path, "articles")) == 40
    assert len(records(tmp_path, "teasers")) == 40


@both_states
def test_feeds_are_removed_only_when_asked_for(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path, url=portal.url())
        crawl(data=tmp_path, url=portal.url())
        assert len(records(tmp_path, "articles")) == 4
        finished = datetime.fromisoformat(manifests(tmp_path)[0]["finished"])
        time.sleep(max(0.0, finished.timestamp() + 2 - time.time()))  # runs begin and end at whole seconds
        crawl("-s", "FEED_RETENTION=1", data=tmp_path, url=portal.url())
        assert records(tmp_path, "articles") == []
        assert not list((tmp_path / "feeds").iterdir())
        crawl(data=tmp_path, url=portal.url())
    assert records(tmp_path, "articles") == []


@both_states
def test_the_state_knows_of_a_run_what_its_manifest_says(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path, url=portal.url())
    (manifest,) = manifests(tmp_path)
    (run,) = json.loads(scrapy("state", "--runs", "--json", data=tmp_path).out)
    assert run == manifest
    assert all(feed["sha256"] for feed in run["feeds"])


@both_states
def test_forget_and_requeue(tmp_path: Path) -> None:
    site = chain() | {path(2): Answer("", 404)}
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url())
        assert "1 article is pending again" in scrapy("state", "--requeue", "gone", data=tmp_path).out
        portal.site[path(2)] = article(TITLES[2])
        crawl(data=tmp_path, url=portal.url())
    assert headlines(tmp_path) == titles(1, 2, 3, 4)
    assert "0 articles forgotten" in scrapy("state", "--forget", "30d", data=tmp_path).out
    let_time_pass(tmp_path, 31 * DAY)
    assert "4 articles forgotten" in scrapy("state", "--forget", "30d", data=tmp_path).out


@both_states
def test_an_article_that_crawls_still_meet_is_not_forgotten_and_not_written_again(tmp_path: Path) -> None:
    """Its age is that of the last crawl that saw it, not of its publication in 2025 or its first fetch."""
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path, url=portal.url())
        for _ in range(3):
            let_time_pass(tmp_path, 20 * DAY)
            crawl("-s", "RECRAWL_AGES=", data=tmp_path, url=portal.url())  # meets links to 1 and 2
            scrapy("state", "--forget", "30d", data=tmp_path)
        known = states.rows(tmp_path, "SELECT url FROM articles")
    assert {row["url"] for row in known} == {portal.url(path(1)), portal.url(path(2))}
    assert headlines(tmp_path) == titles(1, 2, 3, 4)


@pytest.mark.parametrize(
    "args",
    [
        ("x",),
        ("--forget", "soon"),
        ("--forget", "0d"),
        ("--requeue", "stored"),
        ("--forget", "1d", "--requeue", "failed"),
        (),
    ],
)
def test_wrong_use_of_state_is_one_line(tmp_path: Path, args: tuple[str, ...]) -> None:
    ended = scrapy("state", *args, data=tmp_path / "none")
    assert ended.code == (2 if args else 1)
    assert len(ended.lines) == 1
    assert not (tmp_path / "none").exists()


@both_states
def test_a_copied_data_folder_works_elsewhere(tmp_path: Path) -> None:
    with TinyPortal(chain()) as portal:
        crawl(data=tmp_path / "a", url=portal.url(), max_articles=2)
        shutil.copytree(tmp_path / "a", tmp_path / "b")
        crawl(data=tmp_path / "b", url=portal.url())
    assert headlines(tmp_path / "b") == titles(1, 2, 3, 4)
