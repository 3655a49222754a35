"""``scrapy schedule``: crawls on Scrapyd as scheduled in schedule.toml."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from portalcrawl.command import ProjectCommand, stop_event
from portalcrawl.commands.scheduled.checking import check
from portalcrawl.commands.scheduled.crontab import crontab, systemd_units
from portalcrawl.commands.scheduled.listing import show_list
from portalcrawl.errors import DataFolderError, UsageError
from portalcrawl.metrics.figures import Source
from portalcrawl.metrics.server import metrics_port, serve_metrics
from portalcrawl.metrics.state_figures import StateFigures
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.job_store import JobStore
from portalcrawl.scheduling.schedule_figures import ScheduleFigures
from portalcrawl.scheduling.schedule_file import read_schedule
from portalcrawl.scheduling.scheduler_loop import Scheduler

ACTIONS = ("run", "list", "once", "cron", "check")


class Command(ProjectCommand):
    """Runs, lists, checks and prints the schedule."""

    def syntax(self) -> str:
        return "run | list | once NAME | check | cron [--systemd]   [--file FILE] [--json]"

    def short_desc(self) -> str:
        return "Schedule crawls on Scrapyd: run, show or check the schedule"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--file", metavar="FILE", help="the schedule (default: setting SCHEDULE_FILE)")
        parser.add_argument("--json", action="store_true", help="list: print JSON, an array of entries")
        parser.add_argument("--systemd", action="store_true", help="cron: print systemd units instead")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        try:
            return self._dispatch(args, opts)
        except BrokenPipeError:
            raise
        except (DatabaseError, OSError) as error:
            raise DataFolderError(
                f"the schedule's data can't be used: {getattr(error, 'orig', None) or error}"
            ) from None

    def _dispatch(self, args: list[str], opts: argparse.Namespace) -> int:
        action, *rest = args or [""]
        if action not in ACTIONS or len(rest) != (action == "once"):
            raise UsageError(f"scrapy schedule takes one of {', '.join(ACTIONS)} (once with the NAME of an entry)")
        settings = RunSettings.from_settings(self.settings)
        file = Path(str(opts.file or self.settings["SCHEDULE_FILE"])).expanduser()
        if action == "run":
            return _run(file, settings, str(opts.loglevel or "INFO"), metrics_port(self.settings))
        if action == "once":
            return _once(file, settings, rest[0])
        schedule = read_schedule(file, settings)
        if action == "check":
            return check(schedule, settings)
        if action == "cron":
            units = systemd_units if opts.systemd else crontab
            print("\n".join(units(schedule, Path.cwd(), settings.data_dir)))
        else:
            show_list(schedule, settings, as_json=opts.json)
        return 0


def _run(file: Path, settings: RunSettings, level: str, port: int | None) -> int:
    _log_to_stderr(level)
    scheduler, stop = Scheduler(file, settings), stop_event()
    store = JobStore.open(settings.data_dir)
    sources: list[Source] = [StateFigures(settings.state_url), ScheduleFigures(store, lambda: scheduler.schedule)]
    with serve_metrics(port, sources):
        scheduler.run(stop)
    return 0


def _once(file: Path, settings: RunSettings, name: str) -> int:
    scheduler = Scheduler(file, settings)
    if name not in scheduler.schedule.entries:
        raise UsageError(
            f"there is no entry {name!r} in {file}; its entries are {', '.join(scheduler.schedule.entries)}"
        )
    _log_to_stderr("ERROR")
    job = scheduler.once(name)
    if job.status in ("skipped", "failed"):
        print(f"portalcrawl: {job.job} was not started: {job.why}", file=sys.stderr)
        return 75 if job.status == "skipped" else 1
    if job.status == "due":
        print(f"portalcrawl: {job.job} waits: its node does not accept it now", file=sys.stderr)
        return 1
    print(f"{job.job} is on node {job.node}")
    return 0


def _log_to_stderr(level: str) -> None:
    """Log to standard error; messages never contain a user, a password or the webhook's URL."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S%z"))
    logging.basicConfig(level="WARNING", handlers=[handler], force=True)
    for name in ("portalcrawl.schedule", "portalcrawl.metrics"):
        logging.getLogger(name).setLevel(level)
