"""Publishes a run: renames its feeds, then writes the manifest."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from portalcrawl.feeds.feed_files import PART, cut, sha256_of, sync_folder
from portalcrawl.schema import FeedEntry, Manifest


def publish_feed(folder: Path, name: str, kind: str, size: int, records: int) -> FeedEntry | None:
    """Rename a feed to its final name and return its entry; remove one without records and return None.

    Bytes after the committed *size*, written by a run that died, are truncated. May be called again after a crash.
    """
    part, path = folder / (name + PART), folder / name
    if not size:
        for each in (part, path):
            each.unlink(missing_ok=True)
        return None
    if part.exists():
        cut(part, size)
        part.replace(path)
        sync_folder(folder)
    elif path.stat().st_size > size:  # published, but the state is a copy from before the manifest was written
        cut(path, size)
    return FeedEntry(file=name, kind=kind, records=records, bytes=size, sha256=sha256_of(path))


def existing_file(folder: Path, name: str) -> Path | None:
    """Return the file of a feed, published or not; None if there is none."""
    return next((path for path in (folder / (name + PART), folder / name) if path.exists()), None)


def whole_lines(path: Path | None, size: int) -> tuple[int, int | None]:
    """Return the length and number of the complete lines within the first *size* bytes of a file.

    The lines are counted only if bytes are missing; otherwise their number is None.
    """
    if path is None or not size:
        return 0, 0 if size else None
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size >= size:
            file.seek(size - 1)
            if file.read(1) == b"\n":
                return size, None
            file.seek(0)
        there = lines = 0
        for line in file:
            if not line.endswith(b"\n") or there + len(line) > size:
                break
            there, lines = there + len(line), lines + 1
    return there, lines


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return *manifest* as the content of its file."""
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode() + b"\n"
