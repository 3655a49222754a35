"""Storage of rights documents: files in one folder per host, on a disk or in an object store."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from portalcrawl.feeds.feed_files import sync_folder, write_whole


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's content and version at the time of reading."""

    content: bytes
    version: str
    """Identifier that changes with the content."""


class DocumentPlace(Protocol):
    """Files, identified by the folder of a host and a name, which may include a subfolder.

    :raises OSError: if a disk can't be used.
    :raises FeedStoreError: if an object store can't be used.
    """

    def address(self, host: str, name: str) -> str:
        """Return the path or the URL of a file."""

    def locked(self, host: str) -> AbstractContextManager[None]:
        """Prevent others from replacing files of *host* while the context lasts, if the place supports locks."""

    def names(self, host: str, folder: str = "") -> list[str]:
        """Return the names of all files in *folder* of *host*, sorted; empty if it does not exist."""

    def read(self, host: str, name: str) -> StoredFile | None:
        """Return a file; None if it does not exist."""

    def add(self, host: str, name: str, content: bytes) -> None:
        """Write a file whose name identifies its content; do nothing if it exists."""

    def replace(self, host: str, name: str, content: bytes, version: str | None) -> bool:
        """Replace the *version* of a file (None: it does not exist yet); return False if it was changed meanwhile."""


class DocumentFolder:
    """A folder on a disk; it is created with the first file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def address(self, host: str, name: str) -> str:
        return str(self.folder / host / name)

    @contextmanager
    def locked(self, host: str) -> Iterator[None]:
        """Lock the folder of *host* with flock(2), as runs of several portals may share a host."""
        folder = self.folder / host
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def hosts(self) -> list[str]:
        """Return the names of the folders of hosts, which don't begin with a dot."""
        return sorted(path.name for path in self.folder.glob("[!.]*") if path.is_dir())

    def names(self, host: str, folder: str = "") -> list[str]:
        try:
            return sorted(path.name for path in (self.folder / host / folder).iterdir())
        except FileNotFoundError:
            return []

    def read(self, host: str, name: str) -> StoredFile | None:
        try:
            content = (self.folder / host / name).read_bytes()
        except FileNotFoundError:
            return None
        return StoredFile(content, hashlib.sha256(content).hexdigest())

    def add(self, host: str, name: str, content: bytes) -> None:
        path = self.folder / host / name
        if path.exists():
            return
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(path.parent.parent)
        write_whole(path, content)

    def replace(self, host: str, name: str, content: bytes, version: str | None) -> bool:
        write_whole(self.folder / host / name, content)  # no version check needed: the folder is locked
        return True
