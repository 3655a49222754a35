"""The actions of ``scrapy fleet``."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from portalcrawl.errors import UsageError
from portalcrawl.fleet.clock import Clock
from portalcrawl.fleet.database import Database
from portalcrawl.fleet.entry_store import EntryStore
from portalcrawl.fleet.fleet_figures import FleetFigures
from portalcrawl.fleet.fleet_settings import FleetSettings, fleet_url
from portalcrawl.fleet.process_log import log_to_stderr
from portalcrawl.fleet.state_upgrade import migrate_state
from portalcrawl.fleet.status import fleet_status
from portalcrawl.fleet.status_view import show_status
from portalcrawl.fleet.supervisor import Supervisor
from portalcrawl.fleet.tables import make_tables
from portalcrawl.fleet.worker_store import WorkerStore
from portalcrawl.metrics.figures import Source
from portalcrawl.metrics.server import metrics_port, serve_metrics
from portalcrawl.metrics.state_figures import StateFigures
from portalcrawl.plurals import counted
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.schedule_file import find_faults
from portalcrawl.storage.host_budget import HostBudget
from portalcrawl.terminal import print_json

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from portalcrawl.scheduling.entries import Schedule

WAITS = 75
"""Exit code if a start of the entry is already waiting (EX_TEMPFAIL)."""


def init(settings: BaseSettings) -> int:
    """Create or migrate the tables of state, queue and fleet; return the exit code."""
    url = fleet_url(settings)
    done = make_tables(Database(url))
    if problem := migrate_state(url):
        done.append(f"{problem}; the first worker of this version migrates it when it can")
    HostBudget.beside(url, Path()).make_table()
    print("\n".join(done) or "all tables exist, in this version")
    return 0


def apply(settings: BaseSettings, file: Path) -> int:
    """Replace the stored schedule by the one in *file*, or print all errors in *file*; return the exit code."""
    url = fleet_url(settings)
    schedule, faults = find_faults(file, RunSettings.from_settings(settings))
    if schedule is None:
        for fault in faults:
            print(f"portalcrawl: {fault}", file=sys.stderr)
        return UsageError.exit_code
    for line in _ignored(schedule):
        print(f"portalcrawl: {file}: {line}", file=sys.stderr)
    applied = EntryStore(Database(url)).apply(schedule)
    for what, names in (("added", applied.added), ("changed", applied.changed), ("removed", applied.removed)):
        for name in names:
            print(f"{what} {name}")
    print(counted(len(schedule.entries), "entry", "entries"))
    return 0


def _ignored(schedule: Schedule) -> Iterator[str]:
    """Yield a warning for each key in *schedule* that only Scrapyd uses."""
    if len(schedule.nodes) > 1 or any(node != "local" for node in schedule.nodes):
        yield "nodes are ignored: any worker runs any entry"
    if schedule.webhook:
        yield "webhook is ignored: scrapy fleet status has the verdicts"


def worker(settings: BaseSettings, concurrency: str | None) -> int:
    """Run due entries until SIGTERM or SIGINT; return the exit code."""
    fleet = FleetSettings.from_settings(settings, concurrency)
    EntryStore(Database(fleet.state_url)).names()  # missing tables are reported in one line
    log_to_stderr(settings["LOG_LEVEL"], with_entries=False)
    sources: list[Source] = [StateFigures(fleet.state_url), FleetFigures(Database(fleet.state_url))]
    with serve_metrics(metrics_port(settings), sources):
        return asyncio.run(Supervisor(fleet).run())


def status(settings: BaseSettings, *, as_json: bool) -> int:
    """Print the status; return 1 if there are problems, else 0."""
    found = fleet_status(Database(fleet_url(settings)))
    if as_json:
        print_json(found.as_json())
    else:
        show_status(found)
    return 1 if found.problems else 0


def once(settings: BaseSettings, name: str) -> int:
    """Queue a run of the entry *name* now; return the exit code."""
    database = Database(fleet_url(settings))
    entry = EntryStore(database).find(name)
    if entry is None:
        known = ", ".join(EntryStore(database).names()[:20]) or "none; scrapy fleet apply FILE adds them"
        raise UsageError(f"there is no entry {name!r}; the entries are {known}")
    if not Clock(database).once(entry):
        print(f"portalcrawl: {name} is waiting already", file=sys.stderr)
        return WAITS
    alive = any(worker.alive for worker in WorkerStore(database).all())
    print(f"{name} is due now" + ("" if alive else "; it waits for a worker: scrapy fleet worker"))
    return 0
