"""Shows what published feeds hold: ``python -m portalcrawl.feeds.show FOLDER``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

LINES = 5
ARTICLE = ("date_published", "source", "agency", "section", "headline")
TEASER = ("date_published", "comment_count", "agency", "headline", "snippet")


def main(folder: Path) -> int:
    """Show the first lines of the feeds of the newest manifest in *folder*; return the exit code."""
    console = Console()
    manifests = sorted(folder.glob("manifest-*.json"))
    if not manifests:
        sys.stderr.write(f"portalcrawl: no run has published anything in {folder} yet\n")
        return 1
    manifest = json.loads(manifests[-1].read_bytes())
    for feed in manifest["feeds"]:
        columns = ARTICLE if feed["kind"] == "articles" else TEASER
        title = f"{folder / feed['file']}: {feed['records']:,} records, {feed['bytes'] / 1e6:.1f} MB"
        console.print(_table(folder / feed["file"], title, columns))
    if not manifest["feeds"]:
        console.print(f"The run {manifest['run']} found nothing new. Feeds of earlier runs: {folder}")
    return 0


def _table(path: Path, title: str, columns: tuple[str, ...]) -> Table:
    table = Table(*columns, title=title, title_justify="left", show_lines=False)
    with path.open(encoding="utf-8") as lines:
        for line, _ in zip(lines, range(LINES), strict=False):
            record = json.loads(line)
            table.add_row(*("" if record[name] is None else str(record[name])[:60] for name in columns))
    table.add_row(*("..." for _ in columns))
    return table


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
