"""One run: opened under its portals' locks, committed as it goes, published at its end."""

from __future__ import annotations

import glob
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portalcrawl.crawl.visits import Visits
from portalcrawl.errors import DataFolderError
from portalcrawl.feeds.files import FeedFile, sync_folder
from portalcrawl.feeds.lines import json_line
from portalcrawl.feeds.publication import listed, publish_feed, write_manifest
from portalcrawl.runs import suspicion
from portalcrawl.runs.identity import KINDS, feed_name, manifest_name, run_id
from portalcrawl.runs.journal import Journal
from portalcrawl.runs.plan import Plan, start_of_run
from portalcrawl.runs.rebuild import rebuild
from portalcrawl.runs.recovery import recover
from portalcrawl.runs.retention import remove_old_feeds
from portalcrawl.runs.settings import RunSettings
from portalcrawl.runs.verdict import RUNS_TO_COMPARE, judge
from portalcrawl.schema import FeedEntry, Manifest
from portalcrawl.state.database import IN_MEMORY, open_database
from portalcrawl.state.history import History
from portalcrawl.state.ledger import Ledger
from portalcrawl.state.store import Store
from portalcrawl.urls import mask_secrets


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

    ledger: Ledger
    history: History


class Run:
    """A run under way. What it writes is durable from each commit on."""

    def __init__(self, plan: Plan, settings: RunSettings, identity: Identity, state: State) -> None:
        self.plan = plan
        self.settings = settings
        self.started = identity.started
        self.id = identity.run
        self.folder = identity.folder
        """Where the feeds are."""
        self.ledger = state.ledger
        self.visits = Visits(self.ledger)
        self.journal = Journal(identity.locks)
        self.counts: Counter[str] = Counter()
        self.manifest: Manifest | None = None
        """Set when the run is published."""
        self.broken: str | None = None
        """What made it impossible to go on, in one line."""
        self._history = state.history
        self._feeds = {kind: FeedFile(self.folder, feed_name(kind, self.id)) for kind in KINDS}
        self._uncommitted = 0

    def write(self, kind: str, record: Mapping[str, Any]) -> None:
        """Append *record* to the feed *kind*; it counts as written once it is committed."""
        if self.settings.jsonl_feeds:
            self._feeds[kind].append(json_line(record))
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

    def commit(self) -> None:
        """Make all that was written durable: first the lines, then the state that says so."""
        for feed in self._feeds.values():
            feed.sync()
        self.ledger.commit([self._length(kind) for kind in KINDS if self._feeds[kind].records])
        self._uncommitted = 0

    def _length(self, kind: str) -> dict[str, Any]:
        feed = self._feeds[kind]
        return {"file": feed.path.name, "run": self.id, "kind": kind, "bytes": feed.bytes, "records": feed.records}

    def publish(self, finish_reason: str) -> Manifest:
        """Commit, name the feeds, write the manifest, and record the end of the run."""
        self.commit()
        for feed in self._feeds.values():
            feed.close()
        entries = [
            publish_feed(self.folder, feed.path.name, kind, feed.bytes, feed.records)
            for kind, feed in self._feeds.items()
        ]
        self.manifest = self._manifest(finish_reason, listed(entries))
        write_manifest(self.folder / manifest_name(self.id), self.manifest)
        verdict = self.manifest.verdict.level
        self._history.end(self.id, self.manifest.finished, finish_reason, verdict, self.manifest.counts)
        if self.settings.feed_retention is not None:
            remove_old_feeds(self.folder, start_of_run(), self.settings.feed_retention)
        return self.manifest

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
        self.ledger.close()


def masked(given: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments as they may be shown: secrets in addresses masked."""
    return {name: " ".join(mask_secrets(part) for part in str(value).split(" ")) for name, value in given.items()}


def open_run(plan: Plan, settings: RunSettings, folders: Folders) -> Run:
    """Open the state, publish what dead runs left, and record that a run has begun; its locks must be held."""
    engine = open_database(settings.state_url)
    history = History(engine)
    ledger = Ledger(Store(engine))
    if history.is_empty() and settings.state_url != IN_MEMORY:
        rebuild(folders.feeds, ledger, settings.recrawl_ages)
    recover(folders.feeds, folders.locks, history, plan.profiles)
    started = start_of_run()
    name = _free_name(started, plan.arguments.job, folders.feeds, history)
    history.begin(name, plan.profiles, masked(plan.given), started.isoformat())
    run = Run(plan, settings, Identity(name, started, folders.feeds, folders.locks), State(ledger, history))
    suspicion.take_up(run.journal, ledger, plan.profiles, remembers=settings.remembers)
    return run


def _free_name(started: datetime, job: str | None, folder: Path, history: History) -> str:
    """Return a run id that no run has had; a job id that comes again gets an end of its own."""
    name = run_id(started, job)
    while history.is_known(name) or any(folder.glob(f"*-{glob.escape(name)}.json*")):
        name = run_id(started, f"{job}-{secrets.token_hex(3)}" if job else None)
    return name
