"""Published data for readers: manifests, their feeds, and the feeds' records."""

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
from portalcrawl.feeds.store.feed_store import FeedStore, lines_if_any, lines_of, read_whole
from portalcrawl.feeds.store.folder_store import FolderStore
from portalcrawl.feeds.store.locating import check_feeds_url, local_folder, open_store
from portalcrawl.plurals import counted

MANIFEST = "manifest-"
END = ".json"
MISSING = "is missing"


class FeedDamagedError(Exception):
    """A published file is missing, or does not match its manifest."""

    def __init__(self, file: str, cause: str) -> None:
        super().__init__(f"{file}: {cause}")
        self.file = file


@dataclass(frozen=True, slots=True)
class PublishedFeed:
    """One feed of a manifest."""

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
    """The content of a manifest."""

    run: str
    portals: tuple[str, ...]
    started: datetime
    """UTC."""
    feeds: tuple[PublishedFeed, ...]


class PublishedFeeds:
    """The published runs in a store."""

    def __init__(self, store: FeedStore) -> None:
        self.store = store

    def runs(self) -> list[str]:
        """Return the ids of all published runs, in the order of their start.

        :raises FeedStoreError: if the store can't be used.
        """
        return [name.removeprefix(MANIFEST).removesuffix(END) for name in self.store.manifests()]

    def manifest(self, run: str) -> PublishedRun:
        """Return the manifest of *run*; fields of later versions are ignored.

        :raises FeedDamagedError: if it is missing or not a manifest.
        :raises FeedStoreError: if the store can't be used.
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
            raise FeedDamagedError(name, "is not a manifest") from None

    def records(self, feed: PublishedFeed) -> Iterator[dict[str, Any]]:
        """Yield the records of *feed* in order.

        :raises FeedDamagedError: if the file is missing or not JSON Lines, or, after the last record, if its size,
            number of records or SHA-256 does not match the manifest. Discard all records of such a feed.
        :raises FeedStoreError: if the store can't be used.
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
            raise FeedDamagedError(feed.file, "has a different SHA-256 than in its manifest")

    def lines(self, feed: PublishedFeed) -> Iterator[bytes]:
        """Yield the lines of *feed* without checking them against its manifest; nothing if the file is missing.

        :raises FeedStoreError: if the store can't be used.
        """
        return lines_if_any(self.store, feed.file)

    def local_file(self, feed: PublishedFeed, folder: Path) -> Path:
        """Return a local file with the content of *feed*: the published file, or a copy in *folder*.

        :raises FeedDamagedError: if it is missing, or its size does not match the manifest.
        :raises FeedStoreError: if the store can't be used.
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
    """Convert a store's error that *file* is missing or unreadable to a FeedDamagedError; let others pass."""
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
        raise FeedDamagedError(file, f"line {number} is not a JSON object")
    return record


def published_feeds(url: str) -> PublishedFeeds:
    """Return the feeds at *url*, a folder or an object store.

    :raises SettingError: if *url* is not the URL of a store.
    :raises DataFolderError: if the folder does not exist.
    """
    check_feeds_url(url)
    folder = local_folder(url)
    if folder is not None and not folder.is_dir():
        raise DataFolderError(f"there are no feeds in {folder} yet; scrapy crawl portal makes them")
    return PublishedFeeds(open_store(url))


def _feed(entry: dict[str, Any], run: str, portals: tuple[str, ...]) -> PublishedFeed:
    file = str(entry["file"])
    if "/" in file or "\\" in file:
        raise ValueError(file)  # a manifest lists only files in its own folder
    return PublishedFeed(
        run, portals, file, str(entry["kind"]), int(entry["records"]), int(entry["bytes"]), entry["sha256"]
    )
