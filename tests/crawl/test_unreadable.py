"""A page that hangs or kills the process costs at most one run."""

from __future__ import annotations

import json
import signal
import sqlite3
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.commandline import ROOT, Ended, crawl, environment, manifests, records, runs, scrapy, to_end, warm_starter
from support.tinyportal import Site, TinyPortal, article, listing

from portalcrawl.runs.watchdog import UNINTERRUPTED
from portalcrawl.settings import ITEM_PIPELINES

HARM = "/news/die-seite-die-schadet-aus-lindenau-4711099.html"
GOOD = {
    f"/news/meldung-{number}-aus-dem-hafen-{4711000 + number}.html": f"Meldung {number}: Der Hafen wird tiefer"
    for number in (1, 2, 3)
}
HARMFUL = (
    "-s",
    'SPIDER_MIDDLEWARES={"support.harmful.Harmful": 1}',
    "-s",
    "READ_TIMEOUT=2",
    "-s",
    "RETRY_FAILED_AFTER=0",
)


def site(harm: str, *, start: bool = False) -> Site:
    """Return a list page with good articles and a harmful one, or, with *start*, a harmful list page with good
    articles."""
    mark = f"<!-- harm: {harm} -->" if harm != "no" else ""
    links = [f"{path}|{title}" for path, title in GOOD.items()]
    harmful = {} if start else {HARM: mark + article("Die Seite, die schadet")}
    more = [] if start else [f"{HARM}|Die Seite, die schadet"]
    front = listing("Hafen", *more, *links)
    return {"/": mark + front if start else front, **{p: article(t) for p, t in GOOD.items()}, **harmful}


def run(portal: TinyPortal, data: Path, *args: str, **extra: str) -> Ended:
    given = ("-L", "WARNING", *HARMFUL, "-a", f"url={portal.url()}", *args)
    return scrapy("crawl", "portal", *given, data=data, PYTHONPATH=str(ROOT / "tests"), **extra)


def state(data: Path, path: str = HARM) -> tuple[str, str | None, int]:
    with sqlite3.connect(data / "state.sqlite3") as database:
        found = database.execute("SELECT status, reason, attempts FROM articles WHERE url LIKE ?", ("%" + path,))
        row: tuple[str, str | None, int] = found.fetchone()
    return row


def asked(portal: TinyPortal, path: str = HARM) -> int:
    return portal.log.count(path)


def written(data: Path) -> set[str]:
    return {record["headline"] for record in records(data, "articles")}


@pytest.mark.parametrize("harm", ["pattern", "memory"])
def test_a_page_that_hangs_python_costs_only_itself(harm: str, tmp_path: Path) -> None:
    with TinyPortal(site(harm)) as portal:
        ended = run(portal, tmp_path)
        assert ended.code == 0, ended.err
        assert "Traceback" not in ended.err
        assert f"{portal.url(HARM)} is unreadable" in ended.err
        assert manifests(tmp_path)[0]["counts"]["failed/unreadable"] == 1
        assert written(tmp_path) == set(GOOD.values())
        assert state(tmp_path)[:2] == ("unreadable", "unreadable")
        run(portal, tmp_path)
        assert asked(portal) == 1


def test_a_page_that_hangs_the_parser_ends_the_run_and_no_later_one(tmp_path: Path) -> None:
    with TinyPortal(site("parser")) as portal:
        ended = run(portal, tmp_path)
        assert ended.code == 1
        assert "Traceback" not in ended.err
        assert portal.url(HARM) in ended.lines[-1]
        (manifest,) = manifests(tmp_path)
        assert (manifest["finish_reason"], manifest["verdict"]["level"]) == ("unreadable", "failed")
        assert len(records(tmp_path, "teasers")) == 1 + len(GOOD)
        assert state(tmp_path)[:2] == ("unreadable", "unreadable")
        again = run(portal, tmp_path)
        assert again.code == 0, again.err
        assert (asked(portal), written(tmp_path)) == (1, set(GOOD.values()))


@pytest.mark.parametrize(("harm", "code"), [("death", -signal.SIGSEGV), ("held", 1)])
def test_a_page_that_ends_the_process_ends_one_run_only(harm: str, code: int, tmp_path: Path) -> None:
    with TinyPortal(site(harm)) as portal:
        assert run(portal, tmp_path).code == code
        second = run(portal, tmp_path)
        assert second.code == 0, second.err
        assert "died while it read" in second.err
        assert f"{portal.url(HARM)} is unreadable" in second.err
        assert state(tmp_path)[:2] == ("unreadable", "unreadable")
        assert written(tmp_path) == set(GOOD.values())
        third = run(portal, tmp_path)
        assert (third.code, asked(portal)) == (0, 2)
        assert HARM not in third.err


