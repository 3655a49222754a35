"""One run a portal and data folder at a time, and one process at a time that makes or ends things in a folder."""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from filelock import FileLock, Timeout

from portalcrawl.errors import DataFolderError, RunLockedError, UsageError
from portalcrawl.storage.database import StateBusyError

if sys.platform != "win32":
    import resource

FILES_A_PORTAL = 2
"""Its lock, and the connection that is kept open for a while."""
OTHER_FILES = 500
"""Feeds, the state, the log, connections under way."""
LOOK_INTERVAL = 0.05


class PortalLocks:
    """The locks of a run's portals: the kernel's own file locks, so that the death of a run frees them."""

    def __init__(self, folder: Path, portals: Iterable[str]) -> None:
        # Always in one order: two runs over the same portals can't wait for each other.
        self._locks = {name: FileLock(folder / lock_name(name)) for name in sorted(portals)}

    def acquire(self, wait: float) -> None:
        """Take all locks, or none: after *wait* seconds raise RunLockedError.

        UsageError where the system does not let one process hold as many, DataFolderError where a lock file can't be
        opened: it belongs to another user, say.
        """
        _allow_open_files(len(self._locks))
        end = monotonic() + wait
        for name, lock in self._locks.items():
            try:
                lock.acquire(timeout=max(0.0, end - monotonic()))
            except Timeout:
                self.release()
                hint = f"waited {wait:g} s" if wait else "RUN_LOCK_WAIT=SECONDS waits for it"
                problem = f"the portal {name} is locked by another run in this data folder"
                raise RunLockedError(f"{problem}; {hint}") from None
            except OSError as error:
                self.release()
                raise DataFolderError(f"the lock {lock.lock_file} can't be taken: {error.strerror}") from None

    def release(self) -> None:
        """Free all locks that are held."""
        for lock in self._locks.values():
            lock.release()


def _allow_open_files(portals: int) -> None:
    """Raise this process's limit of open files to what *portals* need: each has a lock, and its connections."""
    if sys.platform == "win32":
        return
    needed = FILES_A_PORTAL * portals + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        problem = f"a run over {portals} portals needs {needed} open files, and the system allows {hard} (ulimit -Hn)"
        raise UsageError(f"{problem}; raise that, or give fewer portals to a run")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


@contextmanager
def state_lock(file: Path | None, wait: float) -> Iterator[None]:
    """Keep all others from making a new state in the place of *file*, and from publishing beside one that is made.

    StateBusyError after *wait* seconds; a state that is no file (None) needs no lock.
    """
    if file is None or not file.parent.is_dir():
        yield
        return
    try:
        with folder_lock(file.parent, wait):
            yield
    except TimeoutError as error:
        raise StateBusyError(f"the state is being opened by others: {error}") from None


@contextmanager
def folder_lock(folder: Path, wait: float) -> Iterator[None]:
    """Hold *folder* itself locked, which needs no file and no right to write (flock(2)).

    TimeoutError after *wait* seconds; other kinds of OSError where there is no such folder.
    """
    end = monotonic() + wait
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() >= end:
                    raise TimeoutError(f"{folder} is locked by another process") from None
            sleep(LOOK_INTERVAL)
        yield
    finally:
        os.close(handle)


def lock_name(portal: str) -> str:
    """Return the name of a portal's lock file.

    >>> lock_name("127.0.0.1:8998")
    '127.0.0.1%3A8998.lock'
    """
    return re.sub(r"[^\w.-]", lambda match: f"%{ord(match[0]):02X}", portal) + ".lock"
