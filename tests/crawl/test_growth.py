"""After a year of runs, no run, query or clean-up takes longer."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from support.commandline import ROOT, crawl, runs, scrapy
from support.old_states import VERSION_1
from support.tinyportal import TinyPortal, article, listing

from portalcrawl.feeds.store.folder_store import FolderStore
from portalcrawl.runs.retention import remove_old_feeds
from portalcrawl.runs.run_start import free_name
from portalcrawl.schema import Manifest, Verdict
from portalcrawl.storage.database import open_database
from portalcrawl.storage.maintenance import Maintenance
from portalcrawl.storage.records import Record
from portalcrawl.storage.run_history import RunHistory
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.fingerprints import fingerprint

OLD, NEW = 1_000_000.0, 2_000_000.0
TEXT = " ".join(f"wort{number}" for number in range(60))


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'state.sqlite3'}"


def known(folder: Path, number: int, newest: float, status: str = "stored") -> None:
    """Record *number* articles with an address, an alias and a fingerprint each, last seen at *newest*."""
    unit_of_work = UnitOfWork(open_database(url_of(folder)))
    for each in range(number):
        name = f"a:{newest:.0f}-{each}"
        address = f"https://a.example/{newest:.0f}/{each}.html"
        unit_of_work.note(Record("a", name, address, address, status=status, newest=newest, field_hashes="x" * 900))  # type: ignore[arg-type]
        unit_of_work.note_addresses("a", [address, address + "-alias"], name)
        copied = fingerprint(f"{TEXT} {newest} {each}")
        assert copied
        unit_of_work.near_copies.note(copied, name, "a", name)
    unit_of_work.commit([])
    unit_of_work.close()
    last_seen(folder, newest)


def last_seen(folder: Path, newest: float) -> None:
    """Let the articles with this *newest* have been seen last on its day."""
    with sqlite3.connect(folder / "state.sqlite3") as connection:
        connection.execute("UPDATE articles SET seen = ? WHERE newest = ?", (newest // 86_400, newest))
    connection.close()


def manifest(run: str, finished: str, verdict: Verdict, counts: dict[str, int]) -> Manifest:
    return Manifest(run, "a", {}, finished, finished, "finished", [], counts, verdict)


def counted(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "state.sqlite3") as connection:
        names = ("articles", "addresses", "signatures", "bands", "runs", "feeds", "lines")
        found = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    connection.close()
    return found


def test_a_run_without_a_record_leaves_no_file_but_a_row_in_the_state(tmp_path: Path) -> None:
    with TinyPortal({"/": listing("Leere Seite")}) as portal:
        ended = crawl(data=tmp_path, url=portal.url())
    assert ended.code == 1  # nothing found is a failure, and it is told
    assert not list((tmp_path / "feeds").iterdir())
    (run,) = runs(tmp_path)
    assert run["verdict"]["level"] == "failed"
    assert run["verdict"]["reasons"]
    assert (run["feeds"], run["finish_reason"], run["counts"]["start_pages"]) == ([], "finished", 1)
    assert run["run"] in ended.lines[-1]


def test_the_last_runs_are_shown(tmp_path: Path) -> None:
    history = RunHistory(open_database(url_of(tmp_path)))
    for number in range(5):
        run = f"20260101T00000{number}Z-abcdef"
        history.begin(run, ["a"], {"portal": "a"}, f"2026-01-01T00:00:0{number}+00:00")
        if number < 4:
            counts = {"articles": number, "teasers": 0}
            verdict = Verdict("warning", ["zu wenig gefunden"])
            history.end(manifest(run, "2026-01-01T01:00:00+00:00", verdict, counts))
    found = runs(tmp_path)
    assert json.loads(scrapy("state", "--runs", "1000", "--json", data=tmp_path).out) == found[::-1]
    assert [run["counts"].get("articles") for run in found] == [0, 1, 2, 3, None]
    assert found[3]["verdict"] == {"level": "warning", "reasons": ["zu wenig gefunden"]}
    assert (found[4]["finished"], found[4]["verdict"]) == (None, None)
    shown = scrapy("state", "--runs", "2", data=tmp_path)
    assert [name for name in ("00Z", "01Z", "02Z", "03Z", "04Z") if name in shown.out] == ["03Z", "04Z"]
    assert "zu wenig gefunden" in shown.out


@pytest.mark.parametrize("args", [("--runs", "0"), ("--runs", "many"), ("--runs", "--forget", "1d")])
def test_wrong_use_of_runs_is_one_line(tmp_path: Path, args: tuple[str, ...]) -> None:
    ended = scrapy("state", *args, data=tmp_path / "none")
    assert (ended.code, len(ended.lines)) == (2, 1)


def test_queries_for_runs_use_an_index(tmp_path: Path) -> None:
    engine = open_database(url_of(tmp_path))
    history, asked = RunHistory(engine), []

    @event.listens_for(engine, "before_cursor_execute")
    def remember(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    history.is_known("x")
    history.is_incomplete()
    history.unfinished(["a"])
    history.last_finished("a", 20)
    history.last(20)
    history.of_job("fresh-1")
    history.feeds_of("x")
    queries = [(statement, given) for statement, given in asked if statement.startswith("SELECT")]
    assert len(queries) >= 7
    with sqlite3.connect(tmp_path / "state.sqlite3") as connection:
        for statement, given in queries:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", given).fetchall()  # type: ignore[arg-type]
            for *_, step in plan:
                assert not step.startswith("SCAN") or "LIMIT" in statement, (statement, plan)
    connection.close()


def test_a_run_never_gets_the_name_of_an_existing_file(tmp_path: Path) -> None:
    history = RunHistory(open_database(url_of(tmp_path)))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    (tmp_path / "teasers-20260101T000000Z-job.jsonl.part").touch()
    name = free_name(moment, "job", tmp_path, history)
    assert name.startswith("20260101T000000Z-job-")


def test_only_old_manifests_are_read_to_remove_old_feeds(tmp_path: Path) -> None:
    history, now = RunHistory(open_database(url_of(tmp_path))), datetime(2026, 2, 1, tzinfo=UTC)
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    store = FolderStore(feeds)
    for days in range(1, 6):
        run = f"{now - timedelta(days=days):%Y%m%dT%H%M%SZ}-abcdef"
        content = f'{{"finished": "{(now - timedelta(days=days)).isoformat()}", "feeds": [{{"file": "{run}.jsonl"}}]}}'
        # Of what is too young by its name nothing is read.
        (feeds / f"manifest-{run}.json").write_text(content if days > 3 else "unreadable", encoding="utf-8")
        (feeds / f"{run}.jsonl").touch()
    day = 86400.0
    assert len(remove_old_feeds(store, history, now, 3.5 * day)) == 2
    assert len(list(feeds.iterdir())) == 6
    (feeds / "manifest-20200101T000000Z-abcdef.json").write_text("unreadable", encoding="utf-8")
    assert remove_old_feeds(store, history, now, 3.5 * day) == []  # nothing can be due: the folder is not looked at
    (feeds / "manifest-20200101T000000Z-abcdef.json").unlink()
    (feeds / f"manifest-{now - timedelta(days=3):%Y%m%dT%H%M%SZ}-abcdef.json").write_text(
        f'{{"finished": "{(now - timedelta(days=3)).isoformat()}", "feeds": []}}', encoding="utf-8"
    )
    assert len(remove_old_feeds(store, history, now + timedelta(days=1), 3.5 * day)) == 1


def test_forgotten_articles_leave_no_rows(tmp_path: Path) -> None:
    known(tmp_path, 30, OLD)
    known(tmp_path, 20, NEW)
    known(tmp_path, 5, OLD - 1, status="pending")
    maintenance = Maintenance(open_database(url_of(tmp_path)))
    assert maintenance.forget((OLD + NEW) / 2) == 30
    assert counted(tmp_path) | {"bands": 0} == {
        **{"articles": 25, "addresses": 50, "signatures": 25, "bands": 0, "runs": 0, "feeds": 0, "lines": 0}
    }
    assert counted(tmp_path)["bands"] == 25 * 12
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    assert len(unit_of_work.ids_of("a", [f"https://a.example/{NEW:.0f}/3.html-alias"])) == 1
    assert Maintenance(open_database(url_of(tmp_path))).forget((OLD + NEW) / 2) == 0


def test_runs_are_forgotten_but_for_the_last_of_each_portal(tmp_path: Path) -> None:
    history = RunHistory(open_database(url_of(tmp_path)))
    for number in range(1200):
        run, portal = f"20200101T{number:06}Z-abcdef", "b" if number == 7 else "a"
        history.begin(run, [portal], {}, "2020-01-01T00:00:00+00:00")
        if number != 9:
            history.end(manifest(run, "2020-01-01T00:00:01+00:00", Verdict("ok", []), {}))
    row = {"file": "x", "run": "20200101T000003Z-abcdef", "kind": "articles", "bytes": 1, "records": 1}
    UnitOfWork(open_database(url_of(tmp_path))).commit([row])
    Maintenance(open_database(url_of(tmp_path))).forget(time.time())
    left = [run.run for run in history.last(10)]
    assert left == ["20200101T001199Z-abcdef", "20200101T000009Z-abcdef", "20200101T000007Z-abcdef"]
    assert counted(tmp_path)["feeds"] == 0
    assert not history.is_incomplete()  # or the next run would take up again what was forgotten


def known_to_version_1(folder: Path, number: int, newest: float) -> None:
    """Record *number* articles as :func:`known` does, in a state of version 1, whose file gives no space back."""
    with sqlite3.connect(folder / "state.sqlite3") as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            connection.executescript(VERSION_1)
        for each in range(number):
            name, address = f"a:{newest:.0f}-{each}", f"https://a.example/{newest:.0f}/{each}.html"
            values = (name, address, address, newest, "x" * 900, name)
            connection.execute(
                "INSERT INTO articles VALUES ('a', ?, ?, ?, 'stored', NULL, 0, NULL, 0, NULL, ?, NULL, 1, NULL, ?, ?, "
                "NULL, NULL)",
                values,
            )
            connection.executemany(
                "INSERT INTO addresses VALUES ('a', ?, ?)", [(address, name), (address + "-alias", name)]
            )
            text = connection.execute("INSERT INTO signatures VALUES (NULL, zeroblob(512), ?)", (name,)).lastrowid
            bands = [(text * 12 + band, text) for band in range(12)]
            connection.executemany("INSERT INTO bands VALUES (?, ?)", bands)
    connection.close()


@pytest.mark.parametrize("is_old", [False, True])
def test_forgetting_frees_disk_space(tmp_path: Path, is_old: bool) -> None:
    make = known_to_version_1 if is_old else known
    make(tmp_path, 1500, OLD)
    make(tmp_path, 10, NEW)
    engine = open_database(url_of(tmp_path))
    last_seen(tmp_path, OLD)  # a migration knows no better than that they were seen now
    file = tmp_path / "state.sqlite3"
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    assert Maintenance(engine).forget((OLD + NEW) / 2) == 1500
    engine.dispose()
    assert file.stat().st_size < 500_000
    assert counted(tmp_path)["signatures"] == 10
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM meta").fetchone() == (1,)
    connection.close()


def test_a_crawl_commits_beside_forgetting(tmp_path: Path) -> None:
    known(tmp_path, 1500, OLD)  # three batches
    unit_of_work, errors = UnitOfWork(open_database(url_of(tmp_path))), []
    maintenance = Maintenance(open_database(url_of(tmp_path)))

    def forget() -> None:
        try:
            maintenance.forget(NEW)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            errors.append(error)

    thread = threading.Thread(target=forget)
    thread.start()
    number = 0
    while thread.is_alive():
        unit_of_work.note_teaser(f"a:{number}")
        unit_of_work.commit([], wait=20.0)
        number += 1
    thread.join()
    assert errors == []
    assert len(unit_of_work.known_teasers([f"a:{each}" for each in range(number)])) == number
    assert counted(tmp_path)["articles"] == 0


def test_recipes_take_any_number_of_files(tmp_path: Path) -> None:
    """The README's line for jq, whose list of files would not fit into one command."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    recipe = next(block.split("```")[0] for block in text.split("```sh\n")[1:] if "jq -r" in block)
    with TinyPortal({"/": listing("Neues", "/stadt/meldung-100001.html|Die Brücke ist fertig")}) as portal:
        portal.site["/stadt/meldung-100001.html"] = article("Die Brücke ist fertig")
        crawl(data=tmp_path / "data", url=portal.url())
    (manifest,) = (tmp_path / "data" / "feeds").glob("manifest-*.json")
    whole = manifest.read_bytes()
    for number in range(40_000):  # as long as 2 MB of names
        (manifest.parent / f"manifest-20200101T{number:06}Z-{'x' * 30}.json").write_bytes(b'{"feeds": []}')
    manifest.write_bytes(whole)
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", recipe.replace('select(.agency == "dpa")', "select(true)")],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "jq: command not found" in done.stderr:
        pytest.skip("there is no jq")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Die Brücke ist fertig" in done.stdout
