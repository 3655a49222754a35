"""The time that one page may take to be read.

Three layers. Where Python code or a pattern runs, a signal ends the reading by an exception. Where C code runs that
lets other threads go on, as the parser does, a thread ends the run. Where even that is held up, ``faulthandler`` ends
the process, with the place in the code on standard error.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

TICKS = 10
"""Looks within the time allowed; a look counts as a tenth of it, so that a process that was stopped is not blamed."""
BUSY = 0.5
"""Share of the time allowed that the process must have worked: else the machine is slow, not the page, ..."""
PATIENCE = 2
"""... which gets so many times the time allowed."""
LAST = 3
"""Times the time allowed after which the process is ended without a word of its own."""
UNTOUCHED = (
    *("portalcrawl.storage", "portalcrawl.runs", "sqlalchemy", "logging"),
    *(f"portalcrawl.crawl.{each}" for each in ("articles", "frontier", "identity", "outcomes", "revisions")),
)
"""Packages and modules whose code is not interrupted: what they do is short, and would be left half done."""


class ReadingTimeoutError(BaseException):
    """A page took too long; no Exception, so that no reader's own handling takes it for another page's fault."""


class Watch:
    """Watches the reading of pages, one at a time, in the main thread (elsewhere no signal comes)."""

    def __init__(self, seconds: float, on_stuck: Callable[[], object]) -> None:
        self._seconds = seconds
        self._on_stuck = on_stuck
        """Called in another thread while the main one is held up for good; the process ends with it."""
        self._reading: object | None = None
        """Anew for each page; None while none is read."""
        self._cpu: float | None = None
        """CPU seconds of the process at the first look at a page; None before that: asking for each page is dear."""
        self._looks = 0
        self._last_resort = threading.Lock()
        self._is_armed = False
        """Whether ``faulthandler`` is set to end the process: set and taken back by looks, not for each page."""
        self._is_ending = False
        self._thread: threading.Thread | None = None

    def limit(self, work: Callable[[], T]) -> T:
        """Return what *work* returns; raise ReadingTimeoutError where it takes too long."""
        if threading.current_thread() is not threading.main_thread():
            return work()
        if self._thread is None:
            signal.signal(signal.SIGALRM, self._alarm)
            self._thread = threading.Thread(target=self._look_on, name="read-timeout", daemon=True)
            self._thread.start()
        try:
            self._cpu, self._looks = None, 0
            with self._last_resort:
                self._reading = object()
                if not self._is_armed:
                    self._arm()
            signal.setitimer(signal.ITIMER_REAL, self._seconds, self._seconds / TICKS)
            try:
                return work()
            finally:
                self._reading = None
        finally:
            self._reading = None  # an alarm may have come in between
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._wait_for_end()

    def _arm(self) -> None:
        faulthandler.dump_traceback_later(LAST * self._seconds, exit=True, file=sys.__stderr__ or 2)
        self._is_armed = True

    def _arm_anew(self, *, is_same: bool) -> None:
        """Give the page that is being read its whole time, or take the last resort back while none is."""
        with self._last_resort:
            if self._reading is None and self._is_armed:
                faulthandler.cancel_dump_traceback_later()
                self._is_armed = False
            elif self._reading is not None and not (is_same and self._is_armed):
                self._arm()

    def _alarm(self, _: int, frame: FrameType | None) -> None:
        self._wait_for_end()
        if self._reading is None:
            return
        self._looks += 1
        if self._is_page_slow(TICKS + self._looks) and not _is_untouched(frame):
            raise ReadingTimeoutError

    def _wait_for_end(self) -> None:
        """Do nothing while the other thread ends the process: what it publishes must not change meanwhile."""
        while self._is_ending:
            time.sleep(self._seconds / TICKS)

    def _is_page_slow(self, looks: int) -> bool:
        worked = 0.0 if self._cpu is None else time.process_time() - self._cpu
        return worked >= BUSY * self._seconds or looks >= PATIENCE * TICKS

    def _look_on(self) -> None:
        """End the process where a reading does not end: run by the other thread."""
        reading, looks = None, 0
        while True:
            time.sleep(self._seconds / TICKS)
            is_same = reading is self._reading
            looks = looks + 1 if is_same and reading is not None else 0
            reading = self._reading
            self._arm_anew(is_same=is_same)
            if reading is not None and not is_same:
                self._cpu = time.process_time()
            # The signal comes first: it leaves the run alive.
            if looks > TICKS * (1 + BUSY) and self._is_page_slow(looks - TICKS // 2):
                self._is_ending = True
                if self._reading is reading:
                    self._end()
                self._is_ending = False  # it has ended after all

    def _end(self) -> None:
        try:
            self._on_stuck()
        finally:
            os._exit(1)


def _is_untouched(frame: FrameType | None) -> bool:
    """Return whether code that must not be left half done runs in *frame*, or waits for what runs there."""
    while frame is not None and (name := frame.f_globals.get("__name__", "")) != __name__:
        if name.startswith(UNTOUCHED):
            return True
        frame = frame.f_back
    return False
