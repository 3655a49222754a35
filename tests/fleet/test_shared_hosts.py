"""Machines that share a PostgreSQL state share the turns and pauses of hosts, by its clock."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from support.postgres import PostgresServer

from portalcrawl.storage.host_budget import HostBudget

HOST = "a.example"


@pytest.fixture
def url(server: PostgresServer) -> str:
    return server.new_database()


def test_turns_and_pauses_are_shared(url: str, tmp_path: Path) -> None:
    first, second = HostBudget.beside(url, tmp_path / "one"), HostBudget.beside(url, tmp_path / "two")
    assert first.pause(HOST) is None
    began = time.monotonic()
    assert first.take_turn(HOST, 3.0) == 0
    wait = second.take_turn(HOST, 3.0)
    assert 2.99 - (time.monotonic() - began) < wait < 3.01
    assert first.refuse(HOST, "http_429", 1.0) == second.refuse(HOST, "http_429", 1.0) == 1
    first.lengthen(HOST, 3600)
    pause = second.pause(HOST)
    assert pause is not None
    assert pause.reason == "http_429"
    passed = time.monotonic() - began
    assert 3599 - passed < pause.until - time.time() < 3601 + passed  # "until" is by this machine's clock
    wait = second.take_turn(HOST, 3.0)
    assert 3599 - (time.monotonic() - began) < wait < 3600.01
    for budget in (first, second):
        budget.close()


def test_turns_are_taken_once_by_many(url: str, tmp_path: Path) -> None:
    earliest: list[float] = []
    latest: list[float] = []
    """Times before and after a turn was requested; the turn is between them."""

    def take() -> None:
        own = HostBudget.beside(url, tmp_path)
        for _ in range(10):
            asked = time.monotonic()
            wait = own.take_turn("b.example", 5.0)
            earliest.append(asked + wait)
            latest.append(time.monotonic() + wait)
        own.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(latest) == 40
    for first, second in pairwise(range(40)):
        assert sorted(latest)[second] - sorted(earliest)[first] > 4.99
    assert max(earliest) - min(latest) < 39 * 5.0 + 0.01
