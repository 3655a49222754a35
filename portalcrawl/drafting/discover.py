"""``scrapy portals discover URL [--write]``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerProcess

from portalcrawl.crawl.politeness import Politeness
from portalcrawl.drafting.draft import Draft, DraftError, make_draft
from portalcrawl.drafting.draft_spider import DraftResult, DraftSpider
from portalcrawl.errors import ConfigFileError, UsageError
from portalcrawl.profiles.catalog import SUFFIX, Catalog, generic_profile
from portalcrawl.runs.arguments import check_url
from portalcrawl.runs.plan import Plan, Start, make_plan
from portalcrawl.runs.run_settings import RunSettings, profiles_folder
from portalcrawl.storage.database import is_server
from portalcrawl.storage.host_budget import HostBudget

if TYPE_CHECKING:
    from scrapy.settings import Settings

USAGE = "scrapy portals discover takes one URL, the front page of a portal, and --write"


def discover(args: list[str], settings: Settings, *, write: bool) -> tuple[Draft, Path | None, str]:
    """Draft a profile for the portal at the URL in *args*, and write it to a file if *write* is set.

    Return the draft, the path of the file (None if it was not written), and a note for the user.

    :raises UsageError: if *args* is wrong, or if *write* is set and there is no folder to write to, the portal has a
        profile already, or the file exists.
    :raises DraftError: if the front page can't be fetched or no valid profile can be made.
    """
    if len(args) != 1 or args[0].startswith("-"):
        raise UsageError(USAGE)
    url = args[0]
    check_url("URL", url)
    folder = profiles_folder(settings)
    if write and folder is None:
        raise UsageError("--write needs a folder of your own: set PORTAL_PROFILES (-s PORTAL_PROFILES=profiles)")
    known = Catalog(folder).for_url(url)
    if write and not known.generic:
        raise UsageError(f"the profile {known.name} has the host of {url} already; leave --write out")
    draft = _draft(url, settings, Catalog(folder).names())
    if write and folder is not None:
        file = _write(draft, folder)
        return draft, file, f"{file} written; check it, then run scrapy portals {draft.name} --check"
    return draft, None, f"--write writes it to {folder or 'PORTAL_PROFILES'}/{draft.name}{SUFFIX}"


def _draft(url: str, settings: Settings, names: list[str]) -> Draft:
    made = make_plan({"url": url}, None)
    plan = Plan(made.arguments, made.given, (Start(url, generic_profile(url)),))
    if settings.getpriority("LOG_LEVEL") != 40:
        settings.set("LOG_LEVEL", "ERROR", priority="cmdline")
    result = DraftResult()
    with _politeness(RunSettings.from_settings(settings)) as politeness:
        process = AsyncCrawlerProcess(settings)
        process.crawl(DraftSpider, plan=plan, result=result, politeness=politeness)
        process.start()
    if result.evidence is None:
        raise DraftError(f"{url} could not be fetched: {result.problem}")
    return make_draft(result.evidence, names)


@contextmanager
def _politeness(settings: RunSettings) -> Iterator[Politeness]:
    """Yield the politeness of the draft's requests.

    Hosts' turns are shared with the runs of the data folder. If there is no data folder yet, none is created.
    """
    locks = settings.data_dir / "locks"
    with TemporaryDirectory() as own:
        is_shared = is_server(settings.state_url) or locks.is_dir()
        budget = HostBudget.beside(settings.state_url, locks if is_shared else Path(own))
        politeness = Politeness(budget, settings.politeness)
        try:
            yield politeness
        finally:
            politeness.close()


def _write(draft: Draft, folder: Path) -> Path:
    """Write the draft to a new file and return its path; raise UsageError if it exists or can't be written."""
    file = folder / f"{draft.name}{SUFFIX}"
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(draft.text)
    except FileExistsError:
        raise UsageError(f"{file} exists already and is left as it is") from None
    except OSError as error:
        raise ConfigFileError(str(file), "file", error.strerror or str(error)) from None
    return file
