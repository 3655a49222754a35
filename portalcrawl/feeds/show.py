"""Prints the first records of the newest feeds: ``python -m portalcrawl.feeds.show FOLDER``."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from portalcrawl.plurals import counted

LINES = 5
ARTICLE = ("date_published", "source", "agency", "section", "headline")
TEASER = ("date_published", "comment_count", "headline", "snippet")
TEXTS = ("headline", "snippet")
"""Columns that are truncated at the edge of the terminal."""
WIDTH = 120
"""Width in characters if standard output is not a terminal."""


def main(folder: Path) -> int:
    """Print the first records of the feeds in the newest manifest in *folder*; return the exit code."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    manifests = sorted(folder.glob("manifest-*.json"))
    if not manifests:
        sys.stderr.write(f"portalcrawl: no run has published anything in {folder} yet\n")
        return 1
    manifest = json.loads(manifests[-1].read_bytes())
    for feed in manifest["feeds"]:
        columns = ARTICLE if feed["kind"] == "articles" else TEASER
        size = f"{counted(feed['records'], 'record')}, {feed['bytes'] / 1e6:.1f} MB"
        console.print(f"\n{folder / feed['file']}: {size}", soft_wrap=True, highlight=False)
        console.print(_table(folder / feed["file"], columns))
    if not manifest["feeds"]:
        console.print(f"The run {manifest['run']} found nothing new. Feeds of earlier runs: {folder}")
    return 0


def _table(path: Path, columns: tuple[str, ...]) -> Table:
    """Return the first records of *path* as a table."""
    table = Table(box=None, pad_edge=False, expand=True)
    for name in columns:
        is_text = name in TEXTS
        table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=1 if is_text else None)
    with path.open(encoding="utf-8") as lines:
        for line in islice(lines, LINES):
            record = json.loads(line)
            table.add_row(*(_text(name, record[name]) for name in columns))
    return table


def _text(name: str, value: Any) -> str:
    text = "" if value is None else str(value)
    return text[:16].replace("T", " ") if name == "date_published" else text


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
