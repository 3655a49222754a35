"""Protection from work that may never end, or may kill the process that does it.

:func:`run_within` limits the time of work in this process, in three layers. A signal raises an exception, which ends
Python code and regular expressions. Where C code runs that releases the GIL, as the HTML parser does, a second thread
ends the run. Where C code holds the GIL, ``faulthandler`` ends the process and writes a traceback to standard error.

:func:`survives_in_child_process` tries the work in a copy of this process first.
"""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn, TypeVar

T = TypeVar("T")

TICKS = 10
"""Checks within the time limit. Each counts as a tenth of it, so that the time for which a process is stopped (SIGSTOP)
does not count."""
MIN_CPU_SHARE = 0.5
"""Share of the time limit that the process must have used as CPU time. With less, the machine is slow, not the page,
..."""
SLOW_MACHINE_FACTOR = 2
"""... and the time limit of the page is multiplied by this."""
KILL_FACTOR = 3
"""Multiple of the time limit after which ``faulthandler`` ends the process."""
UNINTERRUPTED = (
    "logging",
    "sqlalchemy",
    "portalcrawl.storage",
    "portalcrawl.runs.run",
    "portalcrawl.crawl.frontier",
    "portalcrawl.crawl.identity",
    "portalcrawl.crawl.outcomes",
    "portalcrawl.crawl.revisions",
    "portalcrawl.crawl.articles",
)
"""Packages and modules that the signal does not interrupt: their work is short, and would be left half done."""
FIRST_FILE = 3
"""Lowest file descriptor above standard error."""


class ReadingTimeoutError(BaseException):
    """Work took longer than the time limit. Not an Exception, so that no ``except Exception`` in it catches this."""


class _Watchdog:
    """The signal, the second thread and ``faulthandler``, of which a process has one each, whatever runs it holds.

    It limits one piece of work at a time, in the main thread: other threads get no signals.
    """

    def __init__(self) -> None:
        self._seconds = 1.0
        """Time limit of the present or last task."""
        self._limit_changed = threading.Event()
        self._on_stuck: Callable[[], object] = object
        self._task: object | None = None
        """A new object for each piece of work; None in between."""
        self._cpu: float | None = None
        """CPU seconds of the process at the first check of a task; None before: asking at each task costs too much."""
        self._ticks = 0
        self._faulthandler_lock = threading.Lock()
        self._is_armed = False
        """Whether ``faulthandler`` will end the process; the checks set and cancel that, since it is slow to set."""
        self._is_ending = False
        self._thread: threading.Thread | None = None

    def run(self, seconds: float, work: Callable[[], T], on_stuck: Callable[[], object]) -> T:
        """Return what *work* returns; raise ReadingTimeoutError if it takes longer than *seconds*.

        :param on_stuck: called in the second thread when the main thread can't be interrupted; the process ends
            afterwards.
        """
        if threading.current_thread() is not threading.main_thread():
            return work()
        self._on_stuck = on_stuck
        if seconds != self._seconds:
            self._disarm()
            self._seconds = seconds
            self._limit_changed.set()
        if self._thread is None:
            signal.signal(signal.SIGALRM, self._on_alarm)
            self._thread = threading.Thread(target=self._watch, name="read-timeout", daemon=True)
            self._thread.start()
        try:
            self._cpu, self._ticks = None, 0
            with self._faulthandler_lock:
                self._task = object()
                if not self._is_armed:
                    self._arm()
            signal.setitimer(signal.ITIMER_REAL, self._seconds, self._seconds / TICKS)
            try:
                return work()
            finally:
                self._task = None
        finally:
            self._task = None  # an alarm may have come in between
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._wait_while_ending()

    def _arm(self) -> None:
        faulthandler.dump_traceback_later(KILL_FACTOR * self._seconds, exit=True, file=sys.__stderr__ or 2)
        self._is_armed = True

    def _disarm(self) -> None:
        """Cancel ``faulthandler``'s timer, which was set for another time limit."""
        with self._faulthandler_lock:
            faulthandler.cancel_dump_traceback_later()
            self._is_armed = False

    def _rearm(self, *, is_same_task: bool) -> None:
        """Restart ``faulthandler``'s timer for a new task; cancel it while there is none."""
        with self._faulthandler_lock:
            if self._task is None and self._is_armed:
                faulthandler.cancel_dump_traceback_later()
                self._is_armed = False
            elif self._task is not None and not (is_same_task and self._is_armed):
                self._arm()

    def _on_alarm(self, _: int, frame: FrameType | None) -> None:
        self._wait_while_ending()
        if self._task is None:
            return
        self._ticks += 1
        if self._is_over_limit(TICKS + self._ticks) and not _is_uninterrupted(frame):
            raise ReadingTimeoutError

    def _wait_while_ending(self) -> None:
        """Wait while the second thread ends the process: the data that it publishes must not change."""
        while self._is_ending:
            time.sleep(self._seconds / TICKS)

    def _is_over_limit(self, ticks: int) -> bool:
        used = 0.0 if self._cpu is None else time.process_time() - self._cpu
        return used >= MIN_CPU_SHARE * self._seconds or ticks >= SLOW_MACHINE_FACTOR * TICKS

    def _watch(self) -> None:
        """End the process if a task does not end; runs in the second thread."""
        task, ticks = None, 0
        while True:
            if self._limit_changed.wait(self._seconds / TICKS):
                self._limit_changed.clear()
            is_same_task = task is self._task
            ticks = ticks + 1 if is_same_task and task is not None else 0
            task = self._task
            self._rearm(is_same_task=is_same_task)
            if task is not None and not is_same_task:
                self._cpu = time.process_time()
            # Later than the signal, so that the signal, which does not end the run, comes first.
            if ticks > TICKS + TICKS // 2 and self._is_over_limit(ticks - TICKS // 2):
                self._is_ending = True
                if self._task is task:
                    self._end_process()
                self._is_ending = False  # the task has ended after all

    def _end_process(self) -> NoReturn:
        try:
            self._on_stuck()
        finally:
            os._exit(1)


run_within = _Watchdog().run


def _is_uninterrupted(frame: FrameType | None) -> bool:
    """Return whether *frame* belongs to UNINTERRUPTED code or was called by it."""
    while frame is not None and (name := frame.f_globals.get("__name__", "")) != __name__:
        if name.startswith(UNINTERRUPTED):
            return True
        frame = frame.f_back
    return False


def survives_in_child_process(work: Callable[[], object], seconds: float) -> bool:
    """Return whether a fork of this process gets through *work* within *seconds*; blocks meanwhile.

    An exception counts as getting through, except for MemoryError.
    """
    with warnings.catch_warnings():
        # It warns of locks that other threads may hold; *work* needs none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        _work_and_exit(work, seconds)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _work_and_exit(work: Callable[[], object], seconds: float) -> NoReturn:
    """Do *work* in the child process and end it."""
    code = 1
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # so the kernel ends the child, whatever code it runs
        signal.setitimer(signal.ITIMER_REAL, seconds)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        faulthandler.disable()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError):  # when memory runs out, the kernel kills the child first
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        # This releases inherited locks, which the child must not hold longer than the run.
        os.closerange(FIRST_FILE, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        work()
        code = 0
    except MemoryError:
        pass
    except BaseException:  # noqa: BLE001 - any other exception counts as success
        code = 0
    finally:
        os._exit(code)
