"""``scrapy doctor``: whether the installation is sound, and the commands that mend what is not."""

from __future__ import annotations

import argparse
from typing import ClassVar

from scrapy.commands import ScrapyCommand

from portalcrawl.commands.exit_lines import in_one_line
from portalcrawl.commands.installation import examine
from portalcrawl.errors import UsageError


class Command(ScrapyCommand):
    """Looks at versions, the data folder and the browser."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, object]] = {"LOG_ENABLED": False}

    def short_desc(self) -> str:
        """One line for ``scrapy -h``."""
        return "Check the installation (versions, data folder, browser) and say what mends it"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check it; exit code 1 where something is broken."""
        self.exitcode = in_one_line(lambda: self._examine(args))

    def _examine(self, args: list[str]) -> int:
        if args:
            raise UsageError(f"scrapy doctor: unknown argument {args[0]!r}; it takes none")
        assert self.settings is not None
        broken = 0
        for finding in examine(self.settings):
            print(f"{'ok     ' if finding.mend is None else 'BROKEN '} {finding.part}: {finding.said}", flush=True)
            if finding.mend is not None:
                broken += 1
                print(f"        mend it: {finding.mend}", flush=True)
        return 1 if broken else 0
