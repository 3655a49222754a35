"""One run: opened under its portals' locks, committed as it goes, published at its end."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Engine

from portalcrawl.crawl.articles import RunArticles
from portalcrawl.crawl.crawl_state import CrawlState
from portalcrawl.errors import DataFolderError, FeedStoreError, LeaseLostError, OutboxFullError, PortalcrawlError
from portalcrawl.feeds.feed_files import FeedFile, sync_folder, write_whole
from portalcrawl.feeds.json_lines import json_line
from portalcrawl.feeds.publishing import manifest_bytes, publish_feed
from portalcrawl.feeds.store.locating import TIMEOUT, open_store
from portalcrawl.runs.feed_import import FeedImporter
from portalcrawl.runs.locks import PortalGuard, state_lock
from portalcrawl.runs.outbox_publication import publish_pending
from portalcrawl.runs.plan import Plan, start_of_run
from portalcrawl.runs.reading_guard import ReadingJournal, record_suspects
from portalcrawl.runs.rebuild import rebuild
from portalcrawl.runs.recovery import Recovery
from portalcrawl.runs.retention import remove_old_feeds, remove_old_near_copies
from portalcrawl.runs.run_names import FEED_KINDS, feed_name, manifest_name
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.runs.run_start import free_name, next_start
from portalcrawl.runs.verdict import RUNS_TO_COMPARE, verdict_of
from portalcrawl.schema import FeedEntry, Manifest
from portalcrawl.storage.database import (
    BUSY_TIMEOUT,
    IN_MEMORY,
    StateBusyError,
    StateFile,
    StateReplacedError,
    open_database,
    remove_orphaned_log,
    state_file,
)
from portalcrawl.storage.leases import PortalLeases
from portalcrawl.storage.outbox import Outbox, OutboxFeed
from portalcrawl.storage.postgresql import advisory_lock
from portalcrawl.storage.run_history import NOT_IMPORTED, PastFeed, PastRun, RunHistory
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.urls import mask_secrets

logger = logging.getLogger(__name__)

SHORT_WAIT = 1.0
"""Seconds that a running crawl waits for the state's lock per try, during which it is blocked."""
PATIENCE = 60.0
"""Seconds that a run continues without a commit while other processes hold the state's lock."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run keeps its files."""

    data: Path
    feeds: Path
    locks: Path

    @classmethod
    def make(cls, settings: RunSettings) -> Folders:
        """Create the folders that a run writes to; raise DataFolderError if that fails."""
        data = settings.data_dir
        folders = cls(data, settings.feeds_folder or data / "feeds", data / "locks")
        try:
            for folder in (folders.locks,) if settings.uses_outbox else (folders.feeds, folders.locks):
                folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folders.data)
        except OSError as error:
            raise DataFolderError(f"the data folder {data} can't be used: {error.strerror}") from None
        return folders


@dataclass(frozen=True, slots=True)
class State:
    """The state of earlier runs."""

    engine: Engine
    unit_of_work: UnitOfWork
    history: RunHistory
    file: StateFile
    guard: PortalGuard

    @classmethod
    def of(cls, file: StateFile, engine: Engine, guard: PortalGuard) -> State:
        """Return the state in the database of *engine*, for a run whose portals *guard* holds."""
        leases = guard if isinstance(guard, PortalLeases) else None
        return cls(engine, UnitOfWork(engine, leases), RunHistory(engine, SHORT_WAIT), file, guard)


