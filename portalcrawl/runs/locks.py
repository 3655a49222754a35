"""Locks: one run per portal and data folder, and one process at a time that creates a state or publishes."""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

from filelock import FileLock, Timeout

from portalcrawl.errors import DataFolderError, RunLockedError, UsageError
from portalcrawl.plurals import counted
from portalcrawl.storage.database import StateBusyError

if sys.platform != "win32":
    import resource

FILES_PER_PORTAL = 2
"""Open files per portal: its lock, and a connection that is kept open for a while."""
OTHER_FILES = 500
"""Other open files: feeds, the state, the log, connections."""
POLL_INTERVAL = 0.05


class PortalGuard(Protocol):
    """What a run holds of its portals, so that no other run works on them: locks, or leases (``storage.leases``)."""

    def acquire(self, wait: float) -> None:
        """Take all portals, or none; raise RunLockedError after *wait* seconds."""

    def release(self) -> None:
        """Release all that is held."""

    def others(self, portals: Iterable[str]) -> PortalGuard:
        """Return the same of other *portals*, not taken yet: a run is dead if what it held can be taken."""

    def renew(self) -> None:
        """Prevent held portals from expiring."""


class PortalLocks:
    """The locks of a run's portals: file locks of the kernel, which releases them when the run dies."""

    def __init__(self, folder: Path, portals: Iterable[str]) -> None:
        self._folder = folder
        # Sorted: two runs over the same portals take them in the same order, and so never wait for each other.
        # Not thread-local: a run may be opened in one thread and closed in another.
        self._locks = {name: FileLock(folder / lock_name(name), thread_local=False) for name in sorted(portals)}

    def acquire(self, wait: float) -> None:
        """Take all locks, or none.

        :raises RunLockedError: after *wait* seconds.
        :raises UsageError: if the system does not allow as many open files.
        :raises DataFolderError: if a lock file can't be opened, since it belongs to another user, say.
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

    def others(self, portals: Iterable[str]) -> PortalLocks:
        """Return the locks of other *portals*, not taken yet."""
        return PortalLocks(self._folder, portals)

    def renew(self) -> None:
        """Do nothing: a lock is held until the process ends."""

    def release(self) -> None:
        """Release all locks that are held."""
        for lock in self._locks.values():
            lock.release()


def _allow_open_files(portals: int) -> None:
    """Raise this process's limit of open files to what this number of *portals* needs."""
    if sys.platform == "win32":
        return
    needed = FILES_PER_PORTAL * portals + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        run = f"a run over {counted(portals, 'portal')}"
        problem = f"{run} needs {needed} open files, and the system allows {hard} (ulimit -Hn)"
        raise UsageError(f"{problem}; raise this limit, or crawl fewer portals in a run")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


@contextmanager
def state_lock(file: Path | None, wait: float) -> Iterator[None]:
    """Hold the lock under which the state *file* is created or replaced, and under which runs publish.

    A state that is no file (None) needs no lock.

    :raises StateBusyError: after *wait* seconds.
    """
    if file is None or not file.parent.is_dir():
        yield
        return
    try:
        with folder_lock(file.parent, wait):
            yield
    except TimeoutError as error:
        raise StateBusyError(f"the state is being opened by another process: {error}") from None


@contextmanager
def folder_lock(folder: Path, wait: float) -> Iterator[None]:
    """Lock the folder itself, which needs neither a lock file nor the right to write (flock(2)).

    :raises TimeoutError: after *wait* seconds.
    :raises OSError: if the folder can't be opened.
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
            sleep(POLL_INTERVAL)
        yield
    finally:
        os.close(handle)


def lock_name(portal: str) -> str:
    """Return the name of a portal's lock file.

    >>> lock_name("127.0.0.1:8998")
    '127.0.0.1%3A8998.lock'
    """
    return re.sub(r"[^\w.-]", lambda match: f"%{ord(match[0]):02X}", portal) + ".lock"
