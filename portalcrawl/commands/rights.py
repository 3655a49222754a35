"""``scrapy rights``: shows what the publisher of a page reserved when it was fetched, or at another time."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from portalcrawl.command import ProjectCommand
from portalcrawl.errors import UsageError
from portalcrawl.feeds.store.locating import open_store
from portalcrawl.feeds.store.published import PublishedFeeds
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.runs.article_records import ArticleRecords
from portalcrawl.runs.rights_archive import documents_place
from portalcrawl.runs.rights_record import Reserved, RightsRecord
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.storage.database import open_database, state_file

WIDTH = 200
"""Columns if standard output is no terminal."""


class Command(ProjectCommand):
    """Shows robots.txt, tdmrep.json, headers and meta tags that speak of the use of a page."""

    def syntax(self) -> str:
        return "URL|ID [--at TIME] [--json]"

    def short_desc(self) -> str:
        return "Show what the publisher of a page reserved when it was fetched, or at a time"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--at", metavar="TIME", help="2025-12-01T10:00+01:00, or 2025-12-01; UTC without an offset")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1 or not args[0].strip() or args[0].startswith("-"):
            raise UsageError("scrapy rights takes the address or the id of an article, --at TIME and --json")
        at = _time(opts.at) if opts.at is not None else None
        assert self.settings is not None
        settings = RunSettings.from_settings(self.settings)
        file = state_file(settings.state_url)
        engine = None if file is not None and not file.exists() else open_database(settings.state_url)
        agent = self.settings.get("ROBOTSTXT_USER_AGENT") or self.settings.get("USER_AGENT")
        archive = RightsArchive(documents_place(settings.data_dir, settings.feeds_url))
        articles = ArticleRecords(engine, PublishedFeeds(open_store(settings.feeds_url)))
        reserved = RightsRecord(articles, archive, agent).reserved(args[0].strip(), at)
        if opts.json:
            print(json.dumps(asdict(reserved), ensure_ascii=False, indent=1))
        else:
            _show(reserved, archive)
        return 0


def _time(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        takes = "it takes ISO 8601, such as 2025-12-01T10:00+01:00 or 2025-12-01"
        raise UsageError(f"--at {value!r} is no time; {takes}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _show(reserved: Reserved, archive: RightsArchive) -> None:
    console = Console() if Console().is_terminal else Console(width=WIDTH)
    console.print(reserved.id or "no stored article", reserved.url, sep="  ", highlight=False, markup=False)
    if reserved.revision is not None:
        said = f"revision {reserved.revision}, fetched {reserved.date_fetched}, run {reserved.run}"
        console.print(said, highlight=False, markup=False)
    else:
        console.print("no feed has a record of it from then: only documents of its site are known", highlight=False)
    if reserved.at:
        console.print(f"as of {reserved.at}", highlight=False)
    if reserved.signals:
        table = Table("source", "name", "value", "scope", "fetched", "SHA-256")
        for signal in reserved.signals:
            values = (signal["source"], signal["name"], signal["value"], signal["scope"], signal["date_fetched"])
            table.add_row(*map(_plain, values), signal["sha256"][:16])
        console.print(table)
    else:
        console.print("no signal was found", highlight=False)
    for each in reserved.documents:
        path = archive.address(each) or "(there was none)"
        line = f"{each.document}: {path}, seen from {each.first_seen} to {each.last_seen}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
