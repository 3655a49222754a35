"""``scrapy schema``: prints the JSON Schema of the files that a run publishes."""

from __future__ import annotations

import argparse
import json

from portalcrawl.command import ProjectCommand
from portalcrawl.errors import UsageError
from portalcrawl.schema import KINDS, json_schema


class Command(ProjectCommand):
    """Prints a JSON Schema (draft 2020-12)."""

    def syntax(self) -> str:
        return "|".join(KINDS)

    def short_desc(self) -> str:
        return "Print the JSON Schema of an article, a teaser, an observation or a manifest"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        if len(args) != 1 or args[0] not in KINDS:
            raise UsageError(f"scrapy schema takes one of {', '.join(KINDS)}")
        print(json.dumps(json_schema(args[0]), ensure_ascii=False, indent=2), flush=True)
        return 0
