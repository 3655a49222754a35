"""Publishing a run: feeds get their names by rename, the manifest comes last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from portalcrawl.feeds.files import PART, cut, sha256_of, sync_folder, write_whole
from portalcrawl.schema import FeedEntry, Manifest


def publish_feed(folder: Path, name: str, kind: str, size: int, records: int) -> FeedEntry | None:
    """Give a feed its name and return its entry; None for one without a record, which is removed.

    *size* bytes are committed: what a dead run wrote beyond them is cut off. May be called again after a crash at
    any point of it, in which case only the part of the file that is missing is done.
    """
    part = folder / (name + PART)
    if part.exists():
        cut(part, size)
        if size:
            part.replace(folder / name)
        else:
            part.unlink()
        sync_folder(folder)
    if not size:
        return None
    return FeedEntry(file=name, kind=kind, records=records, bytes=size, sha256=sha256_of(folder / name))


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write *manifest*, whole or not at all."""
    write_whole(path, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode() + b"\n")


def listed(entries: Iterable[FeedEntry | None]) -> list[FeedEntry]:
    """Return the entries of the feeds that are published."""
    return [entry for entry in entries if entry is not None]