class Run:
    """A running crawl. What it writes is durable after the next commit."""

    def __init__(
        self, plan: Plan, settings: RunSettings, folders: Folders, state: State, name: str, started: datetime
    ) -> None:
        self.plan = plan
        self.settings = settings
        self.started = started
        self.id = name
        self.folder = folders.feeds
        """Where the feeds are."""
        self.unit_of_work = state.unit_of_work
        self.articles = RunArticles(self.unit_of_work)
        self.counts: Counter[str] = Counter()
        policy = plan.policy(settings, self.started)
        self.crawl = CrawlState(self.id, policy, self.unit_of_work, self.articles, self.counts)
        self.journal = ReadingJournal(folders.locks)
        self.manifest: Manifest | None = None
        """Set when the run is published."""
        self.broken: str | None = None
        """Why the run can't go on, in one line; None if it can."""
        self.exit_code = 1
        """Exit code of a run that is not published."""
        self.delayed: str | None = None
        """Why committed lines are not published yet, in one line; None if they are."""
        self._engine = state.engine
        self._history = state.history
        self._state_file = state.file
        self._guard = state.guard
        self._is_lost = False
        """Whether another run has taken a portal over."""
        self._files: Mapping[str, FeedFile] | None = None
        """The feeds by kind if they are files, which get their names at the end of the run."""
        if not settings.uses_outbox:
            self._files = {kind: FeedFile(self.folder, feed_name(kind, name)) for kind in FEED_KINDS}
        self._feeds: Mapping[str, FeedFile | OutboxFeed] = self._files or {
            kind: OutboxFeed(name, kind, self.unit_of_work) for kind in FEED_KINDS
        }
        self._uncommitted = 0
        self._busy_since: float | None = None
        self._next_try = 0.0

    def write(self, kind: str, record: Mapping[str, Any]) -> None:
        """Append *record* to the feed *kind*; the next commit makes it durable."""
        if self.settings.jsonl_feeds:
            feed = self._feeds[kind]
            feed.append(json_line(record))
            if self._files:
                line = {"portal": record["portal"], "id": record["id"], "revision": record.get("revision")}
                self.unit_of_work.note_line({"run": self.id, "kind": kind, "stop": feed.bytes, **line})
        self.counts[kind] += 1
        self._uncommitted += 1

    def break_off(self, error: Exception) -> None:
        """Set ``broken`` to *error*, because of which the run can't go on."""
        said = f"{error.strerror} ({error.filename or self.folder})" if isinstance(error, OSError) else str(error)
        if self.broken is None and isinstance(error, PortalcrawlError):
            self.exit_code = error.exit_code
        self._is_lost = self._is_lost or isinstance(error, LeaseLostError)
        self.broken = self.broken or f"nothing more can be written: {said}"

    def commit_if_full(self) -> None:
        """Commit if as many items wait for it as ``COMMIT_ITEMS`` allows."""
        if self._uncommitted >= self.settings.commit_items:
            self.commit()

    def commit(self) -> bool:
        """Make the written items durable; return whether that was possible now.

        While another process holds the state's lock it is not: the run continues, and a later call commits. Raises
        StateBusyError if that takes too long.
        """
        began = monotonic()
        if began < self._next_try:
            return False
        try:
            self._commit()
        except StateBusyError:
            self._busy_since = self._busy_since or began
            self._next_try = monotonic() + SHORT_WAIT
            if self._next_try - self._busy_since > PATIENCE:
                raise
            return False
        self._busy_since = None
        return True

    def _commit(self) -> None:
        """Sync the lines first, then record them in the state."""
        lengths = []
        for kind, feed in self._feeds.items():
            feed.sync()
            if feed.records:
                row = {"file": feed_name(kind, self.id), "run": self.id, "kind": kind}
                lengths.append({**row, "bytes": feed.bytes, "records": feed.records})
        self._state_file.check()
        self.unit_of_work.commit(lengths, SHORT_WAIT)
        self._uncommitted = 0

    def keep_portals(self) -> None:
        """Renew the leases of the portals if they would expire soon; raise LeaseLostError if they have expired."""
        with suppress(StateBusyError):
            self._guard.renew()

    @property
    def feeds_name(self) -> str:
        """Where the feeds are: a folder or a URL."""
        return str(self.folder) if self._files else self.settings.feeds_url

    def publish(self, finish_reason: str) -> Manifest:
        """Commit, rename the feeds, write the manifest if there are any, and record the end of the run.

        Lines in the outbox are left to :meth:`deliver`. May be called again after a StateBusyError.
        """
        try:
            with state_lock(self._state_file.path, SHORT_WAIT):
                self._commit()
                if self._files is None:
                    manifest = self._end(finish_reason)
                else:
                    for feed in self._files.values():
                        feed.close()
                    found = [
                        publish_feed(self.folder, feed.path.name, kind, feed.bytes, feed.records)
                        for kind, feed in self._files.items()
                    ]
                    manifest = self._manifest(finish_reason, [entry for entry in found if entry])
                    if manifest.feeds:
                        write_whole(self.folder / manifest_name(self.id), manifest_bytes(manifest))
                    self._history.end(manifest)
        except StateReplacedError:
            self._hand_over()
            raise
        if self._files:
            self._remove_old_feeds()
        if self.settings.near_copy_days:
            remove_old_near_copies(self._engine, self._history, self.settings.near_copy_days)
        self.manifest = manifest
        return manifest

    def deliver(self, timeout: float = TIMEOUT) -> None:
        """Publish the lines of this run and earlier ones from the outbox; set ``delayed`` to the reason if that fails.

        :param timeout: seconds that one request to an object store may take.
        """
        if self._files:
            return
        try:
            store = open_store(self.settings.feeds_url, timeout)
            self.delayed = publish_pending(self._engine, store, run=self.id).problem
            if self.delayed is None:
                publish_pending(self._engine, store)
                self._remove_old_feeds()
        except (DataFolderError, FeedStoreError) as error:
            self.delayed = str(error)

    def _remove_old_feeds(self) -> None:
        if self.settings.feed_retention is not None:
            store = open_store(self.settings.feeds_url)
            remove_old_feeds(store, self._history, start_of_run(), self.settings.feed_retention)

    def _end(self, finish_reason: str) -> Manifest:
        """Record the end of a run whose lines are in the outbox, and release its portals."""
        outbox = Outbox(self._engine)
        feeds = outbox.entries(self.id, {kind: feed_name(kind, self.id) for kind in FEED_KINDS})
        manifest = self._manifest(finish_reason, feeds)
        outbox.end(manifest, [self._guard] if isinstance(self._guard, PortalLeases) else [])
        if isinstance(self._guard, PortalLeases):
            with suppress(DataFolderError):
                self._guard.release()
        return manifest

    def _hand_over(self) -> None:
        """Record the files of this run, which are not published, in the state that replaced the run's own.

        A state that is not made yet will be made from the files.
        """
        path = self._state_file.path
        if self._files is None or path is None or not path.exists():
            return
        with state_lock(path, SHORT_WAIT):
            history = RunHistory(open_database(self.settings.state_url), SHORT_WAIT)
            if not history.is_incomplete():
                known = {feed.file: feed for feed in history.feeds_of(self.id)}
                left = [_not_imported(feed.path.name, kind, known) for kind, feed in self._files.items()]
                run = PastRun(self.id, tuple(self.plan.profiles), masked(self.plan.given), self.started.isoformat())
                history.add([(run, left)])

    def _manifest(self, finish_reason: str, entries: list[FeedEntry]) -> Manifest:
        counts = {"articles": 0, "teasers": 0} | dict(sorted(self.counts.items()))
        return Manifest(
            run=self.id,
            portal=" ".join(self.plan.profiles),
            arguments=masked(self.plan.given),
            started=self.started.isoformat(),
            finished=start_of_run().isoformat(),
            finish_reason=finish_reason,
            feeds=entries,
            counts=counts,
            verdict=verdict_of(counts, self._earlier_counts(), self.broken),
        )

    def _earlier_counts(self) -> list[Mapping[str, int]]:
        names = list(self.plan.profiles)
        if len(names) != 1:
            return []
        same = masked(self.plan.given)
        runs = [run for run in self._history.last_finished(names[0], 20) if run.arguments == same and run.counts]
        return [run.counts for run in runs[: 2 * RUNS_TO_COMPARE]]

    def close(self) -> None:
        """Close the state."""
        if not self._is_lost:  # the run that has the portal now may keep a journal in the same folder
            self.journal.close()
        self.unit_of_work.close()


