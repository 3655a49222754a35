"""Prints ``scrapy fleet status`` as text."""

from __future__ import annotations

from portalcrawl.fleet.status import EntryStatus, FleetStatus
from portalcrawl.fleet.worker_store import StoredWorker, WaitingWorker
from portalcrawl.plurals import counted
from portalcrawl.scheduling.durations import format_duration
from portalcrawl.terminal import Column, output_console, print_table

SHOWN = 200
"""If there are more entries, only those that are running or have a problem are shown."""
WORKERS = (Column("worker"), Column("version"), Column("runs"), Column("up"), Column("seen"))
ENTRIES = (
    *(Column("entry"), Column("when"), Column("now"), Column("next (UTC)"), Column("last run")),
    *(Column("verdict", is_level=True), Column("articles", is_number=True), Column("teasers", is_number=True)),
)


def show_status(status: FleetStatus) -> None:
    """Print *status*."""
    console = output_console()
    if status.workers or status.waiting:
        print_table(WORKERS, [*map(_worker, status.workers), *map(_waiting, status.waiting)])
    else:
        console.print("no workers")
    console.print()
    print_table(ENTRIES, [_entry(each) for each in _shown(status.entries)])
    if len(status.entries) > SHOWN:
        console.print(f"... of {len(status.entries)} entries; --json has all")
    waiting = status.unpublished
    size = f"{counted(waiting.records, 'line')}, {waiting.size / 1e6:.1f} MB; {counted(waiting.runs, 'ended run')}"
    console.print(f"\nnot yet published: {size}", highlight=False)
    for problem in status.problems:
        console.print(f"problem: {problem}", soft_wrap=True, markup=False, highlight=False)
    if not status.problems:
        console.print("no problems")


def _shown(entries: list[EntryStatus]) -> list[EntryStatus]:
    if len(entries) <= SHOWN:
        return entries
    return [each for each in entries if each.late or each.state == "running" or each.verdict in ("failed", "warning")]


def _worker(worker: StoredWorker) -> tuple[str, ...]:
    seen = f"{format_duration(worker.silent)} ago" if worker.alive else "DEAD"
    return (worker.name, worker.version, f"{worker.running} of {worker.concurrency}", format_duration(worker.up), seen)


def _waiting(worker: WaitingWorker) -> tuple[str, ...]:
    return (worker.name, worker.version, "waits", format_duration(worker.waited), "waits to begin")


def _entry(each: EntryStatus) -> tuple[str, ...]:
    late = f", {format_duration(each.late)} late" if each.late else ""
    following = (each.due or "never").replace("T", " ").removesuffix("+00:00")
    found = (str(each.articles), str(each.teasers)) if each.run else ("", "")
    return (each.entry, each.timing, each.state + late, following, each.run or "never", each.verdict, *found)
