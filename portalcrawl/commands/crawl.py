"""``scrapy crawl``: Scrapy's own command, with checked arguments, locks, exit codes and a last line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyHelpFormatter
from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError as ScrapyUsageError

from portalcrawl.commands.exit_lines import fail
from portalcrawl.commands.scrapy_options import check_file, check_settings
from portalcrawl.errors import PortalcrawlError, UsageError
from portalcrawl.rendering.preflight import demand_browser
from portalcrawl.runs.arguments import MEANINGS
from portalcrawl.runs.plan import make_plan
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.runs.session import RunSession
from portalcrawl.spiders.portal import PortalSpider

if TYPE_CHECKING:
    from portalcrawl.runs.run import Run


class HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's, with the line breaks of the text at the end kept."""


class Command(CrawlCommand):
    """Runs a spider of the project."""

    def short_desc(self) -> str:
        """One line for ``scrapy -h``."""
        return "Crawl a news portal: scrapy crawl portal [-a NAME=VALUE ...]"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options, and the spider's arguments to the help."""
        super().add_options(parser)
        wide = max(map(len, MEANINGS))
        lines = (f"  {name:<{wide}}  {meaning}" for name, meaning in MEANINGS.items())
        parser.formatter_class = HelpFormatter
        parser.epilog = "\n".join(("Arguments of the spider portal (-a NAME=VALUE):", *lines))

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything before anything is fetched, written or even logged."""
        pidfile, opts.pidfile = opts.pidfile, None  # written once it is known that there will be a run
        try:
            super().process_options(args, opts)
            self._session = self._checked(args, opts)
            check_file("--pidfile", pidfile)
        except (PortalcrawlError, ScrapyUsageError) as error:
            fail(error)
        if pidfile:
            _write_pid(pidfile)

    def _checked(self, args: list[str], opts: argparse.Namespace) -> RunSession | None:
        """Return the session of the portal spider; None for another spider of the project."""
        if len(args) != 1:
            raise UsageError("scrapy crawl takes one spider: scrapy crawl portal")
        if args[0] != PortalSpider.name:
            raise UsageError(f"there is no spider {args[0]!r}; the spiders are {PortalSpider.name}")
        assert self.settings is not None
        settings = RunSettings.from_settings(self.settings)
        check_settings(self.settings)
        check_file("LOG_FILE", self.settings.get("LOG_FILE"))
        plan = make_plan(opts.spargs, settings.profiles)
        demand_browser(plan, self.settings)
        return RunSession(plan, settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider under its portals' locks."""
        session = self._session
        assert self.crawler_process is not None
        assert session is not None
        try:
            run = session.open()
        except PortalcrawlError as error:
            fail(error)
        with session:
            crawler = self._create_crawler(PortalSpider)
            self.crawler_process.crawl(crawler, session=session)
            self.crawler_process.start()
        self.exitcode = last_line(run)
        if self.crawler_process.bootstrap_failed and run.manifest is None:
            self.exitcode = 1


def _write_pid(file: str) -> None:
    """Write the number of this process to *file*, or end the process with one line."""
    try:
        Path(file).write_text(f"{os.getpid()}\n", encoding="utf-8")
    except OSError as error:
        fail(UsageError(f"--pidfile: {file!r} can't be written: {error.strerror}"))


def last_line(run: Run) -> int:
    """Say in a last line what was written where; return the exit code."""
    if run.manifest is None:
        print(f"portalcrawl: nothing was published: {run.broken or 'the crawl did not start'}", file=sys.stderr)
        return 1
    counts, verdict = run.manifest.counts, run.manifest.verdict
    reasons = f" ({'; '.join(verdict.reasons)})" if verdict.reasons else ""
    left = f"manifest-{run.id}.json" if run.manifest.feeds else f"no file of run {run.id}"
    print(
        f"portalcrawl: {counts['articles']} articles and {counts['teasers']} teasers in {run.folder}, "
        f"{left}; {run.manifest.finish_reason}, {verdict.level}{reasons}",
        file=sys.stderr,
    )
    return 1 if verdict.level == "failed" else 0
