"""One run a portal and data folder at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from filelock import FileLock, Timeout

from portalcrawl.errors import RunLockedError


class PortalLocks:
    """The locks of a run's portals: the kernel's own file locks, so that the death of a run frees them."""

    def __init__(self, folder: Path, portals: Iterable[str]) -> None:
        # Always in one order: two runs over the same portals can't wait for each other.
        self._locks = {name: FileLock(folder / lock_name(name)) for name in sorted(portals)}

    def acquire(self, wait: float) -> None:
        """Take all locks, or none: after *wait* seconds raise RunLockedError."""
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


def lock_name(portal: str) -> str:
    """Return the name of a portal's lock file.

    >>> lock_name("127.0.0.1:8998")
    '127.0.0.1%3A8998.lock'
    """
    return re.sub(r"[^\w.-]", lambda match: f"%{ord(match[0]):02X}", portal) + ".lock"
