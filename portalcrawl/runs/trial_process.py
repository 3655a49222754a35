"""Trying in a process of its own what may never end, or kill the process that does it."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

FIRST_FILE = 3
"""Of the open files those above standard error are closed: locks among them, which die with their run."""


def ends_well(work: Callable[[], object], seconds: float) -> bool:
    """Return whether *work* ends within *seconds* in a copy of this process, and the copy outlives it.

    An exception is an end, but for the lack of memory. Blocks meanwhile.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: what they hold is not needed for reading
        child = os.fork()
    if not child:
        _work(work, seconds)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _work(work: Callable[[], object], seconds: float) -> None:
    """Do *work* in the copy, and end it."""
    code = 1
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the kernel ends it, whatever it does
        signal.setitimer(signal.ITIMER_REAL, seconds)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        faulthandler.disable()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError):  # where memory runs out, the copy goes first
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        os.closerange(FIRST_FILE, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        work()
        code = 0
    except MemoryError:
        pass
    except BaseException:  # noqa: BLE001 - whatever it is, it is no death
        code = 0
    finally:
        os._exit(code)
