"""Leases: only one run of a portal commits at a time, even if processes, connections or the server fail."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from support import states
from support.cutting_proxy import CuttingProxy, to_unix_socket

from portalcrawl.errors import LeaseLostError, RunLockedError
from portalcrawl.storage.database import StateBusyError, open_database
from portalcrawl.storage.leases import PortalLeases
from portalcrawl.storage.outbox import Outbox, OutboxFeed
from portalcrawl.storage.records import Record
from portalcrawl.storage.run_history import RunHistory
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.fingerprints import fingerprint

TEXT = " ".join(f"Wort{number}" for number in range(60))


@pytest.fixture
def url() -> str:
    return states.server().new_database()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    yield engine
    engine.dispose()


def leases(engine: Engine, *portals: str, seconds: float = 60.0) -> PortalLeases:
    return PortalLeases(engine, portals or ("a",), seconds)


def commit(engine: Engine, held: PortalLeases) -> None:
    unit_of_work = UnitOfWork(engine, held)
    unit_of_work.note_teaser("a:t1")
    unit_of_work.commit([])


def test_one_run_of_a_portal_at_a_time(engine: Engine) -> None:
    first, second = leases(engine), leases(engine)
    first.acquire(0)
    with pytest.raises(RunLockedError, match=r"the portal a .* is locked by another run"):
        second.acquire(0)
    leases(engine, "b").acquire(0)
    first.release()
    second.acquire(0)
    assert second._epochs == {"a": 2}


def test_all_portals_or_none(engine: Engine) -> None:
    leases(engine, "b").acquire(0)
    with pytest.raises(RunLockedError):
        leases(engine, "a", "b", "c").acquire(0)
    leases(engine, "a", "c").acquire(0)


def test_a_waiting_run_gets_a_released_or_expired_lease(engine: Engine) -> None:
    began = time.monotonic()
    leases(engine, seconds=1.0).acquire(0)
    leases(engine).acquire(30)
    assert time.monotonic() - began >= 1.0


def test_a_run_that_lost_its_lease_commits_nothing_more(engine: Engine) -> None:
    frozen, other = leases(engine, seconds=0.1), leases(engine)
    frozen.acquire(0)
    commit(engine, frozen)
    other.acquire(10)
    for attempt in (lambda: commit(engine, frozen), frozen.renew):
        time.sleep(0.05)
        with pytest.raises(LeaseLostError, match="another run has taken the portal over"):
            attempt()
    frozen.release()
    commit(engine, other)


def test_an_expired_lease_that_nobody_took_is_renewed_by_a_commit(engine: Engine) -> None:
    held = leases(engine, seconds=0.1)
    held.acquire(0)
    time.sleep(0.3)
    commit(engine, held)


@contextmanager
def frozen_in_a_transaction(engine: Engine) -> Iterator[Connection]:
    """Yield the connection of a process that was stopped with its expired lease's row locked, and must not commit."""
    frozen_engine = open_database(engine.url.render_as_string(hide_password=False))
    frozen = leases(frozen_engine, seconds=0.1)
    frozen.acquire(0)
    connection = frozen_engine.connect()
    transaction = connection.begin()
    frozen.check(connection)
    yield connection
    with pytest.raises(DBAPIError):
        transaction.commit()
    connection.invalidate()
    frozen_engine.dispose()


def test_a_transaction_of_a_frozen_process_is_ended_by_the_server(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portalcrawl.storage.postgresql.IDLE_IN_TRANSACTION", 1)
    with frozen_in_a_transaction(engine):
        leases(engine).acquire(20)


def test_a_transaction_of_a_process_that_was_frozen_while_it_sent_a_statement_is_ended(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portalcrawl.storage.postgresql.IDLE_IN_TRANSACTION", 1)
    monkeypatch.setattr("portalcrawl.storage.leases.STUCK", 0.5)
    query = b"\0SELECT $1::text\0\0\0"
    parse = b"P" + struct.pack("!i", 4 + len(query)) + query
    bind = b"B" + struct.pack("!i", 1_000_000) + b"\0\0"
    with frozen_in_a_transaction(engine) as connection:
        os.write(connection.connection.driver_connection.fileno(), parse + bind)  # type: ignore[union-attr]
        leases(engine).acquire(0)


@pytest.fixture
def proxy(url: str) -> Iterator[tuple[CuttingProxy, Engine]]:
    """A proxy to the server, and an engine that goes through it."""
    open_database(url).dispose()
    server = states.server()
    with CuttingProxy(to_unix_socket(f"{server.folder}/.s.PGSQL.{server.port}")) as proxy:
        name = url.rpartition("/")[2].partition("?")[0] if "?" not in url else url.partition("@/")[2].partition("?")[0]
        engine = open_database(f"postgresql+psycopg://portalcrawl@127.0.0.1:{proxy.port}/{name}")
        yield proxy, engine
        engine.dispose()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_connection_cut_at_the_commit_loses_nothing_and_writes_nothing_twice(
    engine: Engine, proxy: tuple[CuttingProxy, Engine], moment: str
) -> None:
    cutting, cut_engine = proxy
    held = leases(cut_engine)
    held.acquire(0)
    unit_of_work = UnitOfWork(cut_engine, held)
    feed = OutboxFeed("run", "articles", unit_of_work)
    marked = fingerprint(TEXT)
    assert marked

    def write(number: int) -> None:
        feed.append(f"{number}\n".encode())
        unit_of_work.note(Record("a", f"a:{number}", "u", "u"))
        unit_of_work.near_copies.note(marked, "a:1", "a", f"a:{number}")

    write(1)
    unit_of_work.commit([])
    write(2)
    cutting.cut_at(b"COMMIT\0", moment)  # type: ignore[arg-type]
    with pytest.raises(StateBusyError):
        unit_of_work.commit([])
    write(3)  # the run goes on before it knows
    assert unit_of_work.near_copies.group_of(marked) == "a:1"
    unit_of_work.commit([])
    write(4)
    unit_of_work.commit([])
    assert cutting.cuts == 1
    assert b"".join(Outbox(engine).lines("run", "articles")) == b"1\n2\n3\n4\n"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM signatures")) == 4
        assert connection.scalar(text("SELECT count(*) FROM articles")) == 4
        assert connection.scalar(text("SELECT commits FROM leases")) == (3 if moment == "before" else 4)


def test_look_ups_wait_for_a_server_that_is_restarted(engine: Engine, proxy: tuple[CuttingProxy, Engine]) -> None:
    cutting, cut_engine = proxy
    unit_of_work = UnitOfWork(cut_engine)
    assert unit_of_work.known_teasers(["t"]) == set()
    cutting.take_down()
    cutting.bring_up()
    assert unit_of_work.known_teasers(["t"]) == set()


def test_text_that_postgresql_cant_hold_is_stored_without_it(engine: Engine) -> None:
    unit_of_work = UnitOfWork(engine)
    unit_of_work.note(Record("a", "a:1", "https://a.example/", "https://a.example/", headline="Ein\0s", etag='"\0"'))
    unit_of_work.commit([])
    found = UnitOfWork(engine).record("a", "a:1")
    assert found is not None
    assert (found.headline, found.etag) == ("Eins", '""')


def test_a_run_over_any_number_of_portals_is_recorded(engine: Engine) -> None:
    history = RunHistory(engine)
    names = [f"portal-{number}" for number in range(2_000)]
    history.begin("1", names, {}, "2026-01-01T00:00:00+00:00")
    assert [run.run for run in history.unfinished(names[:1])] == ["1"]
