"""What is due, by the rules of schedule.toml, and when it is due next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from support.postgres import PostgresServer

from portalcrawl.fleet.clock import Clock
from portalcrawl.fleet.database import Database
from portalcrawl.fleet.entry_store import EntryStore
from portalcrawl.fleet.start_store import Job, Outcome, StartStore
from portalcrawl.fleet.tables import make_tables
from portalcrawl.scheduling.entries import Schedule, ScheduleEntry
from portalcrawl.scheduling.schedule_file import time_zone
from portalcrawl.scheduling.timing import Timing


@pytest.fixture
def database(server: PostgresServer) -> Iterator[Database]:
    made = Database(server.new_database())
    make_tables(made)
    yield made
    made.close()


def entry(name: str, portal: str, *, every: float | None = 600.0, cron: str | None = None, **more: object):
    timing = Timing(every, cron, time_zone("UTC"), 0.0)
    return ScheduleEntry(name, {"portal": portal}, (portal,), timing, **more)  # type: ignore[arg-type]


def apply(database: Database, *entries: ScheduleEntry) -> None:
    EntryStore(database).apply(Schedule("schedule.toml", {}, {each.name: each for each in entries}))


def rows(database: Database, sql: str) -> list[dict]:
    with database.transaction() as connection:
        return connection.execute(sql.encode()).fetchall()


def now(database: Database) -> float:
    """Return the time of the database's clock, in Unix seconds."""
    (row,) = rows(database, "SELECT extract(epoch FROM now())::float8 AS now")
    return row["now"]


def make_due(database: Database, name: str, seconds_ago: float) -> None:
    with database.transaction() as connection:
        past = "extract(epoch FROM now()) - %s"
        query = f"UPDATE fleet_entries SET slot = {past}, due = {past} WHERE name = %s"
        connection.execute(query.encode(), (seconds_ago, seconds_ago, name))


def run(database: Database) -> Job:
    """Take the first waiting job, as a worker does."""
    with database.transaction() as connection:
        connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        row = connection.execute(
            "SELECT * FROM procrastinate_fetch_job_v2(NULL, (SELECT max(id) FROM procrastinate_workers))"
        ).fetchone()
    assert row is not None
    return Job(row["id"], **row["args"])


def test_new_entries_are_spread_over_their_interval(database: Database) -> None:
    apply(database, *(entry(f"e{number}", f"p{number}") for number in range(10)))
    slots = [row["slot"] for row in rows(database, "SELECT slot FROM fleet_entries ORDER BY slot")]
    assert [round(later - first) for first, later in pairwise(slots)] == [60] * 9
    assert Clock(database).tick().started == ["e0"], "the first begins at once"


def test_a_start_is_deferred_once_and_the_entry_moves_on(database: Database) -> None:
    apply(database, entry("one", "p"))
    before = now(database)
    make_due(database, "one", 1500.0)
    after = now(database)
    assert Clock(database).tick().started == ["one"]
    assert Clock(database).tick().started == []
    (row,) = rows(database, "SELECT due FROM fleet_entries")
    assert before + 299.9 < row["due"] < after + 300.1, "its phase stays, of the missed times the last is made up for"
    assert rows(database, "SELECT lock, queueing_lock FROM procrastinate_jobs") == [
        {"lock": "p", "queueing_lock": "one"}
    ]


def test_intervals_below_a_minute_are_kept(database: Database) -> None:
    apply(database, entry("one", "p", every=10.0))
    Clock(database).tick()
    slot, latest = rows(database, "SELECT slot, latest FROM fleet_entries")[0].values()
    assert slot - latest == pytest.approx(10, abs=0.01)


@pytest.mark.parametrize(("on_overlap", "waits"), [("skip", False), ("queue", True)])
def test_an_entry_whose_portal_is_busy(database: Database, on_overlap: str, waits: bool) -> None:
    apply(database, entry("one", "p", on_overlap=on_overlap), entry("two", "p", on_overlap=on_overlap))
    make_due(database, "one", 0)
    Clock(database).tick()
    run(database)
    make_due(database, "two", 0)
    tick = Clock(database).tick()
    assert (tick.started, tick.skipped) == ((["two"], []) if waits else ([], ["two"]))
    skipped = rows(database, "SELECT skipped FROM fleet_starts WHERE skipped IS NOT NULL")
    assert [row["skipped"] for row in skipped] == ([] if waits else ["its portal is busy with another run"])


def test_one_start_of_an_entry_waits(database: Database) -> None:
    apply(database, entry("one", "p"))
    assert Clock(database).tick().started == ["one"]
    make_due(database, "one", 0)
    assert Clock(database).tick().started == []
    assert not Clock(database).once(entry("one", "p"))
    assert len(rows(database, "SELECT FROM procrastinate_jobs")) == 1


def test_a_start_that_waited_too_long_is_given_up(database: Database) -> None:
    apply(database, entry("one", "p", misfire_grace=60.0, start_within=60.0))
    make_due(database, "one", 0)
    Clock(database).tick()
    with database.transaction() as connection:
        connection.execute("UPDATE fleet_entries SET latest = latest - 100")
    job = run(database)
    assert StartStore(database).begin(Job(job.number, job.entry, job.due - 100, by_hand=False), "w") is None
    assert re.fullmatch(r"it was due 1m[45]\ds ago", rows(database, "SELECT skipped FROM fleet_starts")[0]["skipped"])
    assert StartStore(database).begin(Job(job.number, job.entry, job.due - 100, by_hand=True), "w") is not None


def test_the_last_good_run_and_the_last_news_are_kept(database: Database) -> None:
    apply(database, entry("one", "p"))
    make_due(database, "one", 0)
    Clock(database).tick()
    store = StartStore(database)
    start = store.begin(run(database), "w")
    assert start is not None
    store.end(start, Outcome("ok", (), "r1", {"articles": 3}))
    store.end(start, Outcome("failed", ("again",), "r2"))  # a zombie's word, after the end
    row = rows(database, "SELECT last_run, last_verdict, last_good, last_news, last_ended FROM fleet_entries")[0]
    assert (row["last_run"], row["last_verdict"]) == ("r1", "ok")
    assert row["last_good"] == row["last_news"] == row["last_ended"]


def test_a_clock_that_was_set_back_stops_no_entry(database: Database) -> None:
    apply(database, entry("one", "p"))
    with database.transaction() as connection:
        connection.execute("UPDATE fleet_entries SET slot = slot + 90000, due = due + 90000, latest = due + 89400")
    before = now(database)
    assert Clock(database).count_anew() == 1
    (row,) = rows(database, "SELECT due FROM fleet_entries")
    assert before + 599.9 < row["due"] < now(database) + 600.1
