"""Keeps track of the published feeds that a target already holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from portalcrawl.export.columns import is_kind
from portalcrawl.feeds.store.published import FeedDamagedError, PublishedFeed, PublishedFeeds

ALL = "*"
"""Denotes all portals of a feed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The portal and period that the user wants exported."""

    portal: str | None = None
    """Only records of this portal."""
    since: datetime | None = None
    """Only runs that started then or later."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A feed that the target does not hold yet, or only for some portals."""

    feed: PublishedFeed
    portals: frozenset[str] | None
    """Portals whose records are to be exported; None for all."""
    files: tuple[str, ...] = ()
    """File names of all feeds of the run."""


@dataclass(slots=True)
class Cursor:
    """The runs and feeds that a target holds. A feed that fails stays pending; later ones are still exported."""

    runs: set[str] = field(default_factory=set)
    """Ids of runs that it holds completely."""
    feeds: dict[str, frozenset[str]] = field(default_factory=dict)
    """Feeds of other runs: file name -> portals whose records it holds, ALL for all."""

    def pending(
        self, feeds: PublishedFeeds, selection: Selection, problems: list[FeedDamagedError]
    ) -> Iterator[list[Pending]]:
        """Yield, run by run, the pending feeds that match *selection*; add unreadable manifests to *problems*."""
        for run in feeds.runs():
            if run in self.runs:
                continue
            try:
                manifest = feeds.manifest(run)
            except FeedDamagedError as error:
                problems.append(error)
                continue
            if selection.since is None or manifest.started >= selection.since:
                files = tuple(feed.file for feed in manifest.feeds)
                found = [self._pending(feed, files, selection.portal) for feed in manifest.feeds if is_kind(feed.kind)]
                yield [each for each in found if each]

    def _pending(self, feed: PublishedFeed, files: tuple[str, ...], portal: str | None) -> Pending | None:
        held = self.feeds.get(feed.file, frozenset())
        wanted = frozenset(feed.portals if portal is None else {portal} & {*feed.portals}) - held
        if ALL in held or not wanted:
            return None
        return Pending(feed, None if wanted == {*feed.portals} else wanted, files)

    def add(self, taken: Iterable[Pending]) -> None:
        """Record that the target now holds *taken*."""
        for each in taken:
            feed = each.feed
            held = self.feeds.get(feed.file, frozenset()) | (each.portals or frozenset())
            is_whole = each.portals is None or held >= {*feed.portals}
            self.feeds[feed.file] = frozenset({ALL}) if is_whole else held
            if all(ALL in self.feeds.get(file, ()) for file in each.files):
                self.runs.add(feed.run)
                for file in each.files:
                    del self.feeds[file]
