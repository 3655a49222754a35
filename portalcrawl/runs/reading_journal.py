"""Which page is being read: on disk, so that the death of the process tells what it died of.

A file a portal, ``locks/<portal>.reading``, which only the holder of the portal's lock uses. It is not synced: what the
death of a process leaves in the kernel's cache is enough.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from portalcrawl.runs.locks import lock_name

IDLE = b"\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that is being read, and the article that the state knows it as."""

    portal: str
    id: str
    url: str
    canonical_url: str
    start: bool
    """Whether it is read as a start page."""
    tried: bool = False
    """Whether another process has read it before without harm."""


class Journal:
    """Names the page under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._portal: str | None = None
        self._file = -1
        self._used: set[str] = set()

    def begin(self, entry: Entry) -> None:
        """Write down that the page of *entry* is being read; where that can't be written, there are no suspects."""
        with suppress(OSError):
            if entry.portal != self._portal:
                self._leave()
                self._file = os.open(self._path(entry.portal), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                self._portal = entry.portal
                self._used.add(entry.portal)
            os.pwrite(self._file, json.dumps(asdict(entry)).encode() + b"\n", 0)

    def end(self) -> None:
        """Write down that it has been read."""
        if self._file >= 0:
            os.pwrite(self._file, IDLE, 0)

    def close(self) -> None:
        """Remove the files of a run that has ended."""
        self._leave()
        for portal in self._used:
            self._path(portal).unlink(missing_ok=True)

    def _leave(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file, self._portal = -1, None

    def left(self, portal: str) -> Entry | None:
        """Return the page of *portal* that was being read when a process died; its lock must be held."""
        with suppress(OSError, ValueError, TypeError):
            line = self._path(portal).read_bytes().partition(b"\n")[0]
            return Entry(**json.loads(line)) if line else None
        return None

    def forget(self, portal: str) -> None:
        """Drop what :meth:`left` returns."""
        with suppress(FileNotFoundError), self._path(portal).open("r+b") as file:
            file.write(IDLE)

    def condemn(self, entry: Entry) -> None:
        """Remember for runs without a state that the page of *entry* is not to be read again."""
        with self._path(entry.portal, ".unreadable").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(entry)) + "\n")

    def condemned(self, portal: str) -> list[Entry]:
        """Return the pages of *portal* that are not to be read again."""
        try:
            lines = self._path(portal, ".unreadable").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [Entry(**json.loads(line)) for line in lines]

    def _path(self, portal: str, ending: str = ".reading") -> Path:
        return self._folder / lock_name(portal).replace(".lock", ending)
