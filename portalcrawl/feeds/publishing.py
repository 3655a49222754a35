"""Publishing a run: feeds get their names by rename, the manifest comes last."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from portalcrawl.feeds.feed_files import PART, cut, sha256_of, sync_folder, write_whole
from portalcrawl.schema import FeedEntry, Manifest


def publish_feed(folder: Path, name: str, kind: str, size: int, records: int) -> FeedEntry | None:
    """Give a feed its name and return its entry; None for one without a record, which is removed.

    *size* bytes are committed: what a dead run wrote beyond them is cut off. May be called again after a crash at
    any point of it, in which case only the part of the file that is missing is done.
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
    elif path.stat().st_size > size:  # published, but in no manifest yet, when the state was copied
        cut(path, size)
    return FeedEntry(file=name, kind=kind, records=records, bytes=size, sha256=sha256_of(path))


def where_is(folder: Path, name: str) -> Path | None:
    """Return the file of a feed that may be published or not; None where there is none."""
    return next((path for path in (folder / (name + PART), folder / name) if path.exists()), None)


def whole_lines(path: Path | None, size: int) -> tuple[int, int | None]:
    """Return how many of the first *size* bytes are there and end with a line, and the number of these lines.

    The lines are counted only where bytes are missing; else None stands for their number.
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


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write *manifest*, whole or not at all."""
    write_whole(path, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode() + b"\n")


def listed(entries: Iterable[FeedEntry | None]) -> list[FeedEntry]:
    """Return the entries of the feeds that are published."""
    return [entry for entry in entries if entry is not None]
