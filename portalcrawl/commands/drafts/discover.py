"""``scrapy portals discover URL [--write]``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerProcess

from portalcrawl.commands.drafts.draft_spider import DraftResult, DraftSpider
from portalcrawl.commands.inspection.fetch import FetchError
from portalcrawl.drafting.draft import Draft, DraftError, make_draft
from portalcrawl.errors import ConfigFileError, UsageError
from portalcrawl.profiles.catalog import SUFFIX, Catalog, generic_profile
from portalcrawl.runs.arguments import check_url
from portalcrawl.runs.plan import Plan, Start, make_plan
from portalcrawl.runs.run_settings import profiles_folder

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.settings import Settings

USAGE = "scrapy portals discover takes one URL, the front page of a portal, and --write"


def discover(args: list[str], settings: Settings, *, write: bool) -> int:
    """Draft a profile for the portal at the address in *args*; print it, or write it. Return the exit code.

    :raises UsageError: for other arguments, and where --write would replace a file or has no folder to write to.
    :raises FetchError: where the front page can't be had.
    """
    if len(args) != 1 or args[0].startswith("-"):
        raise UsageError(USAGE)
    url = args[0]
    check_url("URL", url)
    folder = profiles_folder(settings)
    if write and folder is None:
        raise UsageError("--write needs a folder of your own: set PORTAL_PROFILES (-s PORTAL_PROFILES=profiles)")
    known = Catalog(folder).for_url(url)
    if not known.generic:
        note = f"# The profile {known.name} has this host already; two profiles of one host exclude each other."
        if write:
            raise UsageError(f"the profile {known.name} has the host of {url} already; leave --write out")
        print(note)
    draft = _draft(url, settings, Catalog(folder).names())
    if write and folder is not None:
        _write(draft, folder)
    else:
        print(draft.text, end="")
        print(f"portalcrawl: --write writes it to {folder or 'PORTAL_PROFILES'}/{draft.name}{SUFFIX}", file=sys.stderr)
    return 0


def _draft(url: str, settings: Settings, names: list[str]) -> Draft:
    made = make_plan({"url": url}, None)
    plan = Plan(made.arguments, made.given, (Start(url, generic_profile(url)),))
    if settings.getpriority("LOG_LEVEL") != 40:
        settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
    result = DraftResult()
    process = AsyncCrawlerProcess(settings)
    process.crawl(DraftSpider, plan=plan, result=result)
    process.start()
    if result.evidence is None:
        raise FetchError(f"{url} could not be fetched: {result.problem}")
    try:
        return make_draft(result.evidence, names)
    except DraftError as error:
        raise FetchError(f"no valid profile can be drafted from {url}: {error}") from None


def _write(draft: Draft, folder: Path) -> None:
    """Write the draft to a new file; raise UsageError where there is one already."""
    file = folder / f"{draft.name}{SUFFIX}"
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(draft.text)
    except FileExistsError:
        raise UsageError(f"{file} exists already and is left as it is") from None
    except OSError as error:
        raise ConfigFileError(str(file), "file", error.strerror or str(error)) from None
    print(f"portalcrawl: {file} written; check it, then scrapy portals {draft.name} --check", file=sys.stderr)
