"""Recovery from damage: missing or truncated files of dead runs; deleted, copied or locked states."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings
from support.commandline import ENOUGH, crawl, doubled, manifests, records, runs, start_crawl
from support.tinyportal import Answer, TinyPortal, article, listing

from portalcrawl.crawl.frontier import Frontier
from portalcrawl.errors import DataFolderError
from portalcrawl.items import Article, Teaser
from portalcrawl.runs.plan import make_plan
from portalcrawl.runs.run import Run
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.runs.session import RunSession
from portalcrawl.storage.database import StateBusyError, StateReplacedError
from portalcrawl.storage.records import Record


def session(data: Path, host: str = "a.example") -> RunSession:
    settings = Settings()
    settings.setmodule("portalcrawl.settings")
    settings.set("DATA_DIR", str(data))
    return RunSession(make_plan({"url": f"https://{host}/"}, None), RunSettings.from_settings(settings))


def write(run: Run, *numbers: int, revision: int = 1, portal: str = "a.example") -> None:
    """Write a teaser and then its article, for each of *numbers*."""
    for number in numbers:
        name, address = f"{portal}:{number}", f"https://{portal}/{number}.html"
        moment = {"date_fetched": "2026-01-05T10:00:00+00:00", "run": run.id}
        state = f"{portal}:t{number}-{revision}"
        run.write("teasers", asdict(Teaser(id=state, portal=portal, article_id=name, url=address, **moment)))
        run.unit_of_work.note_teaser(state)
        item = Article(id=name, portal=portal, url=address, canonical_url=address, revision=revision, **moment)
        run.write("articles", asdict(item))
        run.unit_of_work.note(Record(portal, name, address, address, "stored", revision=revision, next_visit=None))
        run.unit_of_work.note_addresses(portal, [address], name)


def die(data: Path, *numbers: int, revision: int = 1) -> str:
    """Write and commit in a run that does not end; return its id."""
    with session(data) as died:
        run = died.open()
        write(run, *numbers, revision=revision)
        run.commit()
    return run.id


def keys(data: Path) -> list[Any]:
    articles = [(record["id"], record["revision"]) for record in records(data, "articles")]
    return sorted(articles) + sorted(record["id"] for record in records(data, "teasers"))


def part(data: Path, kind: str) -> Path:
    (found,) = (data / "feeds").glob(f"{kind}-*.part")
    return found


def test_runs_on_a_portal_are_sorted_by_their_ids(tmp_path: Path) -> None:
    ids = [die(tmp_path, number) for number in range(4)]
    assert ids == sorted(ids)
    seconds = [each.partition("-")[0] for each in ids]
    assert len(set(seconds)) == 4
    with session(tmp_path, "b.example") as other, session(tmp_path, "c.example") as another:
        assert {other.open().id, another.open().id}.isdisjoint(ids)


def test_an_article_that_was_due_a_moment_ago_is_requested(tmp_path: Path) -> None:
    """A run's start is a whole second, the times of visits are none."""
    with session(tmp_path) as running:
        run = running.open()
        moment = max(time.time(), run.started.timestamp() + 0.01)
        address = "https://a.example/1.html"
        run.unit_of_work.note(Record("a.example", "a.example:1", address, address, next_visit=moment))
        run.commit()
        while time.time() <= moment:
            pass
        assert [each.id for each in Frontier(run.crawl, lambda _: False).pending()] == ["a.example:1"]


def test_a_dead_run_whose_files_are_missing_blocks_no_later_run(tmp_path: Path) -> None:
    die(tmp_path, 1, 2)
    for kind in ("articles", "teasers"):
        part(tmp_path, kind).unlink()
    with session(tmp_path) as later:
        run = later.open()
        found = run.unit_of_work.records("a.example", ["a.example:1", "a.example:2"]).values()
        assert [(each.status, each.revision, each.next_visit) for each in found] == [("pending", 0, 0.0)] * 2
        assert run.unit_of_work.known_teasers(["a.example:t1-1"]) == set()
    (dead,) = [run for run in runs(tmp_path) if run["finished"]]
    assert (dead["finish_reason"], dead["counts"], dead["feeds"][0]["records"]) == (
        *("recovered", {"articles": 0, "teasers": 0}),
        0,
    )
    assert dead["verdict"]["level"] == "warning"
    assert (
        "2 articles that it had committed are missing from its file: they will be written again"
        in dead["verdict"]["reasons"]
    )
    assert manifests(tmp_path) == []


