"""``scrapy fleet``: crawls by a schedule on many machines."""

from __future__ import annotations

import argparse
from pathlib import Path

from portalcrawl.command import ProjectCommand
from portalcrawl.errors import UsageError
from portalcrawl.extras import require_extra

OPERANDS = {"init": 0, "apply": 1, "worker": 0, "status": 0, "once": 1}
"""Action -> number of operands."""
TAKES = "scrapy fleet takes one of init, apply FILE, worker [--concurrency N], status [--json], once NAME"


class Command(ProjectCommand):
    """Creates the tables, applies a schedule, runs a worker, shows the status, or starts an entry."""

    def syntax(self) -> str:
        return "init | apply FILE | worker [--concurrency N] | status [--json] | once NAME"

    def short_desc(self) -> str:
        return "Crawl on many machines: PostgreSQL, workers, an object store"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--concurrency", metavar="N", help="worker: concurrent runs (default: 8)")
        parser.add_argument("--json", action="store_true", help="status: print JSON")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        action, *operands = args or [""]
        misplaced = (opts.concurrency is not None and action != "worker") or (opts.json and action != "status")
        if OPERANDS.get(action) != len(operands) or misplaced:
            raise UsageError(TAKES)
        require_extra("fleet", "procrastinate", "psycopg")
        from portalcrawl.fleet import actions

        if action == "init":
            return actions.init(self.settings)
        if action == "apply":
            return actions.apply(self.settings, Path(operands[0]).expanduser())
        if action == "worker":
            return actions.worker(self.settings, opts.concurrency)
        if action == "status":
            return actions.status(self.settings, as_json=opts.json)
        return actions.once(self.settings, operands[0])
