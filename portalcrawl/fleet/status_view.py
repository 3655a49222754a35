"""``scrapy fleet status`` for people."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from portalcrawl.fleet.status import EntryStatus, FleetStatus
from portalcrawl.scheduling.durations import format_duration

WIDTH = 160
"""Columns if standard output is no terminal."""
SHOWN = 200
"""Entries; of more, those are shown that have a problem or run."""


def show_status(status: FleetStatus) -> None:
    """Print *status*."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    workers = Table("worker", "version", "runs", "up", "seen", box=None, pad_edge=False)
    for worker in status.workers:
        seen = f"{format_duration(worker.silent)} ago" if worker.alive else "DEAD"
        runs = f"{worker.running} of {worker.concurrency}"
        workers.add_row(worker.name, worker.version, runs, format_duration(worker.up), seen)
    console.print(workers if status.workers else "no workers")
    console.print()
    console.print(_entries(_shown(status.entries)))
    if len(status.entries) > SHOWN:
        console.print(f"... of {len(status.entries)} entries; --json has all")
    console.print()
    waiting = status.unpublished
    console.print(f"not yet published: {waiting.records} lines, {waiting.size / 1e6:.1f} MB; {waiting.runs} ended runs")
    for problem in status.problems:
        console.print(f"problem: {escape(problem)}", soft_wrap=True)
    if not status.problems:
        console.print("no problems")


def _shown(entries: list[EntryStatus]) -> list[EntryStatus]:
    if len(entries) <= SHOWN:
        return entries
    return [each for each in entries if each.late or each.state == "running" or each.verdict in ("failed", "warning")]


def _entries(entries: list[EntryStatus]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("entry", "when", "now", "next (UTC)", "last run", "verdict"):
        table.add_column(name, no_wrap=True)
    for name in ("articles", "teasers"):
        table.add_column(name, justify="right")
    for each in entries:
        late = f", {format_duration(each.late)} late" if each.late else ""
        following = (each.due or "never").replace("T", " ").removesuffix("+00:00")
        found = (str(each.articles), str(each.teasers)) if each.run else ("", "")
        table.add_row(each.entry, each.timing, each.state + late, following, each.run or "never", each.verdict, *found)
    return table
