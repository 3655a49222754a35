"""Where a browser lives while it runs: a temporary folder, and the keeper that starts the driver in it."""

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
"""Playwright's variable for the program that runs its driver."""
POLITE_SECONDS = 2.0
LONGEST_BASE = 40
"""Characters of the temporary folder that leave room for the names of Chromium's sockets, 108 with all (unix(7))."""


class Home:
    """One driver and its browser, as processes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portalcrawl-browser-", dir=_base()))
        self._pids: tuple[int, int] | None = None

    @contextmanager
    def as_node(self, node: str) -> Iterator[None]:
        """Within the block, Playwright starts the keeper, and the keeper *node*."""
        keeper = self.folder / "keeper.py"
        keeper.write_bytes(resources.files(__package__).joinpath("keeper.py").read_bytes())
        launcher = self.folder / "node"
        words = (sys.executable, "-I", "-S", str(keeper), str(self.folder), node)
        launcher.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        launcher.chmod(0o700)
        before = os.environ.get(NODE)
        os.environ[NODE] = str(launcher)
        try:
            yield
        finally:
            if before is None:
                del os.environ[NODE]
            else:
                os.environ[NODE] = before

    @property
    def keeper(self) -> int | None:
        """The keeper's process id; None before it runs."""
        if self._pids is None:
            with suppress(OSError, ValueError):
                keeper, driver = (self.folder / "pids").read_text(encoding="ascii").split()
                self._pids = int(keeper), int(driver)
        return self._pids[0] if self._pids else None

    def is_alive(self) -> bool:
        """Tell whether the keeper runs and its driver with it."""
        return self.keeper is not None and self._pids is not None and all(map(processes.is_alive, self._pids))

    def processes(self) -> list[processes.Process]:
        """Return the driver and the browser's processes."""
        return processes.tree(self.keeper) if self.keeper else []

    async def clear(self) -> None:
        """End all processes, the frozen ones too, and remove the folder."""
        keeper = self.keeper
        if keeper:
            processes.send(keeper, signal.SIGTERM)
            await _until(lambda: not processes.is_alive(keeper))
            for pid in (*processes.descendants(keeper), keeper):
                processes.kill(pid)
        # Where the keeper was killed itself, what it kept has no parent of ours any more, but still names the folder.
        for pid in processes.mentioning(str(self.folder)):
            processes.kill(pid)
        await _until(self._is_removed)

    def _is_removed(self) -> bool:
        """Remove the folder; tell whether nobody put anything into it meanwhile."""
        shutil.rmtree(self.folder, ignore_errors=True)
        return not self.folder.exists()


async def _until(done: Callable[[], bool]) -> None:
    """Wait until *done*, but not for long."""
    end = monotonic() + POLITE_SECONDS
    while not done() and monotonic() < end:
        await asyncio.sleep(0.02)


def _base() -> str | None:
    """Return where to make the folder: the system's own place where the user's is too deep for sockets."""
    usual = "/tmp"
    is_deep = len(tempfile.gettempdir()) > LONGEST_BASE
    return usual if is_deep and os.path.isdir(usual) and os.access(usual, os.W_OK) else None  # noqa: PTH112
