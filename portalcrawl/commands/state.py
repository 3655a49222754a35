"""``scrapy state``: shows the state per portal and the last runs; forgets and requeues articles."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from portalcrawl.command import ProjectCommand
from portalcrawl.errors import UsageError
from portalcrawl.plurals import counted
from portalcrawl.runs.arguments import parse_age
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.storage.database import open_existing, state_file
from portalcrawl.storage.maintenance import Maintenance
from portalcrawl.storage.outbox import Backlog, Outbox
from portalcrawl.storage.read_only import open_for_reading
from portalcrawl.storage.run_history import PastRun, RunHistory
from portalcrawl.terminal import Column, print_json, print_table

MINUTE = "%Y-%m-%d %H:%M"
DEFAULT_RUNS = 20
MAX_RUNS = 10**9
STATE_COLUMNS = (
    Column("portal"), Column("status", is_level=True), Column("articles", is_number=True), Column("oldest (UTC)")
)  # fmt: skip
RUN_COLUMNS = (
    *(Column("run"), Column("portal"), Column("finished"), Column("reason")),
    *(Column("articles", is_number=True), Column("teasers", is_number=True), Column("verdict", is_level=True)),
)
REQUEUABLE = ("failed", "gone", "moved", "blocked", "skipped", "unreadable")


class Command(ProjectCommand):
    """Shows the state or the last runs, forgets old articles, or requeues failed ones."""

    def syntax(self) -> str:
        return "[--json] [--runs [N]] | --forget AGE | --requeue STATUS"

    def short_desc(self) -> str:
        return "Show the known articles per portal or the last runs, forget old articles, requeue failed ones"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--runs", metavar="N", nargs="?", const=str(DEFAULT_RUNS), help=f"the last N runs (default: {DEFAULT_RUNS})"
        )
        parser.add_argument(
            "--json", action="store_true", help="print JSON: one object, or with --runs an array of runs, newest first"
        )
        parser.add_argument(
            "--forget", metavar="AGE", help="delete articles not pending that no crawl has seen for AGE (90d, 52w)"
        )
        parser.add_argument("--requeue", metavar="STATUS", help=f"make pending again: {', '.join(REQUEUABLE)}")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        actions = [each for each in (opts.runs, opts.forget, opts.requeue) if each is not None]
        if args or len(actions) > 1 or (opts.json and (opts.forget or opts.requeue)):
            raise UsageError("scrapy state takes [--json], --runs [N] [--json], --forget AGE or --requeue STATUS")
        runs = _number(opts.runs) if opts.runs is not None else None
        age = _age(opts.forget) if opts.forget is not None else None
        if opts.requeue is not None and opts.requeue not in REQUEUABLE:
            raise UsageError(f"--requeue {opts.requeue!r} is not a status; it takes one of {', '.join(REQUEUABLE)}")
        settings = RunSettings.from_settings(self.settings)
        changes = age is not None or opts.requeue is not None
        engine = (open_existing if changes else open_for_reading)(settings.state_url)
        maintenance = Maintenance(engine)
        if runs is not None:
            show_runs(RunHistory(engine), runs, as_json=opts.json)
        elif age is not None:
            forgotten = maintenance.forget((datetime.now(UTC) - age).timestamp())
            print(f"{counted(forgotten, 'article')} forgotten")
        elif opts.requeue:
            requeued = maintenance.requeue(opts.requeue)
            print(f"{counted(requeued, 'article is', 'articles are')} pending again")
        else:
            _show(maintenance, state_file(settings.state_url), Outbox(engine).backlog(), as_json=opts.json)
        return 0


def _number(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or not 0 < int(value) <= MAX_RUNS:
        raise UsageError(f"--runs {value!r} is not a number of runs; it takes a whole number from 1")
    return int(value)


def _age(value: str) -> timedelta:
    age = parse_age(value.strip())
    if not age:
        raise UsageError(f"--forget {value!r} is not an age; it takes one such as 90d or 52w")
    return age


def _show(maintenance: Maintenance, file: Path | None, backlog: Backlog, *, as_json: bool) -> None:
    counts, size = maintenance.counts(), file.stat().st_size if file else None
    if as_json:
        articles = [
            {"portal": count.portal, "status": count.status, "articles": count.number, "oldest": _iso(count.oldest)}
            for count in counts
        ]
        place = {"file": str(file) if file else None, "bytes": size}
        oldest = _iso(backlog.oldest) if backlog.oldest is not None else None
        print_json({"articles": articles, **place, "not_yet_published": {**asdict(backlog), "oldest": oldest}})
        return
    rows = [
        (count.portal, count.status, f"{count.number:,}", f"{datetime.fromtimestamp(count.oldest, UTC):{MINUTE}}")
        for count in counts
    ]
    print_table(STATE_COLUMNS, rows)
    if size is not None:
        print(f"{file}: {size / 1e6:,.1f} MB")
    if backlog.records:
        print(_not_yet_published(backlog))


def _iso(moment: float) -> str:
    """Return *moment* (Unix seconds) as ISO 8601 in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _not_yet_published(backlog: Backlog) -> str:
    ended = ""
    if backlog.oldest is not None:
        since = datetime.fromtimestamp(backlog.oldest, UTC).strftime(MINUTE)
        waiting = counted(backlog.runs, "run has ended and waits", "runs have ended and wait")
        ended = f"; {waiting} for it, the oldest since {since} UTC"
    return f"not yet published: {counted(backlog.records, 'line')}, {backlog.size / 1e6:,.1f} MB{ended}"


def show_runs(history: RunHistory, number: int, *, as_json: bool) -> None:
    """Print the last *number* runs, newest first."""
    manifests = [_as_manifest(run, history) for run in history.last(number)]
    if as_json:
        print_json(manifests)
        return
    rows = []
    for run in manifests:
        counts, verdict = run["counts"], run["verdict"]
        outcome = "; ".join([verdict["level"], *verdict["reasons"]]) if verdict else ""
        records = (str(counts.get(kind, "")) for kind in ("articles", "teasers"))
        rows.append((run["run"], run["portal"], run["finished"] or "", run["finish_reason"] or "", *records, outcome))
    print_table(RUN_COLUMNS, rows)


def _as_manifest(run: PastRun, history: RunHistory) -> dict[str, Any]:
    """Return *run* in the form of a manifest; ``finished`` and ``verdict`` are None if it has not ended."""
    feeds = [{**asdict(feed), "bytes": max(0, feed.bytes)} for feed in history.feeds_of(run.run)]
    return {
        "run": run.run,
        "portal": " ".join(run.portals),
        "arguments": run.arguments,
        "started": run.started,
        "finished": run.finished,
        "finish_reason": run.finish_reason,
        "feeds": feeds,
        "counts": run.counts,
        "verdict": {"level": run.verdict, "reasons": list(run.reasons)} if run.finished else None,
    }
