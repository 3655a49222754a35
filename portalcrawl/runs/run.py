"""One run: opened under its portals' locks, committed as it goes, published at its end."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Engine

from portalcrawl.crawl.articles import RunArticles
from portalcrawl.crawl.crawl import Crawl
from portalcrawl.errors import DataFolderError
from portalcrawl.feeds.feed_files import PART, FeedFile, sync_folder
from portalcrawl.feeds.json_lines import json_line
from portalcrawl.feeds.publishing import listed, publish_feed, write_manifest
from portalcrawl.runs import suspect_pages
from portalcrawl.runs.locks import state_lock
from portalcrawl.runs.plan import Plan, start_of_run
from portalcrawl.runs.reading_journal import Journal
from portalcrawl.runs.rebuild import Known, rebuild, unfinished
from portalcrawl.runs.recovery import recover
from portalcrawl.runs.retention import remove_old_feeds
from portalcrawl.runs.run_names import KINDS, feed_name, manifest_name, run_id
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.runs.verdict import RUNS_TO_COMPARE, judge
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
from portalcrawl.storage.run_history import NOT_TAKEN_OVER, History, PastFeed
from portalcrawl.storage.store import Store
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.urls import mask_secrets

SHORT_WAIT = 1.0
"""Seconds that a run under way waits for the state's lock at a time: nothing else goes on meanwhile."""
PATIENCE = 60.0
"""Seconds for which a run goes on without a commit while others hold the state's lock."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a run keeps its files."""

    data: Path
    feeds: Path
    locks: Path

    @classmethod
    def make(cls, data: Path) -> Folders:
        """Make the folders; DataFolderError where that can't be done."""
        folders = cls(data, data / "feeds", data / "locks")
        try:
            for folder in (folders.feeds, folders.locks):
                folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folders.data)
        except OSError as error:
            raise DataFolderError(f"the data folder {data} can't be used: {error.strerror}") from None
        return folders


@dataclass(frozen=True, slots=True)
class Identity:
    """Which run it is: its id, when it started (UTC), and the folders of its feeds and locks."""

    run: str
    started: datetime
    folder: Path
    locks: Path


@dataclass(frozen=True, slots=True)
class State:
    """What a run knows of earlier ones."""

    unit_of_work: UnitOfWork
    history: History
    file: StateFile


