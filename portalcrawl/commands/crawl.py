"""``scrapy crawl``: Scrapy's own command, with checked arguments, locks, exit codes and a summary line."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

# Imported first: its import calls inspect.stack(), which is fast only while the call stack is short.
import scrapy.core.downloader.contextfactory  # noqa: F401
from scrapy.commands import ScrapyHelpFormatter
from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.settings import default_settings

from portalcrawl.command import exit_with, refuse_in_one_line, replace_closed
from portalcrawl.errors import PortalcrawlError, RunStoppedError, SettingError, UsageError
from portalcrawl.plurals import counted
from portalcrawl.runs.arguments import MEANINGS
from portalcrawl.runs.run_settings import is_users
from portalcrawl.spiders.portal import PortalSpider, make_session

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from portalcrawl.runs.run import Run
    from portalcrawl.runs.session import RunSession


class HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's formatter, but with the line breaks of the epilog kept."""


class Command(CrawlCommand):
    """Runs the portal spider."""

    def short_desc(self) -> str:
        return "Crawl a news portal: scrapy crawl portal [-a NAME=VALUE ...]"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options, and list the spider's arguments in the help."""
        replace_closed()
        super().add_options(parser)
        refuse_in_one_line(parser, self)
        width = max(map(len, MEANINGS))
        lines = (f"  {name:<{width}}  {meaning}" for name, meaning in MEANINGS.items())
        parser.formatter_class = HelpFormatter
        parser.epilog = "\n".join(("Arguments of the spider portal (-a NAME=VALUE):", *lines))

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check everything before anything is fetched, written or even logged."""
        pidfile, opts.pidfile = opts.pidfile, None  # written once all checks have passed
        try:
            super().process_options(args, opts)
            self._session = self._make_session(args, opts)
            _check_file("--pidfile", pidfile)
        except (PortalcrawlError, ScrapyUsageError) as error:
            exit_with(error)
        if pidfile:
            try:
                Path(pidfile).write_text(f"{os.getpid()}\n", encoding="utf-8")
            except OSError as error:
                exit_with(UsageError(f"--pidfile: {pidfile!r} can't be written: {error.strerror}"))

    def _make_session(self, args: list[str], opts: argparse.Namespace) -> RunSession:
        if len(args) != 1:
            raise UsageError("scrapy crawl takes one spider: scrapy crawl portal")
        if args[0] != PortalSpider.name:
            raise UsageError(f"there is no spider {args[0]!r}; the spiders are {PortalSpider.name}")
        assert self.settings is not None
        _check_scrapy_settings(self.settings)
        _check_file("LOG_FILE", self.settings.get("LOG_FILE"))
        return make_session(self.settings, opts.spargs)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider while the locks of its portals are held."""
        assert self.crawler_process is not None
        try:
            with _stopping_in_one_line():
                run = self._session.open()
        except PortalcrawlError as error:
            exit_with(error)
        with self._session:
            crawler = self._create_crawler(PortalSpider)
            self.crawler_process.crawl(crawler, session=self._session)
            self.crawler_process.start()
        self.exitcode = _print_summary(run)
        if self.crawler_process.bootstrap_failed and run.manifest is None:
            self.exitcode = 1


@contextmanager
def _stopping_in_one_line() -> Iterator[None]:
    """Raise RunStoppedError when Ctrl-C or SIGTERM stops the block; Scrapy handles them only once it crawls."""

    def stop(number: int, _frame: object) -> NoReturn:
        raise RunStoppedError(f"stopped by {signal.Signals(number).name} before the crawl began")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_scrapy_settings(settings: BaseSettings) -> None:
    """Raise SettingError if a user's value for a setting of Scrapy is of the wrong type.

    Scrapy itself would end with a traceback once the crawl has begun.
    """
    for name in [name for name in settings if is_users(settings, name)]:
        default = getattr(default_settings, name, None)
        if isinstance(default, bool):
            _check_setting(settings.getbool, name, settings[name], "True or False")
        elif isinstance(default, int | float):
            _check_setting(settings.getfloat, name, settings[name], "a number")
    level = settings.get("LOG_LEVEL")
    if not isinstance(level, int) and str(level).upper() not in logging.getLevelNamesMapping():
        raise SettingError("LOG_LEVEL", level, "DEBUG, INFO, WARNING, ERROR or CRITICAL")


def _check_setting(getter: Callable[[str], object], name: str, value: object, takes: str) -> None:
    try:
        getter(name)
    except (TypeError, ValueError):
        raise SettingError(name, value, takes) from None


def _check_file(option: str, file: str | None) -> None:
    """Raise UsageError if *file*, the value of *option*, is a folder or its folder does not exist."""
    if file and (not Path(file).parent.is_dir() or Path(file).is_dir()):
        raise UsageError(f"{option}: {file!r} can't be written; it takes a file in an existing folder")


def _print_summary(run: Run) -> int:
    """Print what was written, and where; return the exit code."""
    if run.manifest is None:
        print(f"portalcrawl: nothing was published: {run.broken or 'the crawl did not start'}", file=sys.stderr)
        return run.exit_code
    counts, verdict = run.manifest.counts, run.manifest.verdict
    reasons = f" ({'; '.join(verdict.reasons)})" if verdict.reasons else ""
    file = f"manifest-{run.id}.json" if run.manifest.feeds else f"no file of run {run.id}"
    print(
        f"portalcrawl: {counted(counts['articles'], 'article')} and {counted(counts['teasers'], 'teaser')} "
        f"in {run.feeds_name}, "
        f"{file}; {run.manifest.finish_reason}, {verdict.level}{reasons}",
        file=sys.stderr,
    )
    if run.delayed:
        print(f"portalcrawl: they are committed; a later run will publish them: {run.delayed}", file=sys.stderr)
    return 1 if verdict.level == "failed" else 0
