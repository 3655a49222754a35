"""One run a portal and data folder at a time."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from filelock import FileLock, Timeout

from portalcrawl.errors import RunLockedError, UsageError

if sys.platform != "win32":
    import resource

FILES_A_PORTAL = 2
"""Its lock, and the connection that is kept open for a while."""
OTHER_FILES = 500
"""Feeds, the state, the log, connections under way."""


class PortalLocks:
    """The locks of a run's portals: the kernel's own file locks, so that the death of a run frees them."""

    def __init__(self, folder: Path, portals: Iterable[str]) -> None:
        # Always in one order: two runs over the same portals can't wait for each other.
        self._locks = {name: FileLock(folder / lock_name(name)) for name in sorted(portals)}

    def acquire(self, wait: float) -> None:
        """Take all locks, or none: after *wait* seconds raise RunLockedError.

        UsageError where the system does not let one process hold as many.
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


def lock_name(portal: str) -> str:
    """Return the name of a portal's lock file.

    >>> lock_name("127.0.0.1:8998")
    '127.0.0.1%3A8998.lock'
    """
    return re.sub(r"[^\w.-]", lambda match: f"%{ord(match[0]):02X}", portal) + ".lock"