def test_a_start_page_that_kills_is_not_asked_for_again(tmp_path: Path) -> None:
    with TinyPortal(site("death", start=True)) as portal:
        assert run(portal, tmp_path).code == -signal.SIGSEGV
        second = run(portal, tmp_path)
        assert (second.code, asked(portal, "/")) == (1, 2)
        third = run(portal, tmp_path)
        assert (third.code, asked(portal, "/")) == (1, 2)
        for ended in (second, third):
            assert "Traceback" not in ended.err
            assert "unreadable 1" in ended.lines[-1]
        assert runs(tmp_path)[-1]["counts"]["start_pages_failed"] == 1
        requeued = scrapy("state", "--requeue", "unreadable", data=tmp_path)
        assert "1 article is pending again" in requeued.out
        portal.site["/"] = site("no")["/"]
        assert run(portal, tmp_path).code == 0
        assert set(GOOD.values()) <= written(tmp_path)


def test_a_run_without_state_dies_once_as_well(tmp_path: Path) -> None:
    with TinyPortal(site("death")) as portal:
        off = ("-s", "STATE_ENABLED=False")
        codes = [run(portal, tmp_path, *off).code for _ in range(3)]
        assert codes == [-signal.SIGSEGV, 0, 0]
        assert asked(portal) == 2


def test_a_page_that_was_read_when_the_run_was_killed_is_no_fault_of_it(tmp_path: Path) -> None:
    with TinyPortal(site("once")) as portal:
        flag = str(tmp_path / "killed")
        assert run(portal, tmp_path / "data", KILLED_ONCE=flag).code == -signal.SIGKILL
        assert run(portal, tmp_path / "data", KILLED_ONCE=flag).code == 0
        assert written(tmp_path / "data") == {*GOOD.values(), "Die Seite, die schadet"}
        assert state(tmp_path / "data")[:2] == ("stored", None)
        assert not list((tmp_path / "data" / "locks").glob("*.reading"))


def test_an_exception_is_a_failed_attempt(tmp_path: Path) -> None:
    with TinyPortal(site("error")) as portal:
        for attempt in (1, 2):
            ended = run(portal, tmp_path)
            assert ended.code == 0
            assert f"Reading {portal.url(HARM)} failed" in ended.err
            assert state(tmp_path) == ("pending", "error", attempt)
            counts = runs(tmp_path)[-1]["counts"]
            assert (counts["failed/error"], counts["exceptions"]) == (1, 1)


def test_a_fault_in_a_pipeline_is_a_failed_attempt(tmp_path: Path) -> None:
    pipelines = json.dumps({**ITEM_PIPELINES, "support.harmful.Harmful": 150})
    with TinyPortal(site("no")) as portal:
        for attempt in (1, 2):
            run(portal, tmp_path, "-s", f"ITEM_PIPELINES={pipelines}")
            assert state(tmp_path) == ("pending", "error", attempt)
        assert run(portal, tmp_path).code == 0
    assert state(tmp_path) == ("stored", None, 0)
    assert len(records(tmp_path, "articles")) == 4


def test_an_exception_at_a_start_page_fails_it(tmp_path: Path) -> None:
    with TinyPortal(site("error", start=True)) as portal:
        ended = run(portal, tmp_path)
    assert ended.code == 1
    assert "error 1" in ended.lines[-1]
    assert runs(tmp_path)[0]["counts"]["start_pages_failed"] == 1


def test_a_page_of_too_many_attributes_is_refused_unread(tmp_path: Path) -> None:
    attributes = " ".join(f"a{number}='>'" for number in range(60_000))
    pages = {**site("no"), HARM: article("Die Seite, die schadet").replace("<article>", f"<article {attributes}>")}
    with TinyPortal(pages) as portal:
        assert crawl(data=tmp_path, url=portal.url()).code == 0
    assert runs(tmp_path)[0]["counts"]["failed/too_complex"] == 1
    assert state(tmp_path) == ("pending", "too_complex", 1)
    assert written(tmp_path) == set(GOOD.values())


def test_inspect_refuses_it_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "seite.html"
    file.write_text("<p " + " ".join(f"a{number}" for number in range(60_000)) + ">", encoding="utf-8")
    ended = scrapy("inspect", str(file), "--url", "https://a.example/seite.html", data=tmp_path)
    assert (ended.code, len(ended.lines), ended.out) == (1, 1, "")
    assert "too_complex" in ended.err


@pytest.mark.parametrize("harm", ["pattern", "parser"])
def test_inspect_ends_in_one_line(harm: str, tmp_path: Path) -> None:
    file = tmp_path / "seite.html"
    file.write_text(f"<!-- harm: {harm} -->" + article("Die Seite, die schadet"), encoding="utf-8")
    script = tmp_path / "harmful.py"
    script.write_text("import support.harmful; from scrapy.cmdline import execute; execute()", encoding="utf-8")
    given = environment(tmp_path, PYTHONPATH=str(ROOT / "tests"))
    ended = to_end(warm_starter().start(["inspect", "-s", "READ_TIMEOUT=2", str(file)], ROOT, given, script=script))
    assert (ended.code, len(ended.lines), ended.out) == (1, 1, "")
    assert "READ_TIMEOUT" in ended.err


@pytest.mark.parametrize("name", UNINTERRUPTED)
def test_code_that_is_not_interrupted_exists(name: str) -> None:
    assert find_spec(name), f"{name} is gone: the signal would interrupt what took its place"
