"""``scrapy inspect``: what one page gives, and from where."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from scrapy.commands import ScrapyCommand
from scrapy.utils.conf import closest_scrapy_cfg

from portalcrawl.commands.exit_lines import in_one_line, tell
from portalcrawl.commands.inspection.fetch import fetch
from portalcrawl.commands.inspection.page_cases import save_case
from portalcrawl.commands.inspection.page_result import Found, inspect_page
from portalcrawl.commands.inspection.saved_pages import read_file
from portalcrawl.commands.inspection.view import show
from portalcrawl.errors import PortalcrawlError, UsageError
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import Catalog, ProfileFile
from portalcrawl.runs.plan import Plan, make_plan
from portalcrawl.runs.run_settings import profiles_folder, read_timeout
from portalcrawl.runs.watchdog import ReadingTimeoutError, Watchdog

if TYPE_CHECKING:
    from scrapy.http import Response

T = TypeVar("T")
TAKES = "scrapy inspect takes a URL or a FILE, --url U (of a FILE), --portal P, --json, --save"


class Command(ScrapyCommand):
    """Shows the article and the teasers of one page."""

    requires_project = True

    def syntax(self) -> str:
        """What stands behind the command's name."""
        return "[options] URL|FILE"

    def short_desc(self) -> str:
        """One line for ``scrapy -h``."""
        return "Show what one page gives, fetched or from a file: the article, its teasers, and from where"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what the command takes."""
        super().add_options(parser)
        parser.add_argument("--url", metavar="U", help="address of the page in FILE (default: its canonical address)")
        parser.add_argument("--portal", metavar="P", help="profile to read it by (default: that of its host)")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--save", action="store_true", help="write a test case under tests/pages")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Log errors only, unless asked for more: what is printed is the answer."""
        super().process_options(args, opts)
        assert self.settings is not None
        if opts.loglevel is None and self.settings.getpriority("LOG_LEVEL") != 40:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Show the page."""
        self.exitcode = in_one_line(lambda: self._inspect(args, opts))

    def _inspect(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1 or args[0].startswith("-"):
            raise UsageError(TAKES)
        target = args[0]
        is_address = target.lower().startswith(("http://", "https://"))
        if is_address and opts.url:
            raise UsageError(f"--url is the address of a FILE; {target} is an address itself")
        if not is_address and "://" in target:
            raise UsageError(f"{target!r} is no http or https address; {TAKES}")
        saved = None if is_address else self._in_time(target, lambda: read_file(Path(target), opts.url))
        plan = self._plan(saved.url if saved else target, opts.portal)
        page = Page(saved or self._fetch(plan), plan.starts[0].profile)
        found = self._in_time(target, lambda: _read(page))
        if opts.json:
            print(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
        else:
            show(found)
        if opts.save:
            case = save_case(page, found, Path(closest_scrapy_cfg()).parent / "tests" / "pages", self._file_of(page))
            print(f"saved as {case}", file=sys.stderr if opts.json else sys.stdout)
        return 0

    def _in_time(self, target: str, work: Callable[[], T]) -> T:
        """Return what *work* returns within READ_TIMEOUT; UnreadableError where it doesn't end."""
        assert self.settings is not None
        seconds = read_timeout(self.settings)
        error = UnreadableError(f"{target} is unreadable: it took longer than READ_TIMEOUT ({seconds:g} s)")
        try:
            return Watchdog(seconds, lambda: tell(error)).run(work)
        except ReadingTimeoutError:
            raise error from None

    def _plan(self, url: str, portal: str | None) -> Plan:
        assert self.settings is not None
        given = {"url": url, **({"portal": portal} if portal else {})}
        return make_plan(given, profiles_folder(self.settings))

    def _fetch(self, plan: Plan) -> Response:
        assert self.crawler_process is not None
        return fetch(plan, self.crawler_process)

    def _file_of(self, page: Page) -> ProfileFile | None:
        """Return the file of the page's profile."""
        assert self.settings is not None
        files = Catalog(profiles_folder(self.settings)).files
        return None if page.profile.generic else next(file for file in files if file.name == page.profile.name)


class UnreadableError(PortalcrawlError):
    """A page that can't be read."""


def _read(page: Page) -> Found:
    if page.refusal:
        raise UnreadableError(f"{page.url} is not read: {page.refusal}")
    return inspect_page(page)
