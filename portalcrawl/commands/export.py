"""``scrapy export``: exports published feeds to Parquet, CSV or PostgreSQL, each record once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from portalcrawl.command import ProjectCommand, print_error
from portalcrawl.errors import PortalcrawlError, UsageError
from portalcrawl.extras import require_extra
from portalcrawl.feeds.store.published import PublishedFeeds, published_feeds
from portalcrawl.plurals import counted
from portalcrawl.runs.arguments import start_of_period
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.urls import mask_secrets

if TYPE_CHECKING:
    from portalcrawl.export.exporting import Result, Target

INTERRUPTED = 130
"""Exit code after Ctrl-C, as in shells (128 + SIGINT)."""
TARGETS = {"parquet": "DIR", "postgres": "URL", "csv": "DIR"}


class Command(ProjectCommand):
    """Exports what was published since the last export to the same target."""

    def syntax(self) -> str:
        targets = " | ".join(f"{name} {where}" for name, where in TARGETS.items())
        return f"{targets}   [--since AGE] [--portal NAME]"

    def short_desc(self) -> str:
        return "Export published feeds to Parquet, CSV or PostgreSQL, each record once"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--since", metavar="AGE", help="only runs that started since: 2025-12-01, 36h, 7d")
        parser.add_argument("--portal", metavar="NAME", help="only records of this portal")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 2 or args[0] not in TARGETS or not args[1].strip():
            takes = ", ".join(f"{name} {where}" for name, where in TARGETS.items())
            raise UsageError(f"scrapy export takes one of {takes}")
        since = start_of_period(opts.since)
        settings = RunSettings.from_settings(self.settings)
        feeds = published_feeds(settings.feeds_url)
        name, where = args
        opened = _open_target(name, where)
        from portalcrawl.export.cursor import Selection  # here, since it imports the item classes, which is slow
        from portalcrawl.export.exporting import export

        try:
            with opened as target, _progress() as progress:
                result = export(feeds, target, Selection(opts.portal, since), progress)
        except KeyboardInterrupt:
            print("portalcrawl: stopped; the next export continues from here", file=sys.stderr)
            return INTERRUPTED
        return _report(result, feeds, opts.portal, where)


def _open_target(name: str, where: str) -> AbstractContextManager[Target]:
    """Return a context manager that opens the target; only the modules for this target are imported."""
    if name == "postgres":
        require_extra("export", "psycopg")
        try:
            from portalcrawl.export.postgres import PostgresTarget
        except ImportError as error:  # psycopg without its C library
            raise PortalcrawlError(f"psycopg can't be used: {error}") from None
        return PostgresTarget.open(where)
    from portalcrawl.export.file_target import FileTarget

    folder = Path(where).expanduser()
    if name == "csv":
        from portalcrawl.export.csv_format import CsvFormat

        return FileTarget.open(folder, CsvFormat())
    require_extra("export", "pyarrow")
    from portalcrawl.export.parquet_format import ParquetFormat

    return FileTarget.open(folder, ParquetFormat())


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Yield a function that shows the progress, as a bar on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    with Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("export", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _report(result: Result, feeds: PublishedFeeds, portal: str | None, where: str) -> int:
    """Print the numbers of exported records, and what was left out; return the exit code."""
    if portal and not result.feeds and not result.problems and not _is_published(feeds, portal):
        raise UsageError(f"nothing was ever published of a portal {portal!r}")
    numbers = " and ".join(counted(number, kind.removesuffix("s")) for kind, number in sorted(result.records.items()))
    print(f"{numbers or 'nothing new'}: {mask_secrets(where)}")
    for problem in result.problems:
        print_error(PortalcrawlError(f"{problem}; left out, the next export tries it again"))
    for said in filter(None, (result.lost, result.untidy)):
        print_error(PortalcrawlError(said))
    return 1 if result.problems or result.lost or result.untidy else 0


def _is_published(feeds: PublishedFeeds, portal: str) -> bool:
    return any(portal in feeds.manifest(run).portals for run in feeds.runs())
