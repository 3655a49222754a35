"""Runs Playwright's driver, and kills it with all its children when it or the crawl ends.

    python -I -S supervisor.py FOLDER NODE ARGUMENTS...

This is a separate program that imports nothing from the package. The driver reads its commands from standard input.
Only the crawl holds the other end of that pipe, so when it is closed, the crawl has ended, even by ``kill -9``. On
Linux the supervisor becomes the parent of orphaned descendants (prctl(2), PR_SET_CHILD_SUBREAPER), so none can escape,
and it kills until no child is left. FOLDER contains the temporary files of driver and browser; it is removed at the
end.
"""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import signal
import sys
from contextlib import suppress

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
IS_LINUX = sys.platform == "linux"


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process; does nothing except on Linux."""
    if IS_LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def supervise(folder: str, command: list[str]) -> None:
    """Run *command* until it ends, the crawl ends or SIGTERM arrives; then kill all its processes."""
    os.setsid()  # Ctrl-C must reach only the crawl, which decides when the browser ends
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    signals, signals_end = os.pipe()
    os.set_blocking(signals_end, False)
    signal.set_wakeup_fd(signals_end)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, lambda _number, _frame: None)
    driver = start(folder, command)
    wait(driver, signals)
    kill_all(driver)


def start(folder: str, command: list[str]) -> int:
    """Start the driver and return its process id. This process keeps only standard input open, to watch it."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)
    pid = os.fork()
    if not pid:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.environ["TMPDIR"] = folder
        try:
            os.execv(command[0], command)
        finally:
            os._exit(127)
    os.dup2(null, 1)
    with open(os.path.join(folder, "pids"), "w") as file:  # noqa: PTH118, PTH123 - importing pathlib takes 10 ms
        file.write(f"{os.getpid()} {pid}\n")
    return pid


def wait(driver: int, signals: int) -> None:
    """Return when the driver has ended, the crawl has closed standard input, or SIGTERM arrived."""
    poll = select.poll()
    poll.register(0, 0)  # a hang-up is always reported
    poll.register(signals, select.POLLIN)
    while True:
        for handle, _ in poll.poll():
            if handle == 0 or signal.SIGTERM in os.read(signals, 64):
                return
        if reap(driver):
            return


def reap(driver: int) -> bool:
    """Reap dead children; return whether the driver was one of them."""
    with suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            if pid == driver:
                return True
    return False


def kill_all(driver: int) -> None:
    """Kill the driver and its descendants until this process has no child left."""
    while True:
        for pid in (driver, *descendants()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def descendants() -> list[int]:
    """Return the process ids of all descendants of this process; none except on Linux."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc") if IS_LINUX else ():  # noqa: PTH208
        with suppress(OSError, ValueError, IndexError), open(f"/proc/{int(name)}/stat", "rb") as file:  # noqa: PTH123
            parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
    found, known = [], {os.getpid()}
    while fresh := [pid for pid, parent in parents.items() if parent in known and pid not in known]:
        found += fresh
        known.update(fresh)
    return found


if __name__ == "__main__":
    try:
        supervise(sys.argv[1], sys.argv[2:])
    finally:
        shutil.rmtree(sys.argv[1], ignore_errors=True)
