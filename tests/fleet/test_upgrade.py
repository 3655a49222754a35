"""A state of an older version is migrated when nobody of that version uses it any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fleet import Fleet, wait_for
from support.many_portals import ManyPortals, schedule
from support.old_states import make_version_3
from support.postgres import PostgresServer

from portalcrawl.fleet.database import NOW
from portalcrawl.fleet.tables import make_tables
from portalcrawl.storage.database import StateInUseError, open_database, state_version
from portalcrawl.storage.tables import VERSION

LEASE = f"INSERT INTO leases VALUES ('a', 1, 'run', 'host', {NOW} + 60, 0) RETURNING 1"
OLD_WORKER = f"INSERT INTO fleet_workers VALUES ('old', 'host', 1, '0.0.9', 8, 0, {NOW}, {NOW} + 600) RETURNING 1"


@pytest.fixture
def old_fleet(server: PostgresServer, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet whose state is of version 3."""
    url = server.new_database()
    make_version_3(url)
    fleet = Fleet(url, tmp_path / "data")
    make_tables(fleet.database)
    yield fleet
    fleet.close()


def test_the_state_waits_for_the_runs_of_an_older_version(old_fleet: Fleet) -> None:
    old_fleet.rows(LEASE)
    with pytest.raises(StateInUseError, match=r"has version 3, and runs of an older portalcrawl go on in it \(on a\)"):
        open_database(old_fleet.url)
    assert state_version(old_fleet.url) == 3
    old_fleet.rows(f"UPDATE leases SET expires = {NOW} RETURNING 1")
    open_database(old_fleet.url).dispose()
    assert state_version(old_fleet.url) == VERSION


def test_init_migrates_the_state_where_no_worker_is_alive(old_fleet: Fleet) -> None:
    old_fleet.rows(OLD_WORKER)
    waits = old_fleet.run("init")
    assert (waits.code, state_version(old_fleet.url)) == (0, 3)
    assert "workers of an older portalcrawl are alive: old; the first worker of this version migrates it" in waits.out
    old_fleet.rows(f"UPDATE fleet_workers SET seen = {NOW} - 60 RETURNING 1")
    assert old_fleet.run("init").code == 0
    assert state_version(old_fleet.url) == VERSION


def test_workers_wait_for_those_of_an_older_version(old_fleet: Fleet) -> None:
    old_fleet.rows(OLD_WORKER)
    with ManyPortals(1) as portals:
        old_fleet.apply(schedule(portals, "10s"))
        workers = [old_fleet.worker("--concurrency", "1") for _ in range(3)]
        for each in workers:
            wait_for(lambda each=each: "waits: the state has version 3" in each.log, "the worker to wait")  # type: ignore[misc]
        wait_for(lambda: len(old_fleet.rows("SELECT name FROM fleet_waiting")) == 3, "the workers to be recorded")
        told = old_fleet.run("status", "--json")
        found = json.loads(told.out)
        assert (told.code, len(found["waiting_workers"])) == (1, 3)
        assert {each["problem"][:27] for each in found["waiting_workers"]} == {"the state has version 3, an"}
        (waits,) = (problem for problem in found["problems"] if "wait to begin" in problem)
        assert waits.startswith("3 workers wait to begin, for up to ")
        assert waits.endswith("workers of an older portalcrawl are alive: old")
        assert old_fleet.run("status").out.count("waits to begin") == 3
        assert workers[0].stop() < 30
        assert workers[0].process.returncode == 0
        assert state_version(old_fleet.url) == 3
        assert [row["name"] for row in old_fleet.rows("SELECT name FROM fleet_workers")] == ["old"]
        assert len(old_fleet.rows("SELECT name FROM fleet_waiting")) == 2
        old_fleet.rows("DELETE FROM fleet_workers RETURNING 1")
        wait_for(lambda: len(old_fleet.ended()) >= 2, "two runs")
        assert state_version(old_fleet.url) == VERSION
        assert {row["verdict"] for row in old_fleet.ended()} == {"ok"}
        assert len(old_fleet.rows("SELECT 1 FROM fleet_workers")) == 2
        assert json.loads(old_fleet.run("status", "--json").out)["waiting_workers"] == []
        for each in workers[1:]:
            each.stop()
            assert each.process.returncode == 0
