"""Files that survive a crash: unbuffered appends, fsync on demand."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

PART = ".part"
"""Suffix of a file that is not complete."""


def sync_folder(folder: Path) -> None:
    """Make new names in *folder* durable: a rename is durable only after its folder is synced (fsync(2))."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class FeedFile:
    """A feed that is being written; the file is created with its first line."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name
        self.part = folder / (name + PART)
        self.bytes = 0
        self.records = 0
        self._handle: int | None = None
        self._is_synced = True

    def append(self, line: bytes) -> None:
        """Append a line; if that fails (disk full), truncate the partly written line and raise OSError."""
        if self._handle is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            self._handle = os.open(self.part, flags, 0o644)
            sync_folder(self.part.parent)
        self._is_synced = False
        written = 0
        try:
            while written < len(line):
                written += os.write(self._handle, line[written:])
        except OSError:
            os.ftruncate(self._handle, self.bytes)
            raise
        self.bytes += len(line)
        self.records += 1

    def sync(self) -> None:
        """Make all lines durable."""
        if self._handle is not None and not self._is_synced:
            os.fsync(self._handle)
            self._is_synced = True

    def close(self) -> None:
        """Sync and close the file, which keeps its ``.part`` name."""
        if self._handle is not None:
            self.sync()
            os.close(self._handle)
            self._handle = None


def cut(path: Path, length: int) -> None:
    """Truncate *path* to *length* bytes and fsync it."""
    handle = os.open(path, os.O_WRONLY)
    try:
        if os.fstat(handle).st_size > length:
            os.ftruncate(handle, length)
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Write *content* to *path* durably and atomically: readers see all of it or nothing."""
    part = path.with_name(path.name + PART)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(path)
    sync_folder(path.parent)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
