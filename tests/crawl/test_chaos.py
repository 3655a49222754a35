"""Killed runs lose and duplicate nothing: a short version of ``python tests/support/chaos.py``."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import FileLock
from support.chaos import BY_ITEMS_ALONE, Report, arguments, audit, finish, random_kills, start, until_quiet
from support.commandline import ENOUGH, manifests, records
from support.step_kills import crawl_killed_at
from support.tinyportal import TinyPortal
from support.trap_portal import TrapPortal

from portalcrawl.runs.locks import lock_name


@pytest.mark.long
def test_killed_and_terminated_at_random_instants(tmp_path: Path) -> None:
    """In one data folder: each run takes up the work of a killed or terminated one."""
    numbers = [signal.SIGKILL, signal.SIGTERM] * 3 + [signal.SIGKILL]
    report = random_kills(numbers, random.Random(7), tmp_path, requests=120)
    assert report.kills == len(numbers)
    assert report.faults == []
    assert report.slowest_end < 30


NEAR = ("-a", "max_depth=0", *BY_ITEMS_ALONE)
NEAR_ENOUGH = ("-a", "max_depth=1")
"""Arguments of a run that takes up another one's work: a longer one would prove no more."""


@pytest.fixture(scope="module")
def portal() -> Iterator[TrapPortal]:
    with TrapPortal() as served:
        yield served


@pytest.fixture(scope="module")
def steps(portal: TrapPortal, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Steps of a whole run that make something durable."""
    data = tmp_path_factory.mktemp("counted")
    crawl_killed_at(0, data, *arguments(portal.url, *NEAR))
    return int((data / "steps").read_text(encoding="utf-8"))


@pytest.mark.parametrize("back", [1, 2, 3, 5, 7, 9, 12, 15, 18, 22])
def test_killed_at_the_last_steps(tmp_path: Path, portal: TrapPortal, steps: int, back: int) -> None:
    """Commit, close, rename, manifest: steps counted from the end of a run."""
    report = Report()
    assert crawl_killed_at(steps - back, tmp_path, *arguments(portal.url, *NEAR))
    until_quiet(portal.url, tmp_path, report, *NEAR)
    audit(tmp_path, portal, report, max_depth=0)
    assert report.faults == []


def test_sigterm_publishes_the_written_lines(tmp_path: Path) -> None:
    with TrapPortal() as portal:
        process = start(portal.url, tmp_path)
        while not list((tmp_path / "feeds").glob("articles-*.part")):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=ENOUGH)
        assert process.returncode == 0
        (manifest,) = manifests(tmp_path)
        assert manifest["finish_reason"] == "shutdown"
        assert records(tmp_path, "articles")
        finish(portal.url, tmp_path, *NEAR_ENOUGH)
        report = Report()
        audit(tmp_path, portal, report, max_depth=1)
    assert report.faults == []


def test_the_second_run_of_a_portal_ends_at_once(tmp_path: Path) -> None:
    with TrapPortal() as portal:
        first = start(portal.url, tmp_path)
        while not list((tmp_path / "feeds").glob("*.part")):
            time.sleep(0.05)
        second = start(portal.url, tmp_path)
        _, err = second.communicate(timeout=ENOUGH)
        assert second.returncode == 75
        assert len(err.splitlines()) == 1
        assert "locked by another run" in err
        waiting = start(portal.url, tmp_path, "-s", "RUN_LOCK_WAIT=60", *NEAR_ENOUGH)
        time.sleep(1)
        first.kill()  # a run that died holds no lock
        first.communicate(timeout=ENOUGH)
        waiting.communicate(timeout=ENOUGH)
        assert waiting.returncode == 0
        report = Report()
        audit(tmp_path, portal, report, max_depth=1)
    assert report.faults == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_waits_for_its_lock_can_be_stopped(tmp_path: Path, number: int) -> None:
    with TinyPortal({}) as portal:
        locks = tmp_path / "locks"
        locks.mkdir()
        with FileLock(locks / lock_name(portal.origin.removeprefix("http://"))):
            waiting = start(portal.url(), tmp_path, "-s", "RUN_LOCK_WAIT=60")
            while not is_lock_open(waiting.pid, locks):
                time.sleep(0.05)
            waiting.send_signal(number)
            _, err = waiting.communicate(timeout=ENOUGH)
    assert (waiting.returncode, len(err.splitlines())) == (75, 1), err
    assert signal.Signals(number).name in err


def is_lock_open(pid: int, locks: Path) -> bool:
    """Return whether the process has a lock file open, so that it waits for the lock."""
    with suppress(OSError):
        return any(locks in file.readlink().parents for file in Path(f"/proc/{pid}/fd").iterdir())
    return False
