"""The watchdog, trials in a child process, and the journal of the page that is being read."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

import pytest

from portalcrawl.runs.reading_guard import JournalEntry, ReadingJournal
from portalcrawl.runs.watchdog import ReadingTimeoutError, run_within, survives_in_child_process

ENTRY = JournalEntry(
    "seenbote", "seenbote:1", "https://www.seenbote.example/a.html", "https://www.seenbote.example/a.html", False
)


def fault() -> None:
    raise ValueError("the process goes on")


@pytest.mark.parametrize("work", [lambda: None, fault])
def test_work_that_ends_survives(work: object) -> None:
    assert survives_in_child_process(work, 60)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "work",
    [lambda: ctypes.string_at(0), lambda: sum(range(10**14)), lambda: bytearray(1 << 60)],
    ids=["death", "endless", "memory"],
)
def test_work_that_kills_or_hangs_does_not_survive(work: object) -> None:
    assert not survives_in_child_process(work, 1)  # type: ignore[arg-type]


def test_the_watchdog_ends_work_that_takes_too_long() -> None:
    def endless() -> None:
        while True:
            time.sleep(0.01)

    assert run_within(0.3, lambda: 1, lambda: None) == 1
    with pytest.raises(ReadingTimeoutError):
        run_within(0.3, endless, lambda: None)
    assert run_within(0.3, lambda: 2, lambda: None) == 2


def test_the_journal_returns_the_page_under_way(tmp_path: Path) -> None:
    journal = ReadingJournal(tmp_path)
    journal.begin(ENTRY)
    assert ReadingJournal(tmp_path).unfinished("seenbote") == ENTRY
    journal.end()
    assert ReadingJournal(tmp_path).unfinished("seenbote") is None
    journal.begin(ENTRY)
    ReadingJournal(tmp_path).clear("seenbote")
    assert ReadingJournal(tmp_path).unfinished("seenbote") is None
    journal.close()
    assert not list(tmp_path.iterdir())


def test_a_journal_that_cannot_be_written_is_ignored(tmp_path: Path) -> None:
    journal = ReadingJournal(tmp_path / "nowhere")
    journal.begin(ENTRY)
    journal.end()
    journal.close()


def test_an_incomplete_journal_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "seenbote.reading").write_text('{"portal": "seenb', encoding="utf-8")
    assert ReadingJournal(tmp_path).unfinished("seenbote") is None
