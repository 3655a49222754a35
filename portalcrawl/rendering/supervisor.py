"""Stands between the crawl and Playwright's driver: when either of them ends, all processes of the browser end too.

    python -I -S keeper.py FOLDER NODE ARGUMENTS...

A program of its own that imports nothing of the package. The driver reads its orders from standard input, whose other
end only the crawl holds: a hang-up there means that the crawl is gone, by whatever death. On Linux the keeper is the
reaper (prctl(2), PR_SET_CHILD_SUBREAPER) of all that the driver starts, so that nothing can leave its tree, and it
kills until it has no child left, frozen processes too. FOLDER holds the temporary files of the driver and the browser
and is removed at the end.
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
    """Set an attribute of this process, where the system knows such."""
    if IS_LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def keep(folder: str, command: list[str]) -> None:
    """Run *command* until it ends, the crawl ends, or somebody says so; then end all that came of it."""
    os.setsid()  # Ctrl-C is for the crawl, which decides when the browser ends
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, lambda _number, _frame: None)
    driver = start(folder, command)
    wait(driver, woken)
    end(driver)


def start(folder: str, command: list[str]) -> int:
    """Start the driver; keep standard input open to watch it, and nothing else of the crawl's."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 2)
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
    os.dup2(nowhere, 1)
    with open(os.path.join(folder, "pids"), "w") as file:  # noqa: PTH118, PTH123 - pathlib costs a start 10 ms
        file.write(f"{os.getpid()} {pid}\n")
    return pid


def wait(driver: int, woken: int) -> None:
    """Return when the driver has ended, the crawl has hung up, or SIGTERM came."""
    watch = select.poll()
    watch.register(0, 0)  # a hang-up is always reported
    watch.register(woken, select.POLLIN)
    while True:
        for handle, _ in watch.poll():
            if handle == 0 or signal.SIGTERM in os.read(woken, 64):
                return
        if reap(driver):
            return


def reap(driver: int) -> bool:
    """Take leave of dead children; tell whether the driver is one of them."""
    with suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            if pid == driver:
                return True
    return False


def end(driver: int) -> None:
    """Kill the driver and all others, as they fall to this process, until there is none."""
    while True:
        for pid in (driver, *children()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def children() -> list[int]:
    """Return the descendants of this process."""
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
        keep(sys.argv[1], sys.argv[2:])
    finally:
        shutil.rmtree(sys.argv[1], ignore_errors=True)
