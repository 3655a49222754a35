"""Work that is tried in a process of its own, and its journal: whatever becomes of it, who tries it lives on."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

import pytest

from portalcrawl.runs.reading_journal import Entry, Journal
from portalcrawl.runs.reading_time import ReadingTimeoutError, Watch
from portalcrawl.runs.trial_process import ends_well

ENTRY = Entry(
    "seenbote", "seenbote:1", "https://www.seenbote.example/a.html", "https://www.seenbote.example/a.html", False
)


def fault() -> None:
    raise ValueError("a fault is no death")


@pytest.mark.parametrize("work", [lambda: None, fault])
def test_what_ends_ends_well(work: object) -> None:
    assert ends_well(work, 60)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "work",
    [lambda: ctypes.string_at(0), lambda: sum(range(10**14)), lambda: bytearray(1 << 60)],
    ids=["death", "endless", "memory"],
)
def test_what_does_not_end_well(work: object) -> None:
    assert not ends_well(work, 1)  # type: ignore[arg-type]


def test_a_watch_ends_what_takes_too_long() -> None:
    def endless() -> None:
        while True:
            time.sleep(0.01)

    watch = Watch(0.3, lambda: None)
    assert watch.limit(lambda: 1) == 1
    with pytest.raises(ReadingTimeoutError):
        watch.limit(endless)
    assert watch.limit(lambda: 2) == 2


def test_the_journal_names_what_was_under_way(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin(ENTRY)
    assert Journal(tmp_path).left("seenbote") == ENTRY
    journal.end()
    assert Journal(tmp_path).left("seenbote") is None
    journal.begin(ENTRY)
    Journal(tmp_path).forget("seenbote")
    assert Journal(tmp_path).left("seenbote") is None
    journal.close()
    assert not list(tmp_path.iterdir())


def test_a_journal_that_can_not_be_written_stops_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "nowhere")
    journal.begin(ENTRY)
    journal.end()
    journal.close()


def test_half_a_journal_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "seenbote.reading").write_text('{"portal": "seenb', encoding="utf-8")
    assert Journal(tmp_path).left("seenbote") is None
