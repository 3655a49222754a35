"""Turns and pauses of hosts, and what Retry-After says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portalcrawl.crawl.failures import HostPaused
from portalcrawl.crawl.politeness import Politeness, PolitenessLimits, retry_after_seconds
from portalcrawl.errors import DataFolderError
from portalcrawl.storage.database import IN_MEMORY
from portalcrawl.storage.host_budget import FILE, HostBudget

HOST = "a.example"
LIMITS = PolitenessLimits(
    max_host_wait=60, retry_after_max=86_400, crawl_delay_max=30, backoff_start=1, backoff_max=3_600
)


@dataclass
class Clock:
    """The clock that the budget and the runs read."""

    now: float


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(time.time())
    for module in ("storage.host_budget", "crawl.politeness"):
        monkeypatch.setattr(f"portalcrawl.{module}.time", lambda: made.now)
    return made


@pytest.fixture
def budget(tmp_path: Path) -> Iterator[HostBudget]:
    made = HostBudget.beside(IN_MEMORY, tmp_path)
    yield made
    made.close()


def test_many_may_open_a_new_file_at_the_same_moment(tmp_path: Path) -> None:
    turns: list[float] = []

    def take(folder: Path, ready: threading.Barrier) -> None:
        own = HostBudget.beside(IN_MEMORY, folder)
        ready.wait()
        turns.append(own.take_turn(HOST, 2.0))
        own.close()

    for number in range(40):
        folder = tmp_path / str(number)
        folder.mkdir()
        ready = threading.Barrier(8)
        threads = [threading.Thread(target=take, args=(folder, ready)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(turns) == 40 * 8


def test_turns_are_taken_once_by_many(tmp_path: Path, clock: Clock) -> None:
    turns: list[float] = []

    def take() -> None:
        own = HostBudget.beside(IN_MEMORY, tmp_path)
        for _ in range(20):
            turns.append(own.take_turn(HOST, 2.0))
        own.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == pytest.approx([2.0 * number for number in range(80)], abs=0.01)


def test_each_run_keeps_its_own_delay_from_the_last_turn(budget: HostBudget, clock: Clock) -> None:
    assert budget.take_turn(HOST, 1.0) == 0
    assert budget.take_turn(HOST, 5.0) == pytest.approx(5.0, abs=0.01)
    assert budget.take_turn("b.example", 5.0) == 0


def test_refusals_under_way_at_the_same_time_count_once(budget: HostBudget, clock: Clock) -> None:
    assert [budget.refuse(HOST, "http_429", 5.0) for _ in range(3)] == [1, 1, 1]
    clock.now += 6
    assert budget.refuse(HOST, "http_429", 5.0) == 2
    budget.answer(HOST)
    clock.now += 6
    assert budget.refuse(HOST, "http_429", 5.0) == 3, "the answer came to a request that was under way"
    clock.now += 6
    budget.answer(HOST)
    assert budget.refuse(HOST, "http_503", 5.0) == 1


def test_no_file_is_made_by_looking(budget: HostBudget, tmp_path: Path) -> None:
    assert budget.pause(HOST) is None
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_was_set_back_delays_nothing(budget: HostBudget, clock: Clock) -> None:
    clock.now += 100_000
    budget.take_turn(HOST, 1.0)
    clock.now -= 100_000
    assert budget.take_turn(HOST, 1.0) == 0


def test_a_broken_file_ends_no_run(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / FILE).write_bytes(b"nothing that SQLite has written, and longer than its header is" * 40)
    broken = HostBudget.beside(IN_MEMORY, tmp_path)
    with pytest.raises(DataFolderError, match="can't be stored"):
        broken.take_turn(HOST, 1.0)
    politeness = Politeness(broken, LIMITS)
    assert politeness.wait(HOST, 1.0) == 0
    politeness.refused(HOST, 429, 5.0)
    assert politeness.wait(HOST, 1.0) == pytest.approx(5.0, abs=0.01)


def test_a_long_pause_gives_the_host_up_and_other_runs_know(budget: HostBudget, tmp_path: Path, clock: Clock) -> None:
    politeness = Politeness(budget, LIMITS)
    pause = politeness.refused(HOST, 429, 1e9)
    assert pause.until - clock.now == pytest.approx(86_400, abs=0.01), "bounded"
    for run in (politeness, Politeness(HostBudget.beside(IN_MEMORY, tmp_path), LIMITS)):
        with pytest.raises(HostPaused) as raised:
            run.wait(HOST, 0.0)
        assert raised.value.reason == "http_429"
        assert run.given_up(HOST) is not None
        assert run.wait("b.example", 0.0) == 0


def test_short_pauses_add_up_until_a_host_answers(budget: HostBudget, clock: Clock) -> None:
    limits = PolitenessLimits(max_host_wait=0.5, retry_after_max=9, crawl_delay_max=9, backoff_start=0.2, backoff_max=9)
    politeness = Politeness(budget, limits)
    for _ in range(4):
        politeness.refused(HOST, 429, None)
        assert politeness.given_up(HOST) is None
        clock.now += politeness.wait(HOST, 0.0)
        politeness.answered(HOST)
    politeness.refused(HOST, 429, None)
    clock.now += politeness.wait(HOST, 0.0)
    politeness.refused(HOST, 429, None)  # 0.2 + 0.4 s
    assert politeness.given_up(HOST) is not None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (b"", None),
        (b" 120 ", 120.0),
        (b"-5", None),
        (b"1.5", None),
        (b"morgen", None),
        (b"9" * 400, 999_999_999_999.0),
        (b"Sun, 06 Nov 1994 08:50:37 GMT", 60.0),
        (b"Sunday, 06-Nov-94 08:50:37 GMT", 60.0),
        (b"Sun Nov  6 08:50:37 1994", 60.0),
        (b"Sun, 06 Nov 1994 08:40:00 GMT", 0.0),
        (b"Sun, 99 Nov 1994 08:40:00 GMT", None),
    ],
)
def test_retry_after(value: bytes | None, expected: float | None) -> None:
    now = 784_111_777.0  # 08:49:37
    assert retry_after_seconds(value, now) == expected
    assert retry_after_seconds(value, 0.0, b"Sun, 06 Nov 1994 08:49:37 GMT") == expected
