"""The processes of one browser (supervisor, driver, Chromium) and their temporary folder."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from time import monotonic

from portalcrawl.rendering import processes

NODE = "PLAYWRIGHT_NODEJS_PATH"
"""Environment variable with the program with which Playwright runs its driver."""
TERMINATE_SECONDS = 2.0
"""Seconds that the supervisor may take to end after SIGTERM."""
LONGEST_BASE = 40
"""Longest path of the system's temporary folder, in characters, that leaves room for the names of Chromium's sockets,
which may have 108 in all (unix(7))."""


class ProcessGroup:
    """Starts Playwright's driver under a supervisor, and ends all its processes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portalcrawl-browser-", dir=_base()))
        self._pids: tuple[int, int] | None = None

    @contextmanager
    def supervised(self, node: str) -> Iterator[None]:
        """Within the block, Playwright starts its driver by the supervisor, which runs *node*."""
        # Copied to a file, since the package may be in a zipped egg.
        supervisor = self.folder / "supervisor.py"
        supervisor.write_bytes(resources.files(__package__).joinpath("supervisor.py").read_bytes())
        launcher = self.folder / "node"
        words = (sys.executable, "-I", "-S", str(supervisor), str(self.folder), node)
        launcher.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        launcher.chmod(0o700)
        previous = os.environ.get(NODE)
        os.environ[NODE] = str(launcher)
        try:
            yield
        finally:
            del os.environ[NODE]
            if previous is not None:
                os.environ[NODE] = previous

    @property
    def supervisor(self) -> int | None:
        """The supervisor's process id; None before it runs."""
        if self._pids is None:
            with suppress(OSError, ValueError):
                supervisor, driver = (self.folder / "pids").read_text(encoding="ascii").split()
                self._pids = int(supervisor), int(driver)
        return self._pids[0] if self._pids else None

    def is_alive(self) -> bool:
        """Return whether both the supervisor and the driver are running."""
        return self.supervisor is not None and self._pids is not None and all(map(processes.is_alive, self._pids))

    def processes(self) -> list[processes.Process]:
        """Return the driver's and the browser's processes."""
        return processes.tree(self.supervisor) if self.supervisor else []

    async def clear(self) -> None:
        """End all processes, stopped ones too, and remove the folder."""
        if supervisor := self.supervisor:
            processes.send(supervisor, signal.SIGTERM)
            await _wait_until(lambda: not processes.is_alive(supervisor))
            for process in processes.tree(supervisor):
                processes.kill(process.pid)
            processes.kill(supervisor)
        # If the supervisor was killed, its children have another parent now, but their arguments contain the folder.
        for pid in processes.mentioning(str(self.folder)):
            processes.kill(pid)
        await _wait_until(self._remove_folder)

    def _remove_folder(self) -> bool:
        """Remove the folder; return False if something was written into it meanwhile."""
        shutil.rmtree(self.folder, ignore_errors=True)
        return not self.folder.exists()


async def _wait_until(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds, for at most TERMINATE_SECONDS."""
    end = monotonic() + TERMINATE_SECONDS
    while not condition() and monotonic() < end:
        await asyncio.sleep(0.02)


def _base() -> str | None:
    """Return the folder for the temporary folder: ``/tmp`` if the default's path is too long, None for the default."""
    is_deep = len(tempfile.gettempdir()) > LONGEST_BASE
    return "/tmp" if is_deep and os.path.isdir("/tmp") and os.access("/tmp", os.W_OK) else None  # noqa: PTH112
