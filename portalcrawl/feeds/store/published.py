"""What readers of feeds see: manifests, the feeds that they name, and the records in these."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portalcrawl.errors import DataFolderError, FeedStoreError
from portalcrawl.feeds.store.feed_store import FeedStore, lines_of, read_whole
from portalcrawl.feeds.store.folder_store import FolderStore
from portalcrawl.feeds.store.locating import check_feeds_url, local_folder, open_store
from portalcrawl.plurals import counted

MANIFEST = "manifest-"
END = ".json"
MISSING = "is missing"


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
    feeds: tuple[PublishedFeed, ...]


class PublishedFeeds:
    """What runs have published in a store."""

    def __init__(self, store: FeedStore) -> None:
        self.store = store

    def runs(self) -> list[str]:
        """Return the ids of all runs that published, in the order of their start; raise FeedStoreError."""
        names = sorted(each.name for each in self.store.manifests())
        return [name.removeprefix(MANIFEST).removesuffix(END) for name in names]

    def manifest(self, run: str) -> PublishedRun:
        """Return what the manifest of *run* says; fields of later versions are left out.

        :raises FeedDamagedError: where it is missing or no manifest.
        :raises FeedStoreError: where the store can't be used.
        """
        name = f"{MANIFEST}{run}{END}"
        with missing_as_damaged(name):
            content = read_whole(self.store, name)
        try:
            found = json.loads(content)
            portals = tuple(found["portal"].split())
            return PublishedRun(
                run=found["run"],
                portals=portals,
                started=datetime.fromisoformat(found["started"]),
                feeds=tuple(_feed(each, found["run"], portals) for each in found["feeds"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FeedDamagedError(name, "is no manifest") from None

    def records(self, feed: PublishedFeed) -> Iterator[dict[str, Any]]:
        """Yield the records of *feed* in order.

        :raises FeedDamagedError: where the file is missing or no JSON Lines, or, after the last record, where its size,
            number of records or SHA-256 is another than the manifest says. Nothing of such a feed should be kept.
        :raises FeedStoreError: where the store can't be used.
        """
        digest, size, number = hashlib.sha256(), 0, 0
        with missing_as_damaged(feed.file):
            for number, line in enumerate(lines_of(self.store, feed.file), start=1):
                digest.update(line)
                size += len(line)
                yield _record(feed.file, number, line)
        if size != feed.bytes or number != feed.records:
            seen = f"{counted(number, 'record')} in {counted(size, 'byte')}"
            raise FeedDamagedError(feed.file, f"has {seen}; its manifest says {feed.records} in {feed.bytes}")
        if digest.hexdigest() != feed.sha256:
            raise FeedDamagedError(feed.file, "has another SHA-256 than its manifest says")

    def lines(self, feed: PublishedFeed) -> Iterator[bytes]:
        """Yield the lines of *feed*, not compared with its manifest; none where the file is missing.

        :raises FeedStoreError: where the store can't be used.
        """
        try:
            yield from lines_of(self.store, feed.file)
        except FeedStoreError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise

    def local_file(self, feed: PublishedFeed, folder: Path) -> Path:
        """Return a file on this machine with the content of *feed*: its own, or a copy in *folder*.

        :raises FeedDamagedError: where it is missing, or has another size than the manifest says.
        :raises FeedStoreError: where the store can't be used.
        """
        path = (self.store.folder if isinstance(self.store, FolderStore) else folder) / feed.file
        with missing_as_damaged(feed.file):
            if not isinstance(self.store, FolderStore):
                with path.open("wb") as file:
                    file.writelines(self.store.open(feed.file))
            try:
                size = path.stat().st_size
            except OSError as error:
                raise FeedDamagedError(feed.file, error.strerror or MISSING) from None
        if size != feed.bytes:
            raise FeedDamagedError(feed.file, f"has {counted(size, 'byte')}; its manifest says {feed.bytes:,}")
        return path


@contextmanager
def missing_as_damaged(file: str) -> Iterator[None]:
    """Turn the error of a store that lacks *file*, or may not read it, into a FeedDamagedError; let others pass."""
    try:
        yield
    except FeedStoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise FeedDamagedError(file, MISSING) from None
        if isinstance(error.__cause__, PermissionError | IsADirectoryError):
            raise FeedDamagedError(file, error.__cause__.strerror or "can't be read") from None
        raise


def _record(file: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise FeedDamagedError(file, f"line {number} is no JSON object")
    return record


def published_feeds(url: str) -> PublishedFeeds:
    """Return the feeds at *url*, a folder or an object store.

    :raises SettingError: for a URL that names no store.
    :raises DataFolderError: for a folder that is not there.
    """
    check_feeds_url(url)
    folder = local_folder(url)
    if folder is not None and not folder.is_dir():
        raise DataFolderError(f"there are no feeds in {folder} yet; scrapy crawl portal makes them")
    return PublishedFeeds(open_store(url))


def _feed(entry: dict[str, Any], run: str, portals: tuple[str, ...]) -> PublishedFeed:
    file = str(entry["file"])
    if "/" in file or "\\" in file:
        raise ValueError(file)  # a manifest names files of its own folder only
    return PublishedFeed(
        run, portals, file, str(entry["kind"]), int(entry["records"]), int(entry["bytes"]), entry["sha256"]
    )
