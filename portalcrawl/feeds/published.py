"""What readers of feeds see: manifests, the feeds that they name, and the records in these."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from portalcrawl.errors import DataFolderError
from portalcrawl.urls import mask_secrets

MANIFEST = "manifest-"
END = ".json"


class FeedDamagedError(Exception):
    """A published file is missing, or not what its manifest says."""

    def __init__(self, file: str, cause: str) -> None:
        super().__init__(f"{file}: {cause}")
        self.file = file


@dataclass(frozen=True, slots=True)
class PublishedFeed:
    """One feed that a manifest names."""

    run: str
    portals: tuple[str, ...]
    """The portals of the run."""
    file: str
    kind: str
    records: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """What a manifest says."""

    run: str
    portals: tuple[str, ...]
    started: datetime
    """UTC."""
    finished: datetime
    """UTC."""
    feeds: tuple[PublishedFeed, ...]
    counts: dict[str, int]
    verdict: str


class PublishedFeeds(Protocol):
    """A place where runs publish feeds: a folder, or a prefix of an object store."""

    def runs(self) -> list[str]:
        """Return the ids of all runs that published, which sort by their start."""

    def manifest(self, run: str) -> bytes:
        """Return the manifest of *run*; raise OSError where it can't be read."""

    def open(self, file: str) -> BinaryIO:
        """Open a feed for reading; raise OSError where that fails."""


class FolderFeeds:
    """The feeds in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def runs(self) -> list[str]:
        """Return the ids of all runs that published, which sort by their start."""
        names = (path.name for path in self.folder.glob(f"{MANIFEST}*{END}"))
        return sorted(name.removeprefix(MANIFEST).removesuffix(END) for name in names)

    def manifest(self, run: str) -> bytes:
        """Return the manifest of *run*; raise OSError where it can't be read."""
        return (self.folder / f"{MANIFEST}{run}{END}").read_bytes()

    def open(self, file: str) -> BinaryIO:
        """Open a feed for reading; raise OSError where that fails."""
        return (self.folder / file).open("rb")


def published_feeds(location: str) -> FolderFeeds:
    """Return the feeds at *location*, a folder; raise DataFolderError where there are none."""
    if "://" in location:
        raise DataFolderError(f"feeds are read from a folder, not from {mask_secrets(location)}")
    folder = Path(location).expanduser()
    if not folder.is_dir():
        raise DataFolderError(f"there are no feeds in {folder} yet; scrapy crawl portal makes them")
    return FolderFeeds(folder)


def read_manifest(feeds: PublishedFeeds, run: str) -> PublishedRun:
    """Return what the manifest of *run* says; raise FeedDamagedError where it can't be read.

    A manifest has no field that a reader may not ignore: those of later versions are left out.
    """
    name = f"{MANIFEST}{run}{END}"
    try:
        found = json.loads(feeds.manifest(run))
        portals = tuple(found["portal"].split())
        return PublishedRun(
            run=found["run"],
            portals=portals,
            started=datetime.fromisoformat(found["started"]),
            finished=datetime.fromisoformat(found["finished"]),
            feeds=tuple(_feed(each, found["run"], portals) for each in found["feeds"]),
            counts=dict(found["counts"]),
            verdict=str(found["verdict"]["level"]),
        )
    except OSError as error:
        raise FeedDamagedError(name, error.strerror or "can't be read") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FeedDamagedError(name, "is no manifest") from None


def _feed(entry: dict[str, Any], run: str, portals: tuple[str, ...]) -> PublishedFeed:
    file = str(entry["file"])
    if "/" in file or "\\" in file:
        raise ValueError(file)  # a manifest names files of its own folder only
    return PublishedFeed(
        run, portals, file, str(entry["kind"]), int(entry["records"]), int(entry["bytes"]), entry["sha256"]
    )


def read_records(feeds: PublishedFeeds, feed: PublishedFeed) -> Iterator[dict[str, Any]]:
    """Yield the records of *feed* in order.

    :raises FeedDamagedError: where the file is missing or no JSON Lines, or, after the last record, where its size,
        number of records or SHA-256 is another than the manifest says. Nothing of such a feed should be kept.
    """
    digest, size, number = hashlib.sha256(), 0, 0
    try:
        with feeds.open(feed.file) as lines:
            for number, line in enumerate(lines, start=1):
                digest.update(line)
                size += len(line)
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise FeedDamagedError(feed.file, f"line {number} is no JSON object")
                yield record
    except OSError as error:
        raise FeedDamagedError(feed.file, error.strerror or "can't be read") from None
    except ValueError:
        raise FeedDamagedError(feed.file, f"line {number} is no JSON") from None
    if size != feed.bytes or number != feed.records:
        seen = f"{number} records in {size} bytes"
        raise FeedDamagedError(feed.file, f"has {seen}; its manifest says {feed.records} in {feed.bytes}")
    if digest.hexdigest() != feed.sha256:
        raise FeedDamagedError(feed.file, "has another SHA-256 than its manifest says")
