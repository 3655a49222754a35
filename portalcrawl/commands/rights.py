"""``scrapy rights``: shows the rights that a page's publisher reserved when it was fetched, or at another time."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from portalcrawl.command import ProjectCommand
from portalcrawl.errors import UsageError
from portalcrawl.feeds.store.locating import open_store
from portalcrawl.feeds.store.published import PublishedFeeds
from portalcrawl.profiles.catalog import Catalog
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.runs.article_records import ArticleRecords
from portalcrawl.runs.rights_archive import documents_place
from portalcrawl.runs.rights_record import Reserved, reserved
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.storage.database import state_file
from portalcrawl.storage.read_only import open_for_reading
from portalcrawl.terminal import Column, print_json, print_table

COLUMNS = tuple(map(Column, ("source", "name", "value", "scope", "fetched", "SHA-256")))


class Command(ProjectCommand):
    """Shows statements about the use of a page in robots.txt, tdmrep.json, headers and meta tags."""

    def syntax(self) -> str:
        return "URL|ID [--at TIME] [--json]"

    def short_desc(self) -> str:
        return "Show the rights that a publisher reserved when a page was fetched, or at another time"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--at", metavar="TIME", help="2025-12-01T10:00+01:00, or 2025-12-01; UTC without an offset")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1 or not args[0].strip() or args[0].startswith("-"):
            raise UsageError("scrapy rights takes the URL or the id of an article, --at TIME and --json")
        at = _time(opts.at) if opts.at is not None else None
        settings = RunSettings.from_settings(self.settings)
        file = state_file(settings.state_url)
        engine = None if file is not None and not file.exists() else open_for_reading(settings.state_url)
        agent = self.settings.get("ROBOTSTXT_USER_AGENT") or self.settings.get("USER_AGENT")
        archive = RightsArchive(documents_place(settings.data_dir, settings.feeds_url))
        articles = ArticleRecords(engine, PublishedFeeds(open_store(settings.feeds_url)))
        found = reserved(args[0].strip(), at, articles, archive, agent, Catalog(settings.profiles))
        if opts.json:
            print_json(asdict(found))
        else:
            _show(found, archive)
        return 0


def _time(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        takes = "it takes ISO 8601, such as 2025-12-01T10:00+01:00 or 2025-12-01"
        raise UsageError(f"--at {value!r} is not a time; {takes}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _show(found: Reserved, archive: RightsArchive) -> None:
    lines = [f"{found.id or 'no stored article'}  {found.url}"]
    if found.revision is not None:
        lines.append(f"revision {found.revision}, fetched {found.date_fetched}, run {found.run}")
    else:
        lines.append("no feed has a record of it from that time: only documents of its site are known")
    if found.at:
        lines.append(f"as of {found.at}")
    if not found.signals:
        lines.append("no signal was found")
    print(*lines, sep="\n")
    if found.signals:
        print_table(COLUMNS, [_row(signal) for signal in found.signals])
    for each in found.documents:
        path = archive.address(each) or "(there was none)"
        print(f"{each.document}: {path}, seen from {each.first_seen} to {each.last_seen}")


def _row(signal: dict[str, Any]) -> tuple[str, ...]:
    return (*(signal[name] for name in ("source", "name", "value", "scope", "date_fetched")), signal["sha256"][:16])