class Run:
    """A run under way. What it writes is durable from each commit on."""

    def __init__(self, plan: Plan, settings: RunSettings, identity: Identity, state: State) -> None:
        self.plan = plan
        self.settings = settings
        self.started = identity.started
        self.id = identity.run
        self.folder = identity.folder
        """Where the feeds are."""
        self.unit_of_work = state.unit_of_work
        self.articles = RunArticles(self.unit_of_work)
        self.counts: Counter[str] = Counter()
        policy = plan.policy(settings, self.started)
        self.crawl = Crawl(self.id, policy, self.unit_of_work, self.articles, self.counts)
        self.journal = Journal(identity.locks)
        self.manifest: Manifest | None = None
        """Set when the run is published."""
        self.broken: str | None = None
        """What made it impossible to go on, in one line."""
        self._history = state.history
        self._state_file = state.file
        self._feeds = {kind: FeedFile(self.folder, feed_name(kind, self.id)) for kind in KINDS}
        self._uncommitted = 0
        self._busy_since: float | None = None
        self._next_try = 0.0

    def write(self, kind: str, record: Mapping[str, Any]) -> None:
        """Append *record* to the feed *kind*; it counts as written once it is committed."""
        if self.settings.jsonl_feeds:
            feed = self._feeds[kind]
            feed.append(json_line(record))
            line = {"portal": record["portal"], "id": record["id"], "revision": record.get("revision")}
            self.unit_of_work.note_line({"run": self.id, "kind": kind, "stop": feed.bytes, **line})
        self.counts[kind] += 1
        self._uncommitted += 1

    def break_off(self, error: Exception) -> None:
        """Remember what makes it impossible to go on; whoever writes next finds ``broken`` set."""
        said = f"{error.strerror} ({error.filename or self.folder})" if isinstance(error, OSError) else str(error)
        self.broken = self.broken or f"nothing more can be written: {said}"

    def commit_if_full(self) -> None:
        """Commit where as many items wait for it as the settings allow."""
        if self._uncommitted >= self.settings.commit_items:
            self.commit()

    def commit(self) -> bool:
        """Make all that was written durable; return whether that could be done now.

        While another process holds the state's lock it can't: the run goes on, and a later call does it. StateBusyError
        where that lasts too long.
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
        """Sync the lines first, then record in the state that they are there."""
        for feed in self._feeds.values():
            feed.sync()
        self._state_file.check()
        self.unit_of_work.commit([self._length(kind) for kind in KINDS if self._feeds[kind].records], SHORT_WAIT)
        self._uncommitted = 0

    def _length(self, kind: str) -> dict[str, Any]:
        feed = self._feeds[kind]
        return {"file": feed.path.name, "run": self.id, "kind": kind, "bytes": feed.bytes, "records": feed.records}

    def publish(self, finish_reason: str) -> Manifest:
        """Commit, name the feeds, write the manifest where there are any, and record the end of the run.

        May be called again after a StateBusyError.
        """
        try:
            with state_lock(self._state_file.path, SHORT_WAIT):
                self._commit()
                manifest = self._publish(finish_reason)
        except StateReplacedError:
            self._hand_over()
            raise
        if self.settings.feed_retention is not None:
            remove_old_feeds(self.folder, self._history, start_of_run(), self.settings.feed_retention)
        self.manifest = manifest
        return manifest

    def _publish(self, finish_reason: str) -> Manifest:
        for feed in self._feeds.values():
            feed.close()
        entries = [
            publish_feed(self.folder, feed.path.name, kind, feed.bytes, feed.records)
            for kind, feed in self._feeds.items()
        ]
        manifest = self._manifest(finish_reason, listed(entries))
        if manifest.feeds:
            write_manifest(self.folder / manifest_name(self.id), manifest)
        verdict = manifest.verdict
        self._history.end(self.id, manifest.finished, finish_reason, verdict.level, verdict.reasons, manifest.counts)
        return manifest

    def _hand_over(self) -> None:
        """Let the state that has taken the place of the run's own know what this run wrote and did not publish.

        A state that is yet to be made learns it from the files.
        """
        path = self._state_file.path
        if path is None or not path.exists():
            return
        with state_lock(path, SHORT_WAIT):
            history = History(open_database(self.settings.state_url), SHORT_WAIT)
            if not history.is_incomplete():
                known = {feed.file: feed for feed in history.feeds_of(self.id)}
                left = [_not_taken_over(feed.path.name, kind, known) for kind, feed in self._feeds.items()]
                run = unfinished(self.id, tuple(self.plan.profiles), masked(self.plan.given), self.started.isoformat())
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
            verdict=judge(counts, self._earlier_counts(), self.broken),
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
        self.journal.close()
        self.unit_of_work.close()


def _not_taken_over(name: str, kind: str, known: Mapping[str, PastFeed]) -> PastFeed:
    """Return a feed of which a state knows at most what stands in *known*."""
    before = known.get(name, PastFeed(name, kind, 0, 0))
    return PastFeed(name, kind, NOT_TAKEN_OVER - max(0, before.bytes), before.records)


def masked(given: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments as they may be shown: secrets in addresses masked."""
    return {name: " ".join(mask_secrets(part) for part in str(value).split(" ")) for name, value in given.items()}


def open_run(plan: Plan, settings: RunSettings, folders: Folders) -> Run:
    """Open the state, publish what dead runs left, and record that a run has begun; its locks must be held."""
    file, engine = _open_state(settings, folders)
    history = History(engine)
    unit_of_work = UnitOfWork(Store(engine))
    recover(folders.feeds, folders.locks, Known(unit_of_work, history, settings.recrawl_ages), plan.profiles)
    started = start_of_run()
    name = _free_name(started, plan.arguments.job, folders.feeds, history)
    history.begin(name, plan.profiles, masked(plan.given), started.isoformat())
    state = State(unit_of_work, History(engine, SHORT_WAIT), file)
    run = Run(plan, settings, Identity(name, started, folders.feeds, folders.locks), state)
    suspect_pages.take_up(run.journal, unit_of_work, plan.profiles, remembers=settings.remembers)
    return run


def _open_state(settings: RunSettings, folders: Folders) -> tuple[StateFile, Engine]:
    """Open the state; where it is new, make it from the feeds before anybody else uses it."""
    url = settings.state_url
    with state_lock(state_file(url), BUSY_TIMEOUT):
        remove_orphaned_log(url)
        engine = open_database(url)
        history = History(engine)
        if url != IN_MEMORY and history.is_incomplete():
            rebuild(folders.feeds, Known(UnitOfWork(Store(engine)), history, settings.recrawl_ages))
        return StateFile.now(url), engine


def _free_name(started: datetime, job: str | None, folder: Path, history: History) -> str:
    """Return a run id that no run has had; a job id that comes again gets an end of its own."""
    name = run_id(started, job)
    while history.is_known(name) or any(path.exists() for path in _files_of(folder, name)):
        name = run_id(started, f"{job}-{secrets.token_hex(3)}" if job else None)
    return name


def _files_of(folder: Path, run: str) -> Iterator[Path]:
    """Yield the files that a run of this id would make."""
    for name in (manifest_name(run), *(feed_name(kind, run) for kind in KINDS)):
        yield folder / name
        yield folder / (name + PART)
