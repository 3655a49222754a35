"""What runs of one process share."""

from __future__ import annotations

import time

import pytest

from portalcrawl.runs.watchdog import ReadingTimeoutError, Watchdog


def endless() -> None:
    while True:
        time.sleep(0.01)


def test_the_runs_of_a_process_have_one_watchdog_and_each_its_own_limit() -> None:
    short, long = Watchdog(0.3, lambda: None), Watchdog(60, lambda: None)
    assert long.run(lambda: 1) == 1
    with pytest.raises(ReadingTimeoutError):
        short.run(endless)
    assert long.run(lambda: time.sleep(0.5) or 2) == 2
    with pytest.raises(ReadingTimeoutError):
        short.run(endless)