def test_a_file_that_is_shorter_than_committed_is_published_with_its_whole_lines(tmp_path: Path) -> None:
    die(tmp_path, 1, 2, 3)
    path = part(tmp_path, "articles")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:100])
    with session(tmp_path) as later:
        run = later.open()
        found = run.unit_of_work.records("a.example", [f"a.example:{n}" for n in (1, 2, 3)])
        assert [found[f"a.example:{n}"].revision for n in (1, 2, 3)] == [1, 0, 0]
        assert len(run.unit_of_work.known_teasers([f"a.example:t{n}-1" for n in (1, 2, 3)])) == 3
    (manifest,) = manifests(tmp_path)
    feed = next(feed for feed in manifest["feeds"] if feed["kind"] == "articles")
    assert (feed["records"], feed["bytes"], manifest["counts"]) == (1, len(lines[0]), {"articles": 1, "teasers": 3})
    assert feed["sha256"] == hashlib.sha256(lines[0]).hexdigest()
    assert keys(tmp_path) == [("a.example:1", 1), *(f"a.example:t{n}-1" for n in (1, 2, 3))]


def test_a_lost_revision_is_due_again(tmp_path: Path) -> None:
    with session(tmp_path) as first:
        run = first.open()
        write(run, 1)
        run.publish("finished")
    die(tmp_path, 1, revision=2)
    part(tmp_path, "articles").write_bytes(b"")
    with session(tmp_path) as later:
        record = later.open().unit_of_work.record("a.example", "a.example:1")
        assert record
        assert (record.status, record.revision, record.next_visit) == ("stored", 1, 0.0)


def test_a_file_of_the_right_length_that_ends_within_a_line_is_cut(tmp_path: Path) -> None:
    die(tmp_path, 1, 2)
    path = part(tmp_path, "teasers")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 + 10].ljust(len(content), b"x"))
    with session(tmp_path) as later:
        assert later.open().unit_of_work.known_teasers(["a.example:t1-1", "a.example:t2-1"]) == {"a.example:t1-1"}
    assert keys(tmp_path)[2:] == ["a.example:t1-1"]


def test_a_state_copied_during_a_run_learns_what_the_run_published_after(tmp_path: Path) -> None:
    with session(tmp_path / "a") as running:
        run = running.open()
        write(run, 1)
        run.commit()
        with sqlite3.connect(tmp_path / "a" / "state.sqlite3") as from_, sqlite3.connect(tmp_path / "copy") as to:
            from_.backup(to)
        write(run, 2)
        run.publish("finished")
    shutil.copytree(tmp_path / "a" / "feeds", tmp_path / "b" / "feeds")
    shutil.copy(tmp_path / "copy", tmp_path / "b" / "state.sqlite3")
    with session(tmp_path / "b") as later:
        unit_of_work = later.open().unit_of_work
        assert {
            each.revision for each in unit_of_work.records("a.example", ["a.example:1", "a.example:2"]).values()
        } == {1}
        assert unit_of_work.known_teasers(["a.example:t2-1"])
    assert [run["finish_reason"] for run in runs(tmp_path / "b") if run["finished"]] == ["finished"]


@pytest.mark.parametrize("left", [".sqlite3", ".sqlite3*"])
@pytest.mark.parametrize("another", [False, True])
def test_a_state_deleted_while_a_run_lasts_costs_nothing(tmp_path: Path, another: bool, left: str) -> None:
    with session(tmp_path) as first:
        run = first.open()
        write(run, 1)
        run.publish("finished")
    with session(tmp_path) as running:
        run = running.open()
        write(run, 2)
        run.commit()
        for file in tmp_path.glob(f"state{left}"):
            file.unlink()
        if another:
            with session(tmp_path, "b.example") as beside:
                other = beside.open()
                write(other, 7, portal="b.example")
                other.publish("finished")
        write(run, 3)
        for attempt in (run.commit, lambda: run.publish("broken")):
            with pytest.raises(StateReplacedError, match="deleted or replaced"):
                attempt()
        assert run.manifest is None
    assert ("a.example:2", 1) not in keys(tmp_path)
    with session(tmp_path) as later:
        unit_of_work = later.open().unit_of_work
        found = unit_of_work.records("a.example", [f"a.example:{n}" for n in (1, 2, 3)])
        assert [found[f"a.example:{n}"].status for n in (1, 2, 3)] == ["stored"] * 3
    others = [("b.example:7", 1)] if another else []
    assert [key for key in keys(tmp_path) if isinstance(key, tuple)] == [
        *(("a.example:1", 1), ("a.example:2", 1), ("a.example:3", 1)),
        *others,
    ]
    assert not doubled(keys(tmp_path))
    assert not list((tmp_path / "feeds").glob("*.part"))


def test_a_run_whose_state_was_copied_back_goes_on_from_there(tmp_path: Path) -> None:
    with session(tmp_path) as running:
        run = running.open()
        write(run, 1)
        run.commit()
        with sqlite3.connect(tmp_path / "state.sqlite3") as from_, sqlite3.connect(tmp_path / "copy") as to:
            from_.backup(to)
        write(run, 2)
        run.commit()
        (tmp_path / "copy").replace(tmp_path / "state.sqlite3")
        for end in ("-wal", "-shm"):
            (tmp_path / f"state.sqlite3{end}").unlink()
        with pytest.raises(StateReplacedError):
            run.publish("finished")
    with session(tmp_path) as later:
        later.open()
    assert keys(tmp_path) == [(f"a.example:{n}", 1) for n in (1, 2)] + [f"a.example:t{n}-1" for n in (1, 2)]


