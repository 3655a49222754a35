"""The state: what is committed is found again, versions are checked, and concurrent commits succeed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError
from support import states

from portalcrawl.crawl import outcomes
from portalcrawl.errors import DataFolderError, SettingError
from portalcrawl.schema import Manifest, Verdict
from portalcrawl.storage import database, migrations, tables
from portalcrawl.storage.database import IN_MEMORY, open_database
from portalcrawl.storage.maintenance import Maintenance, StatusCount
from portalcrawl.storage.packing import today
from portalcrawl.storage.records import Record, Wanted
from portalcrawl.storage.run_history import RunHistory
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.fingerprints import fingerprint

both_states = pytest.mark.usefixtures("each_state")
DAY = 86_400.0
VERSION = "SELECT value FROM meta WHERE key = 'version'"


def url_of(folder: Path) -> str:
    return states.state_url(folder)


def record(number: int, **values: object) -> Record:
    address = f"https://a.example/{number}"
    given: dict[str, Any] = {
        "url": address,
        "canonical_url": address,
        "newest": float(number),
        "seen": today(),
        **values,
    }
    return Record("a", f"a:{number}", **given | values)


@both_states
def test_what_is_committed_is_known_to_the_next_run(tmp_path: Path) -> None:
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    unit_of_work.note(record(1, depth=3))
    unit_of_work.note_addresses("a", ["https://a.example/1", "https://a.example/alias"], "a:1")
    unit_of_work.note_teaser("a:t1")
    unit_of_work.commit([])
    unit_of_work.note_teaser("a:lost")
    unit_of_work.close()
    later = UnitOfWork(open_database(url_of(tmp_path)))
    assert later.records("a", ["a:1", "a:2"]) == {"a:1": record(1, depth=3)}
    assert later.ids_of("a", ["https://a.example/alias", "https://a.example/2"]) == {"https://a.example/alias": "a:1"}
    assert later.known_teasers(["a:t1", "a:lost"]) == {"a:t1"}


def test_what_is_not_committed_yet_is_known_to_the_run_itself() -> None:
    unit_of_work = UnitOfWork(open_database(IN_MEMORY))
    unit_of_work.note(record(1, status="pending"))
    unit_of_work.note_addresses("a", ["https://a.example/1"], "a:1")
    unit_of_work.note_teaser("a:t1")
    assert unit_of_work.record("a", "a:1") == record(1)
    assert unit_of_work.ids_of("a", ["https://a.example/1"]) == {"https://a.example/1": "a:1"}
    assert unit_of_work.known_teasers(["a:t1"]) == {"a:t1"}
    assert unit_of_work.ids_of("b", ["https://a.example/1"]) == {}


@both_states
def test_a_page_of_very_many_links_is_looked_up(tmp_path: Path) -> None:
    engine = open_database(url_of(tmp_path))
    urls = [f"https://a.example/{number}" for number in range(40_000)]
    unit_of_work = UnitOfWork(engine)
    unit_of_work.note_addresses("a", urls, "a:x")
    unit_of_work.commit([])
    assert len(UnitOfWork(engine).ids_of("a", urls)) == 40_000


@both_states
def test_due_articles_come_newest_first_and_page_by_page(tmp_path: Path) -> None:
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    due = [record(number) for number in range(10)]
    not_due = [record(20, next_visit=None), record(21, next_visit=2000.0), record(22, depth=9)]
    for each in [*due, *not_due]:
        unit_of_work.note(each)
    unit_of_work.commit([])
    wanted = Wanted(now=1000.0, max_depth=5)
    found: list[Record] = []
    while page := unit_of_work.due("a", wanted, found[-1] if found else None, 3):
        found += page
    assert [each.id for each in found] == [f"a:{number}" for number in range(9, -1, -1)]
    assert [each.id for each in unit_of_work.due("a", Wanted(1000.0, 5, since=8.0), None, 9)] == ["a:9", "a:8"]


@both_states
def test_the_same_text_is_found_over_all_portals(tmp_path: Path) -> None:
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    same, begins_so = "ab" * 16, "ab" * 15 + "cd"
    unit_of_work.note(record(1, content_hash=same, revision=1, first_stored=5.0))
    unit_of_work.note(record(2, content_hash=begins_so, revision=1, first_stored=4.0))
    unit_of_work.commit([])
    unit_of_work.note(Record("b", "b:1", "https://b.example/", "https://b.example/", content_hash=same, revision=1))
    assert list(unit_of_work.with_content(same)) == ["a:1", "b:1"]
    assert list(unit_of_work.with_content(begins_so)) == ["a:2"]
    assert list(unit_of_work.with_content("ab" * 7 + "00" * 9)) == []


@both_states
def test_portals_with_one_address_and_one_id_are_kept_apart(tmp_path: Path) -> None:
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    url = "https://a.example/1"
    for portal, article in (("a", "a.example:1"), ("b", "a.example:1"), ("c", "c:1")):
        unit_of_work.note(Record(portal, article, url, url, found_on=f"https://{portal}.example/"))
        unit_of_work.note_addresses(portal, [url], article)
        unit_of_work.note_token(portal, "880123", "" if portal == "b" else article)
    unit_of_work.commit([])
    found = {portal: unit_of_work.ids_of(portal, [url])[url] for portal in ("a", "b", "c")}
    assert found == {"a": "a.example:1", "b": "a.example:1", "c": "c:1"}
    tokens = {portal: unit_of_work.ids_by_token(portal, ["880123"]).get("880123") for portal in ("a", "b", "c", "d")}
    assert tokens == {"a": "a.example:1", "b": "", "c": "c:1", "d": None}
    known = {portal: unit_of_work.record(portal, "a.example:1") for portal in ("a", "b", "c")}
    assert {portal: each and each.found_on for portal, each in known.items()} == {
        **{"a": "https://a.example/", "b": "https://b.example/", "c": None}
    }


@both_states
def test_counts_have_the_oldest_article(tmp_path: Path) -> None:
    engine = open_database(url_of(tmp_path))
    unit_of_work = UnitOfWork(engine)
    for number, newest in enumerate((DAY * 3 + 5.5, DAY * 3 + 4.25, DAY * 4, DAY * 2.5)):
        unit_of_work.note(record(number, newest=newest, status="stored" if number < 3 else "gone"))
    unit_of_work.commit([])
    assert Maintenance(engine).counts() == [
        StatusCount("a", "gone", 1, DAY * 2.5),
        StatusCount("a", "stored", 3, DAY * 3 + 4.25),
    ]


@both_states
@pytest.mark.parametrize("time_of_day", [0.0, 0.25, 0.75])
def test_articles_are_forgotten_by_the_day_on_which_they_were_seen_last(tmp_path: Path, time_of_day: float) -> None:
    engine = open_database(url_of(tmp_path))
    unit_of_work = UnitOfWork(engine)
    for number, newest in enumerate((DAY * 9, DAY * 2, DAY * 2, DAY)):
        unit_of_work.note(record(number, newest=newest, status="stored"))
        unit_of_work.note_addresses("a", [f"https://a.example/{number}"], f"a:{number}")
    unit_of_work.commit([])
    for number, day in enumerate((1, 2, 3, 4)):
        states.rows(tmp_path, "UPDATE articles SET seen = :day WHERE id = :id", day=day, id=f"a:{number}")
    assert Maintenance(engine).forget(DAY * (3 + time_of_day)) == 2
    urls = [f"https://a.example/{number}" for number in range(4)]
    assert sorted(unit_of_work.ids_of("a", urls).values()) == ["a:2", "a:3"]
    assert sorted(unit_of_work.records("a", [f"a:{number}" for number in range(4)])) == ["a:2", "a:3"]


@both_states
def test_the_day_on_which_an_article_was_seen_does_not_go_back_with_the_clock(tmp_path: Path) -> None:
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    ahead = today() + 400
    unit_of_work.note(record(1, seen=ahead))
    unit_of_work.note(record(2, seen=5))
    unit_of_work.commit([])
    assert {each.id: each.seen for each in unit_of_work.records("a", ["a:1", "a:2"]).values()} == {
        **{"a:1": ahead, "a:2": today()}
    }


@both_states
def test_a_newer_state_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    open_database(url_of(tmp_path)).dispose()
    states.rows(tmp_path, "UPDATE meta SET value = '99' WHERE key = 'version'")
    with pytest.raises(DataFolderError, match="newer"):
        open_database(url_of(tmp_path))
    assert states.rows(tmp_path, "SELECT value FROM meta") == [{"value": "99"}]


@both_states
def test_an_older_state_is_migrated_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    unit_of_work.note(record(1))
    unit_of_work.commit([])
    unit_of_work.close()
    steps = {
        tables.VERSION: ("ALTER TABLE runs ADD COLUMN first TEXT",),
        tables.VERSION + 1: ("ALTER TABLE runs ADD COLUMN second TEXT", "UPDATE runs SET second = first"),
    }
    monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS | steps)
    monkeypatch.setattr(tables, "VERSION", tables.VERSION + 2)
    for _ in range(2):  # the second time there is nothing to do
        assert UnitOfWork(open_database(url_of(tmp_path))).records("a", ["a:1"])
    assert states.rows(tmp_path, VERSION) == [{"value": str(tables.VERSION)}]
    states.rows(tmp_path, "SELECT first, second FROM runs")


@both_states
def test_a_migration_that_fails_leaves_the_state_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(url_of(tmp_path)).dispose()
    version = tables.VERSION
    monkeypatch.setattr(migrations, "MIGRATIONS", {version: ("ALTER TABLE runs ADD COLUMN first TEXT", "NO SQL")})
    monkeypatch.setattr(tables, "VERSION", version + 1)
    with pytest.raises(DataFolderError):
        open_database(url_of(tmp_path))
    assert states.rows(tmp_path, VERSION) == [{"value": str(version)}]
    with pytest.raises(DatabaseError):
        states.rows(tmp_path, "SELECT first FROM runs")


@pytest.mark.parametrize("url", ["nonsense", "nosuchdb://x", "sqlite:////nowhere/at/all/state.sqlite3"])
def test_a_state_that_cant_be_opened_is_a_one_line_error(url: str) -> None:
    with pytest.raises((SettingError, DataFolderError)) as caught:
        open_database(url)
    assert "\n" not in str(caught.value)


@both_states
def test_a_new_state_has_this_version(tmp_path: Path) -> None:
    engine = open_database(url_of(tmp_path))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT value FROM meta").scalar() == str(tables.VERSION)


@both_states
def test_a_corrupt_state_is_set_aside_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process sets it aside, and begins a new one, after this one has met it too."""
    file, content = tmp_path / "state.sqlite3", b"This is no database. " * 200
    file.write_bytes(content)
    others: list[str] = []
    is_corrupt = database._is_corrupt

    def met_by_two(error: Any) -> bool:
        if not others:
            others.append(threading.current_thread().name)
            engine = open_database(f"sqlite:///{file}")
            RunHistory(engine).set_value("by", "the other")
            engine.dispose()
        return is_corrupt(error)

    monkeypatch.setattr(database, "_is_corrupt", met_by_two)
    engine = open_database(f"sqlite:///{file}")
    assert RunHistory(engine).value("by") == "the other"
    engine.dispose()
    (kept,) = tmp_path.glob("state.sqlite3.corrupt-*")
    assert kept.read_bytes() == content
    file.write_bytes(content[::-1])  # again in the same second, perhaps
    open_database(f"sqlite:///{file}").dispose()
    assert {path.read_bytes() for path in tmp_path.glob("state.sqlite3.corrupt-*[0-9Z]")} == {content, content[::-1]}


