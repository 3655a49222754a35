"""Where the documents of rights are kept: files in one folder a host, on a disk or in an object store."""

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
    """A file as it was read."""

    content: bytes
    version: str
    """Changes with the content."""


class DocumentPlace(Protocol):
    """Files by the folder of a host and their name, which may begin with that of a folder in it.

    :raises OSError: where a disk can't be used.
    :raises FeedStoreError: where an object store can't be used.
    """

    def address(self, host: str, name: str) -> str:
        """Return the path or the URL of a file."""

    def locked(self, host: str) -> AbstractContextManager[None]:
        """Keep others from replacing files of *host* meanwhile, where the place can."""

    def names(self, host: str, folder: str = "") -> list[str]:
        """Return the names of all files in *folder* of *host*, sorted; none where it does not exist."""

    def read(self, host: str, name: str) -> StoredFile | None:
        """Return a file; None where it does not exist."""

    def add(self, host: str, name: str, content: bytes) -> None:
        """Write a file whose name says what it holds; where it exists, nothing is done."""

    def replace(self, host: str, name: str, content: bytes, version: str | None) -> bool:
        """Write a file in place of that *version* (None: there is no such file); return False where it has changed."""


class DocumentFolder:
    """A folder on a disk; it is made with the first file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def address(self, host: str, name: str) -> str:
        return str(self.folder / host / name)

    @contextmanager
    def locked(self, host: str) -> Iterator[None]:
        """Lock the folder of *host* for a moment: runs of several portals may have one host (flock(2))."""
        folder = self.folder / host
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def hosts(self) -> list[str]:
        """Return the names of the folders of hosts, which begin with no dot."""
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
        write_whole(self.folder / host / name, content)  # nobody else can: the folder is locked
        return True
