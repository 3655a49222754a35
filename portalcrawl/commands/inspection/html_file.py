"""Writes the file of ``--html`` atomically."""

from __future__ import annotations

import os
from pathlib import Path

from portalcrawl.errors import UsageError


def check_target(path: Path) -> None:
    """Raise UsageError if a file can't be written at *path*, before anything is fetched for it."""
    folder = path.parent
    if not folder.is_dir():
        raise UsageError(f"scrapy inspect: --html: there is no folder {str(folder)!r}")
    if path.exists() and not path.is_file():
        raise UsageError(f"scrapy inspect: --html: {str(path)!r} is not a file; it takes the name of a file to write")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"scrapy inspect: --html: {str(folder)!r} is not writable")


def write_whole(path: Path, text: str) -> None:
    """Write *text* to *path*; existing content is replaced only once all of *text* is on the disk.

    :raises UsageError: if the file can't be written.
    """
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with part.open("x", encoding="utf-8", errors="replace") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"scrapy inspect: --html: {str(path)!r}: {error.strerror}") from error