def test_ten_runs_commit_at_once_without_a_lock_error(tmp_path: Path) -> None:
    open_database(url_of(tmp_path)).dispose()
    errors: list[BaseException] = []

    def work(portal: str) -> None:
        try:
            unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
            for number in range(30):
                unit_of_work.known_teasers([f"{portal}:{number}"])
                unit_of_work.note_teaser(f"{portal}:{number}")
                unit_of_work.commit([])
            unit_of_work.close()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            errors.append(error)

    threads = [threading.Thread(target=work, args=(f"p{number}",)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    assert len(unit_of_work.known_teasers([f"p{p}:{n}" for p in range(10) for n in range(30)])) == 300


@both_states
def test_a_run_that_never_ended_is_unfinished(tmp_path: Path) -> None:
    history = RunHistory(open_database(url_of(tmp_path)))
    history.begin("1", ["a", "b"], {}, "2026-01-01T00:00:00+00:00")
    history.begin("2", ["a"], {}, "2026-01-01T00:00:00+00:00")
    manifest = Manifest(
        run="2",
        portal="a",
        arguments={},
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:01:00+00:00",
        finish_reason="finished",
        feeds=[],
        counts={"articles": 1},
        verdict=Verdict("ok", []),
    )
    history.end(manifest)
    assert [run.run for run in history.unfinished(["b"])] == ["1"]
    assert history.unfinished(["c"]) == []
    assert [run.run for run in history.last_finished("a", 5)] == ["2"]


@pytest.mark.parametrize("reason", ["timeout", "http_500"])
def test_failed_visits_are_spaced_over_runs_and_given_up(reason: str) -> None:
    failing = record(1)
    waits = []
    for _ in range(outcomes.MAX_ATTEMPTS - 1):
        outcomes.failed(failing, reason, 1000.0, 60.0)
        assert failing.status == "pending"
        waits.append((failing.next_visit or 0) - 1000.0)
    assert waits == [60.0, 120.0, 240.0, 480.0, 960.0]
    outcomes.failed(failing, reason, 1000.0, 60.0)
    assert (failing.status, failing.reason, failing.next_visit) == ("failed", reason, None)


@both_states
def test_an_article_that_is_missing_waits_for_a_teaser(tmp_path: Path) -> None:
    missing = record(1)
    for attempt, wait in ((1, 60.0), (2, 120.0), (40, 60.0 * 2**12)):
        missing.attempts = attempt - 1
        outcomes.failed(missing, "http_404", 1000.0, 60.0)
        assert (missing.status, missing.next_visit) == ("gone", 1000.0 + wait)
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    unit_of_work.note(missing)
    unit_of_work.commit([])
    assert unit_of_work.due("a", Wanted(now=1e9), None, 10) == []
    assert Wanted(now=1e9).includes(missing)


def test_a_gone_article_is_not_visited_again() -> None:
    gone = record(1)
    outcomes.failed(gone, "http_410", 1000.0, 60.0)
    assert (gone.status, gone.next_visit) == ("gone", None)


def test_a_stored_article_that_fails_once_stays_stored() -> None:
    stored = record(1, status="stored", revision=1)
    outcomes.failed(stored, "timeout", 1000.0, 60.0)
    assert (stored.status, stored.next_visit) == ("stored", 1060.0)


@both_states
def test_old_fingerprints_are_deleted(tmp_path: Path) -> None:
    engine = open_database(url_of(tmp_path))
    unit_of_work = UnitOfWork(engine)
    marks = [fingerprint(" ".join(f"wort{number}x{each}" for each in range(40))) for number in range(3)]
    for number, mark in enumerate(marks):
        assert mark
        unit_of_work.near_copies.note(mark, f"a:{number}", "a", f"a:{number}")
    unit_of_work.commit([])
    states.rows(tmp_path, "UPDATE signatures SET added = 1000 WHERE article <> 'a:2'")
    assert Maintenance(engine).forget_near_copies(2000.0) == 2
    assert [unit_of_work.near_copies.group_of(mark) for mark in marks if mark] == [None, None, "a:2"]
    assert states.rows(tmp_path, "SELECT count(DISTINCT text) AS texts FROM bands") == [{"texts": 1}]


@both_states
def test_a_record_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    unit_of_work = UnitOfWork(open_database(url_of(tmp_path)))
    stored = [
        record(1, sketch="0123abcd" * 16, field_hashes="aaaaaaaa,,bbbbbbbb", content_hash="0f" * 16),
        record(2, canonical_url="https://a.example/other", sketch=""),
    ]
    for each in stored:
        unit_of_work.note(each)
    unit_of_work.commit([])
    assert list(unit_of_work.records("a", ["a:1", "a:2"]).values()) == stored