def _not_imported(name: str, kind: str, known: Mapping[str, PastFeed]) -> PastFeed:
    """Return a feed of which a state knows at most the part in *known*."""
    before = known.get(name, PastFeed(name, kind, 0, 0))
    return PastFeed(name, kind, NOT_IMPORTED - max(0, before.bytes), before.records)


def masked(given: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments with secrets in URLs masked."""
    return {name: " ".join(mask_secrets(part) for part in str(value).split(" ")) for name, value in given.items()}


def open_run(plan: Plan, settings: RunSettings, folders: Folders, state: State) -> Run:
    """Publish what dead runs left, and record the start of a run, whose portals the state's guard holds.

    :raises OutboxFullError: if too much waits to be published.
    """
    history = RunHistory(state.engine)
    outbox = Outbox(state.engine)
    importer = FeedImporter(state.unit_of_work, history, settings.recrawl_ages)
    Recovery(state.guard, importer, outbox, folders.feeds, settings.uses_outbox).run(plan.profiles)
    _publish_earlier(outbox, state, settings)
    started = next_start(plan.profiles, history)
    name = free_name(started, plan.arguments.job, folders.feeds, history)
    leases = state.guard if isinstance(state.guard, PortalLeases) else None
    if leases is not None:
        leases.run = name
    history.begin(name, plan.profiles, masked(plan.given), started.isoformat(), leases)
    run = Run(plan, settings, folders, state, name, started)
    record_suspects(run.journal, state.unit_of_work, plan.profiles, keeps_state=settings.keeps_state)
    return run


def _publish_earlier(outbox: Outbox, state: State, settings: RunSettings) -> None:
    """Publish the rest of the outbox; raise OutboxFullError if more remains there than OUTBOX_LIMIT allows."""
    if outbox.unpublished():
        problem = publish_pending(state.engine, open_store(settings.feeds_url), beat=state.guard.renew).problem
        if problem:
            logger.warning("Lines of earlier runs wait to be published: %s", problem)
    if settings.uses_outbox and (size := outbox.backlog().compressed) > settings.outbox_limit:
        reached = f"{size:,} bytes in the outbox wait to be published, OUTBOX_LIMIT allows {settings.outbox_limit:,.0f}"
        raise OutboxFullError(f"{reached}: nothing is fetched until {settings.feeds_url} can be written again")


def open_state(settings: RunSettings, folders: Folders) -> tuple[StateFile, Engine]:
    """Open the state; if it is new, rebuild it from the feeds before another process uses it."""
    url = settings.state_url
    with state_lock(state_file(url), BUSY_TIMEOUT):
        remove_orphaned_log(url)
        engine = open_database(url)
        history = RunHistory(engine)
        if url != IN_MEMORY and history.is_incomplete():
            with advisory_lock(engine, BUSY_TIMEOUT) if settings.shares_state else nullcontext():
                if history.is_incomplete():
                    importer = FeedImporter(UnitOfWork(engine), history, settings.recrawl_ages)
                    rebuild(open_store(settings.feeds_url), importer, None if settings.uses_outbox else folders.feeds)
        file = StateFile.now(url)
    return file, engine
