"""``scrapy state``: what is known per portal, and clean-up."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError as ScrapyUsageError

from portalcrawl.commands.answers import fail, in_one_line
from portalcrawl.errors import DataFolderError, UsageError
from portalcrawl.runs.arguments import AGE, UNITS
from portalcrawl.runs.settings import RunSettings
from portalcrawl.state.database import open_database
from portalcrawl.state.upkeep import Upkeep

REQUEUED = ("failed", "gone", "blocked", "skipped", "unreadable")


class Command(ScrapyCommand):
    """Shows the state, forgets what is old, or queues what failed once more."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, object]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """What stands behind the command's name."""
        return "[--forget AGE | --requeue STATUS]"

    def short_desc(self) -> str:
        """One line for ``scrapy -h``."""
        return "Show what is known per portal, forget what is old, requeue what failed"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own options."""
        super().add_options(parser)
        parser.add_argument("--forget", metavar="AGE", help="forget settled articles older than AGE (90d, 52w)")
        parser.add_argument("--requeue", metavar="STATUS", help=f"make pending again: {', '.join(REQUEUED)}")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Answer wrong use in one line."""
        try:
            super().process_options(args, opts)
        except ScrapyUsageError as error:
            fail(error)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do it."""
        self.exitcode = in_one_line(lambda: self._work(args, opts))

    def _work(self, args: list[str], opts: argparse.Namespace) -> int:
        if args or (opts.forget and opts.requeue):
            raise UsageError("scrapy state takes --forget AGE or --requeue STATUS, or nothing")
        age = _age(opts.forget) if opts.forget is not None else None
        if opts.requeue is not None and opts.requeue not in REQUEUED:
            raise UsageError(f"--requeue {opts.requeue!r} is no status; it takes one of {', '.join(REQUEUED)}")
        assert self.settings is not None
        settings = RunSettings.from_settings(self.settings)
        file = settings.data_dir / "state.sqlite3"
        if not self.settings.get("STATE_URL") and not file.exists():
            raise DataFolderError(f"there is no state in {settings.data_dir} yet; scrapy crawl portal makes it")
        upkeep = Upkeep(open_database(settings.state_url))
        if age is not None:
            print(f"{upkeep.forget((datetime.now(UTC) - age).timestamp())} articles forgotten")
        elif opts.requeue:
            print(f"{upkeep.requeue(opts.requeue)} articles are pending again")
        else:
            _show(upkeep, file)
        return 0


def _age(value: str) -> timedelta:
    match = AGE.fullmatch(value.strip())
    if not match or not int(match[1]):
        raise UsageError(f"--forget {value!r} is no age; it takes one such as 90d or 52w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _show(upkeep: Upkeep, file: Path) -> None:
    table = Table("portal", "status", "articles", "oldest")
    for count in upkeep.counts():
        oldest = datetime.fromtimestamp(count.oldest, UTC).strftime("%Y-%m-%d %H:%M UTC")
        table.add_row(count.portal, count.status, f"{count.number:,}", oldest)
    console = Console()
    console.print(table)
    if file.exists():
        console.print(f"{file}: {file.stat().st_size / 1e6:,.1f} MB")
