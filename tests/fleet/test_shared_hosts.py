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
    assert first.take_turn(HOST, 3.0) == 0
    assert second.take_turn(HOST, 3.0) == pytest.approx(3.0, abs=1)
    assert first.refuse(HOST, "http_429", 1.0) == second.refuse(HOST, "http_429", 1.0) == 1
    first.lengthen(HOST, 3600)
    pause = second.pause(HOST)
    assert pause is not None
    assert (pause.reason, pause.until - time.time()) == ("http_429", pytest.approx(3600, abs=5))
    assert second.take_turn(HOST, 3.0) == pytest.approx(3600, abs=5)
    for budget in (first, second):
        budget.close()


def test_turns_are_taken_once_by_many(url: str, tmp_path: Path) -> None:
    turns: list[float] = []

    def take() -> None:
        own = HostBudget.beside(url, tmp_path)
        for _ in range(10):
            wait = own.take_turn("b.example", 5.0)
            turns.append(time.time() + wait)
        own.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(turns) == 40
    assert all(later - earlier > 2 for earlier, later in pairwise(sorted(turns)))
