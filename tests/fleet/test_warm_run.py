"""What runs of one process share."""

from __future__ import annotations

import time

import pytest

from portalcrawl.runs.watchdog import ReadingTimeoutError, run_within


def endless() -> None:
    while True:
        time.sleep(0.01)


def test_the_runs_of_a_process_have_one_watchdog_and_each_its_own_limit() -> None:
    assert run_within(60, lambda: 1, lambda: None) == 1
    with pytest.raises(ReadingTimeoutError):
        run_within(0.3, endless, lambda: None)
    assert run_within(60, lambda: time.sleep(0.5) or 2, lambda: None) == 2
    with pytest.raises(ReadingTimeoutError):
        run_within(0.3, endless, lambda: None)
