"""The status of the fleet, for people and monitoring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import portalcrawl
from portalcrawl.fleet.clock import QUEUE
from portalcrawl.fleet.database import Database
from portalcrawl.fleet.entry_store import EntryStore, StoredEntry, now_of
from portalcrawl.fleet.worker_store import StoredWorker, WaitingWorker, WorkerStore
from portalcrawl.plurals import counted
from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entry_health import PastRuns, judge
from portalcrawl.storage.database import make_engine
from portalcrawl.storage.outbox import Backlog, Outbox

LATE_AFTER = 60.0
"""An entry is late if it has not begun this number of seconds after its due time."""
UNPUBLISHED_AFTER = 60.0
"""A run is a problem if it is not published this number of seconds after its end."""
OPEN_JOBS = """
SELECT j.args->>'entry' AS entry, j.status::text AS status, (j.args->>'due')::float8 AS due, s.started, s.worker
FROM procrastinate_jobs j LEFT JOIN fleet_starts s ON s.job = j.id AND s.ended IS NULL
WHERE j.queue_name = %s AND j.status IN ('todo', 'doing')
"""


@dataclass(frozen=True, slots=True)
class EntryStatus:
    """The status of one entry. Times are ISO 8601 (UTC); ages and lateness are in seconds."""

    entry: str
    portals: list[str]
    timing: str
    state: str
    """``running``, ``waiting`` (for a free slot, or for its portal), ``idle``."""
    due: str | None
    """When it is next due."""
    late: int
    """Seconds since its due time; 0 if it is not late."""
    verdict: str
    """``ok``, ``warning``, ``failed``; ``new`` before its first run."""
    reasons: list[str]
    run: str | None
    ended: str | None
    articles: int
    teasers: int
    worker: str | None
    """The worker that runs it."""


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """The fleet at one moment."""

    time: str
    problems: list[str]
    workers: list[StoredWorker]
    waiting: list[WaitingWorker]
    """Workers that can't start before the state is migrated."""
    entries: list[EntryStatus]
    unpublished: Backlog

    def as_json(self) -> dict[str, Any]:
        """Return the status as ``scrapy fleet status --json`` prints it."""
        counts = {name: sum(entry.state == name for entry in self.entries) for name in ("running", "waiting")}
        counts |= {"entries": len(self.entries), "late": sum(entry.late > 0 for entry in self.entries)}
        workers = [
            {**asdict(worker), "alive": worker.alive, "up": int(worker.up), "silent": int(worker.silent)}
            for worker in self.workers
        ]
        entries = [asdict(entry) for entry in self.entries]
        head = {"ok": not self.problems, "time": self.time, "problems": self.problems, "counts": counts}
        left = self.unpublished
        unpublished = {"lines": left.records, "bytes": left.size, "runs": left.runs, "oldest": _text(left.oldest)}
        waiting_workers = [{**asdict(worker), "waited": int(worker.waited)} for worker in self.waiting]
        parts = {"workers": workers, "waiting_workers": waiting_workers, "entries": entries}
        return {**head, "unpublished": unpublished, **parts}


def fleet_status(database: Database) -> FleetStatus:
    """Return the current status; raise DataFolderError if the database can't be used."""
    store = WorkerStore(database)
    workers, waiting = store.all(), store.waiting()
    stored = EntryStore(database).all()
    with database.transaction() as connection:
        now = now_of(connection)
        jobs = connection.execute(OPEN_JOBS, (QUEUE,)).fetchall()
    by_entry: dict[str, list[dict[str, Any]]] = {}
    for job in jobs:
        by_entry.setdefault(job["entry"], []).append(job)
    entries = [_entry(each, by_entry.get(each.entry.name, []), now) for each in stored]
    engine = make_engine(database.state_url)
    unpublished = Outbox(engine).backlog()
    engine.dispose()
    of_workers = [*_worker_problems(workers, waiting, entries), *_waiting_problems(waiting)]
    problems = [*of_workers, *_entry_problems(entries), *_store_problems(unpublished, now)]
    return FleetStatus(_text(now) or "", problems, workers, waiting, entries, unpublished)


def _entry(stored: StoredEntry, jobs: list[dict[str, Any]], now: float) -> EntryStatus:
    entry = stored.entry
    running = next((job for job in jobs if job["status"] == "doing"), None)
    waiting = next((job for job in jobs if job["status"] == "todo"), None)
    past = PastRuns(stored.last_verdict, stored.last_reasons, stored.known_since, stored.last_good, stored.last_news)
    found = judge(entry, past, running is not None, now)
    late = now - min(stored.due, waiting["due"] if waiting else stored.due)
    return EntryStatus(
        entry=entry.name,
        portals=list(entry.portals),
        timing=entry.timing.text,
        state="running" if running else "waiting" if waiting else "idle",
        due=_text(stored.due),
        # Not late: with on_overlap = "queue" it may wait for its portal as long as the current run takes.
        late=int(late) if late > LATE_AFTER and running is None else 0,
        verdict=found.level,
        reasons=list(found.reasons),
        run=stored.last_run,
        ended=_text(stored.last_ended),
        articles=stored.last_counts.get("articles", 0),
        teasers=stored.last_counts.get("teasers", 0),
        worker=running["worker"] if running else None,
    )


def _worker_problems(
    workers: list[StoredWorker], waiting: list[WaitingWorker], entries: list[EntryStatus]
) -> Iterator[str]:
    if entries and not waiting and not any(worker.alive for worker in workers):
        yield "no worker is alive: scrapy fleet worker"
    for worker in workers:
        if not worker.alive:
            yield f"worker {worker.name} was last seen {format_duration(worker.silent)} ago"
    if not entries:
        yield "the schedule is empty: scrapy fleet apply schedule.toml"
    others = sorted(
        {worker.version for worker in workers if worker.alive and worker.version != portalcrawl.__version__}
    )
    if others:
        yield f"workers of another version are alive: {', '.join(others)} (here {portalcrawl.__version__})"


def _waiting_problems(waiting: list[WaitingWorker]) -> Iterator[str]:
    """Yield one problem per reason to wait, with the worker that has waited longest for it."""
    for problem in sorted({worker.problem for worker in waiting}):
        alike = [worker for worker in waiting if worker.problem == problem]
        wait = counted(len(alike), "worker waits", "workers wait")
        longest = format_duration(max(worker.waited for worker in alike))
        yield f"{wait} to begin, for up to {longest}: {problem}"


def _entry_problems(entries: list[EntryStatus]) -> Iterator[str]:
    late = [entry for entry in entries if entry.late]
    if late:
        worst = max(late, key=lambda entry: entry.late)
        are_late = counted(len(late), "entry is late", "entries are late")
        yield f"{are_late}, {worst.entry} by {format_duration(worst.late)}: more workers are needed"
    for entry in entries:
        if entry.verdict in ("failed", "warning"):
            yield f"{entry.entry}: {entry.verdict}: {'; '.join(entry.reasons)}"


def _store_problems(waiting: Backlog, now: float) -> Iterator[str]:
    if waiting.oldest is not None and now - waiting.oldest > UNPUBLISHED_AFTER:
        age = format_duration(now - waiting.oldest)
        have_waited = counted(waiting.runs, "run has waited", "runs have waited")
        yield f"{have_waited} for the store of the feeds for up to {age}: is FEEDS_URL up?"


def _text(moment: float | None) -> str | None:
    """Return *moment* (Unix seconds) as ISO 8601 text; None if it is None or means never."""
    if moment is None or moment == float("inf"):
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