def test_records_of_other_feeds_are_left_out_of_an_unknown_feed(tmp_path: Path) -> None:
    die(tmp_path, 1, 2)
    path = part(tmp_path, "articles")
    hidden = path.read_bytes()
    for file in [*tmp_path.glob("state.sqlite3*"), *(tmp_path / "feeds").iterdir()]:
        file.unlink()
    with session(tmp_path) as first:
        run = first.open()
        write(run, 2, 3)
        run.publish("finished")
    path.write_bytes(hidden + b"\0\0\0\n" + hidden[:50])
    for file in tmp_path.glob("state.sqlite3*"):
        file.unlink()
    with session(tmp_path) as later:
        later.open()
    assert [key for key in keys(tmp_path) if isinstance(key, tuple)] == [(f"a.example:{n}", 1) for n in (1, 2, 3)]


def test_the_state_is_rebuilt_with_its_runs(tmp_path: Path) -> None:
    with session(tmp_path) as first:
        run = first.open()
        write(run, 1)
        run.publish("finished")
    for file in tmp_path.glob("state.sqlite3*"):
        file.unlink()
    with session(tmp_path) as later:
        later.open()
    (known,) = [run for run in runs(tmp_path) if run["finished"]]
    assert known["finish_reason"] == "finished"
    assert known["feeds"] == sorted(manifests(tmp_path)[0]["feeds"], key=lambda feed: feed["file"])


def test_a_locked_state_delays_commits_and_blocks_for_a_second_at_most(tmp_path: Path) -> None:
    with session(tmp_path) as running:
        run = running.open()
        write(run, 1)
        locking = sqlite3.connect(tmp_path / "state.sqlite3", isolation_level=None)
        locking.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert [run.commit() for _ in range(50)] == [False] * 50
        with pytest.raises(StateBusyError, match="locked"):
            run.publish("shutdown")
        assert time.monotonic() - began < 15
        locking.execute("ROLLBACK")
        locking.close()
        manifest = run.publish("finished")
    assert manifest.counts == {"articles": 1, "teasers": 1}
    assert keys(tmp_path) == [("a.example:1", 1), "a.example:t1-1"]


def test_a_locked_state_does_not_keep_a_run_from_ending(tmp_path: Path) -> None:
    """After SIGTERM while another process holds the lock, the run ends within 30 seconds with a message."""
    links = [f"/stadt/meldung-des-tages-10000{n}.html" for n in range(9)]
    site = {"/": listing("Neues", *links)} | {path: Answer(article(path), delay=0.5) for path in links}
    with TinyPortal(site) as portal:
        run = start_crawl("-s", "COMMIT_SECONDS=0.2", data=tmp_path, url=portal.url())
        while not list((tmp_path / "feeds").glob("*.part")):
            time.sleep(0.05)
        locking = sqlite3.connect(tmp_path / "state.sqlite3", isolation_level=None, timeout=60)
        locking.execute("BEGIN IMMEDIATE")
        time.sleep(2)
        began = time.monotonic()
        run.terminate()
        _, err = run.communicate(timeout=ENOUGH)
        assert time.monotonic() - began < 30
        locking.execute("ROLLBACK")
        locking.close()
        assert run.returncode == 1, err
        assert "locked" in err.splitlines()[-1]
        assert "Traceback" not in err
        assert crawl(data=tmp_path, url=portal.url()).code == 0
    assert len(records(tmp_path, "articles")) == len(links)
    assert not doubled(keys(tmp_path))


def test_a_run_that_cant_be_recorded_has_not_succeeded(tmp_path: Path) -> None:
    """A run that found nothing new and could not record its end."""
    with session(tmp_path) as running:
        run = running.open()
        (tmp_path / "state.sqlite3").rename(tmp_path / "elsewhere")
        with pytest.raises(DataFolderError):
            run.publish("finished")
        assert run.manifest is None


def test_a_manifest_that_cant_be_written_is_no_success(tmp_path: Path) -> None:
    with session(tmp_path) as running:
        run = running.open()
        write(run, 1)
        (tmp_path / "feeds" / f"manifest-{run.id}.json.part").mkdir()
        with pytest.raises(OSError, match="directory"):
            run.publish("finished")
        assert run.manifest is None
        (tmp_path / "feeds" / f"manifest-{run.id}.json.part").rmdir()
    with session(tmp_path) as later:
        later.open()
    assert json.loads(next((tmp_path / "feeds").glob("manifest-*")).read_bytes())["counts"]["articles"] == 1
