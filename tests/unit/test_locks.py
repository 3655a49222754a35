"""Locks of a run's portals."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portalcrawl.errors import RunLockedError
from portalcrawl.runs.locks import PortalLocks


def test_locks_are_held_until_released(tmp_path: Path) -> None:
    locks, others = PortalLocks(tmp_path, ["a", "b"]), PortalLocks(tmp_path, ["b", "c"])
    locks.acquire(0)
    with pytest.raises(RunLockedError, match="portal b is locked"):
        others.acquire(0)
    locks.release()
    others.acquire(0)
    others.release()


def test_locks_taken_in_one_thread_are_released_in_another(tmp_path: Path) -> None:
    """Runs of a process that has several are opened in threads."""
    locks = PortalLocks(tmp_path, ["a"])
    with ThreadPoolExecutor(1) as pool:
        pool.submit(locks.acquire, 0).result()
    locks.release()
    again = PortalLocks(tmp_path, ["a"])
    again.acquire(0)
    again.release()
