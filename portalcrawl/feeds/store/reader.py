"""Reads published feeds incrementally: for exports, reports and rebuilding a state.

reader = FeedReader(open_store("s3://bucket/prefix"))
for published in reader.after(cursor):
    for feed in published.manifest.feeds:
        for line in reader.lines(feed): ...
    cursor = published.cursor          # store it together with the processed lines
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from portalcrawl.feeds.store.feed_store import FeedStore, lines_of, read_whole
from portalcrawl.schema import FeedEntry, Manifest, parse_manifest

NEVER = datetime.min.replace(tzinfo=UTC)
OVERLAP = timedelta(minutes=10)
"""Most time after its timestamp at which a manifest may appear: object stores record when an upload began."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Position of a reader in the order of publication, not of names: a delayed run may be published late."""

    modified: datetime = NEVER
    """Time of the newest manifest that was read."""
    recent: Mapping[str, datetime] = field(default_factory=dict)
    """Names and times of the manifests read that are at most OVERLAP older than the newest."""

    def to_json(self) -> str:
        """Return the cursor as text that :meth:`from_json` reads."""
        recent = {name: moment.isoformat() for name, moment in sorted(self.recent.items())}
        return json.dumps({"modified": self.modified.isoformat(), "recent": recent})

    @classmethod
    def from_json(cls, text: str) -> Cursor:
        """Return the cursor from *text*, written by :meth:`to_json`."""
        found = json.loads(text)
        recent = {name: datetime.fromisoformat(moment) for name, moment in found["recent"].items()}
        return cls(datetime.fromisoformat(found["modified"]), recent)

    @property
    def overlap(self) -> datetime:
        """Time after which manifests may still appear."""
        return self.modified - OVERLAP if self.modified > NEVER + OVERLAP else NEVER

    def moved_to(self, name: str, modified: datetime) -> Cursor:
        """Return the cursor after one more manifest."""
        moved = Cursor(max(self.modified, modified))
        recent = {**self.recent, name: modified}
        kept = {each: moment for each, moment in recent.items() if moment >= moved.overlap}
        return Cursor(moved.modified, kept)


@dataclass(frozen=True, slots=True)
class Published:
    """A manifest, and the cursor for a reader that has read all feeds of it."""

    name: str
    manifest: Manifest
    cursor: Cursor


class FeedReader:
    """Reads manifests and feeds of a store.

    :raises FeedStoreError: if the store can't be read.
    """

    def __init__(self, store: FeedStore) -> None:
        self._store = store

    def after(self, cursor: Cursor | None = None) -> Iterator[Published]:
        """Yield what was published after *cursor*, in the order of publication; everything if it is None."""
        cursor = cursor or Cursor()
        for each in self._store.manifests():
            if each.name not in cursor.recent and each.modified >= cursor.overlap:
                cursor = cursor.moved_to(each.name, each.modified)
                yield Published(each.name, self.manifest(each.name), cursor)

    def manifest(self, name: str) -> Manifest:
        """Return the manifest with this file name."""
        return parse_manifest(json.loads(read_whole(self._store, name)))

    def lines(self, feed: FeedEntry) -> Iterator[bytes]:
        """Yield the lines of a published feed, each with its line feed."""
        return lines_of(self._store, feed.file)
