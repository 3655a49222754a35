"""Feeds in a folder."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from portalcrawl.errors import FeedStoreError
from portalcrawl.feeds.feed_files import PART, sync_folder
from portalcrawl.feeds.store.feed_store import Content, checked, is_manifest, require_same

BLOCK = 1_000_000
"""Bytes that are read at a time."""


class FolderStore:
    """A folder of feeds and manifests; it is created with the first file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def name(self) -> str:
        """The path of the folder."""
        return str(self.folder)

    def put_new(self, name: str, content: Content, size: int, sha256: str) -> None:
        """Write a file under a temporary name, sync it and rename it; see ``FeedStore.put_new``."""
        path = self.folder / name
        with self._errors(name):
            if path.exists():
                require_same(self, name, sha256)
                return
            self.folder.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{name}.{secrets.token_hex(4)}{PART}")
            try:
                with part.open("xb") as file:
                    for block in checked(name, content(), size, sha256):
                        file.write(block)
                    file.flush()
                    os.fsync(file.fileno())
                with suppress(FileNotFoundError):  # another publisher of the same run was faster and has cleaned up
                    part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            sync_folder(self.folder)
            require_same(self, name, sha256)
            for left in self.folder.glob(f"{name}.*{PART}"):  # left by publishers that died
                left.unlink(missing_ok=True)

    def open(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file in chunks."""
        with self._errors(name), (self.folder / name).open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    def manifests(self) -> list[str]:
        """Return the names of all manifests, in the order in which their runs began."""
        with self._errors("its manifests"):
            names = (path.name for path in self.folder.iterdir()) if self.folder.exists() else ()
            return sorted(filter(is_manifest, names))

    def sizes(self, prefix: str) -> dict[str, int]:
        """Return name -> size in bytes of all files whose names begin with *prefix*; empty if there is no folder."""
        found = {}
        with self._errors("its files"):
            if not self.folder.exists():
                return {}
            for entry in os.scandir(self.folder):
                if entry.name.startswith(prefix):
                    with suppress(FileNotFoundError):  # removed since the folder was listed
                        found[entry.name] = entry.stat().st_size
        return found

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, one after the other."""
        for name in names:
            with self._errors(name):
                (self.folder / name).unlink(missing_ok=True)

    def check(self) -> None:
        """Write a temporary file into the folder, or into the one where it would be created."""
        with self._errors("a new file"):
            existing = next(each for each in (self.folder, *self.folder.parents) if each.exists())
            with tempfile.TemporaryFile(dir=existing) as file:
                file.write(b"portalcrawl")
                file.flush()
                os.fsync(file.fileno())

    @contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        """Convert errors of the file system to a one-line FeedStoreError."""
        try:
            yield
        except OSError as error:
            raise FeedStoreError(f"the folder {self.folder} can't be used: {error.strerror} ({name})") from error
