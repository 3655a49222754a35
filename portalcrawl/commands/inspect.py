"""``scrapy inspect``: shows what is extracted from one page, and where each value comes from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

from scrapy.utils.conf import closest_scrapy_cfg

from portalcrawl.command import ProjectCommand, print_error
from portalcrawl.commands.inspection.explain_view import explain_record, print_explanation
from portalcrawl.commands.inspection.fetch import fetch
from portalcrawl.commands.inspection.fetched_time import parse_fetched, set_fetched
from portalcrawl.commands.inspection.html_file import check_target, write_whole
from portalcrawl.commands.inspection.page_cases import INSPECTION, read_file, save_case
from portalcrawl.commands.inspection.view import json_record, print_tables
from portalcrawl.errors import PortalcrawlError, UsageError
from portalcrawl.explanation import Explanation, explain
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import Catalog, ProfileFile
from portalcrawl.runs.plan import make_plan
from portalcrawl.runs.run_settings import profiles_folder, read_timeout
from portalcrawl.runs.watchdog import ReadingTimeoutError, run_within
from portalcrawl.terminal import print_json
from portalcrawl.urls import absolute

T = TypeVar("T")
USAGE = (
    "scrapy inspect takes a URL or a FILE, --url U (of a FILE), --portal P, --fetched TIME, --json, --explain, "
    "--html FILE, --save"
)


class Command(ProjectCommand):
    """Shows the article and the teasers of one page."""

    requires_crawler_process = True
    default_settings: ClassVar[dict[str, object]] = {}

    def syntax(self) -> str:
        return "[options] URL|FILE"

    def short_desc(self) -> str:
        return "Show the article and the teasers of one page, fetched or saved, and where each value comes from"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--url", metavar="U", help="URL of the page in FILE (default: its canonical URL)")
        parser.add_argument("--fetched", metavar="TIME", help="time from which ages count back (default: the fetch)")
        parser.add_argument("--portal", metavar="P", help="profile to use (default: that of its host)")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--explain", action="store_true", help="print the owner of every block, and all reasons")
        parser.add_argument("--html", metavar="FILE", help="write the page with its blocks coloured by owner")
        parser.add_argument("--save", action="store_true", help="write a test case under tests/pages")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Log errors only, unless the user sets a level."""
        super().process_options(args, opts)
        if opts.loglevel is None and self.settings.getpriority("LOG_LEVEL") != 40:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        target = _target(args, opts)
        page = self._page(target, opts)
        found = self._in_time(target, lambda: _explain(page))
        said = sys.stderr if opts.json else sys.stdout
        if opts.json:
            print_json(json_record(found) | ({"explanation": explain_record(found)} if opts.explain else {}))
        else:
            (print_explanation if opts.explain else print_tables)(found)
        if opts.html:
            self._write_html(found, Path(opts.html))
            print(f"written to {opts.html}", file=said)
        if opts.save:
            folder = Path(closest_scrapy_cfg()).parent / "tests" / "pages"
            case = save_case(page, found.reading, folder, self._profile_file(page))
            print(f"saved as {case}", file=said)
        return 0

    def _page(self, target: str, opts: argparse.Namespace) -> Page:
        """Return the page at *target*: fetched if it is a URL, else read from the file."""
        assert self.crawler_process is not None
        when = parse_fetched(opts.fetched) if opts.fetched is not None else None
        saved = None if _is_address(target) else self._in_time(target, lambda: read_file(Path(target), opts.url))
        arguments = {"url": saved.url if saved else target, **({"portal": opts.portal} if opts.portal else {})}
        plan = make_plan(arguments, profiles_folder(self.settings))
        page = Page(saved or fetch(plan, self.crawler_process), plan.starts[0].profile)
        if when is not None:
            self._in_time(target, lambda: set_fetched(page, when))
        return page

    def _write_html(self, found: Explanation, path: Path) -> None:
        from portalcrawl.commands.inspection.html_view import html_view  # imports jinja2

        write_whole(path, html_view(found))

    def _in_time(self, target: str, work: Callable[[], T]) -> T:
        """Return the result of *work*; raise UnreadableError if it takes longer than READ_TIMEOUT."""
        seconds = read_timeout(self.settings)
        error = UnreadableError(f"{target} is unreadable: it took longer than READ_TIMEOUT ({seconds:g} s)")
        try:
            return run_within(seconds, work, lambda: print_error(error))
        except ReadingTimeoutError:
            raise error from None

    def _profile_file(self, page: Page) -> ProfileFile | None:
        """Return the file of the page's profile; None for the generic profile."""
        files = Catalog(profiles_folder(self.settings)).files
        return None if page.profile.generic else next(file for file in files if file.name == page.profile.name)


class UnreadableError(PortalcrawlError):
    """The page can't be read."""


def _target(args: list[str], opts: argparse.Namespace) -> str:
    """Return the URL or FILE from the command line; raise UsageError if it is neither."""
    if len(args) != 1 or args[0].startswith("-"):
        raise UsageError(USAGE)
    target = args[0]
    if _is_address(target) and opts.url:
        raise UsageError(f"--url is the URL of a FILE; {target} is a URL itself")
    if not _is_address(target) and "://" in target:
        raise UsageError(f"{target!r} is not an http or https URL; {USAGE}")
    if opts.url is not None and absolute("", opts.url) is None:
        raise UsageError(f"scrapy inspect: --url: {opts.url!r} is not an http or https URL")
    if opts.html is not None:
        check_target(Path(opts.html))
    return target


def _is_address(target: str) -> bool:
    return target.lower().startswith(("http://", "https://"))


def _explain(page: Page) -> Explanation:
    if page.refusal:
        raise UnreadableError(f"{page.url} can't be read: {page.refusal}")
    return explain(page, INSPECTION)
