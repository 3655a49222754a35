"""``scrapy report``: writes one self-contained HTML page about what was crawled."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from portalcrawl.command import ProjectCommand
from portalcrawl.errors import UsageError
from portalcrawl.extras import require_extra
from portalcrawl.feeds.feed_files import PART, write_whole
from portalcrawl.feeds.store.published import published_feeds
from portalcrawl.runs.arguments import start_of_period
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.storage.read_only import open_for_reading
from portalcrawl.storage.run_history import RunHistory

FILE = "report.html"


class Command(ProjectCommand):
    """Writes a report on what was crawled."""

    def syntax(self) -> str:
        return "[--portal NAME] [--since AGE] [-o FILE]"

    def short_desc(self) -> str:
        return "Write a report on all crawls, one HTML page with plots"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--portal", metavar="NAME", help="only this portal")
        parser.add_argument("--since", metavar="AGE", help="only runs that started since: 2025-12-01, 36h, 7d")
        parser.add_argument("-o", "--output", metavar="FILE", default=FILE, help=f"default: {FILE}")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        if args:
            raise UsageError("scrapy report takes [--portal NAME] [--since AGE] [-o FILE]")
        since = start_of_period(opts.since)
        target = Path(opts.output).expanduser().absolute()
        is_other = target.exists() and not target.is_file()  # a device, say, which must not be replaced by a file
        if is_other or not target.parent.is_dir():
            raise UsageError(f"-o {opts.output}: it takes a file in a folder that exists")
        settings = RunSettings.from_settings(self.settings)
        require_extra("report", "duckdb", "pygal")
        history = RunHistory(open_for_reading(settings.state_url))
        feeds = published_feeds(settings.feeds_url)
        from portalcrawl.report.contents import Period, gather  # here, since they import DuckDB and pygal
        from portalcrawl.report.html import page

        contents = gather(feeds, history, settings.data_dir, Period(since, datetime.now(UTC), opts.portal))
        if opts.portal and not contents.portals and not since:
            raise UsageError(f"the portal {opts.portal!r} was never crawled")
        try:
            write_whole(target.resolve(), page(contents).encode())
        except OSError:
            target.with_name(target.name + PART).unlink(missing_ok=True)
            raise
        print(target)
        return 0
