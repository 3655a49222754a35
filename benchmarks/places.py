"""The folders of the saved pages and their scorers, and the page for results.

The pages are beside the repository, or in the folder in PORTALCRAWL_SHARED.
"""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("PORTALCRAWL_SHARED") or ROOT.parent / "shared").resolve()
CORPUS = SHARED / "corpus"
TOOLS = SHARED / "tools"
REPORT = ROOT / "docs" / "benchmarks.md"


def demand_corpus() -> None:
    """End with one line if there are no saved pages."""
    if not CORPUS.is_dir():
        sys.exit(f"There are no saved pages in {CORPUS}; set PORTALCRAWL_SHARED to the folder with corpus/ and tools/.")


def machine(*packages: str) -> str:
    """Return the date, the machine and the versions of *packages* as text."""
    versions = "".join(f", {name} {version(name)}" for name in packages)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}{versions}."
    )


def write_section(name: str, text: str) -> None:
    """Put *text* into docs/benchmarks.md between the marks of section *name*."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    page = REPORT.read_text(encoding="utf-8") if REPORT.exists() else "# Benchmarks\n"
    block = f"{begin}\n{text.strip()}\n{end}"
    if begin in page:
        head, rest = page.split(begin, 1)
        page = head + block + rest.split(end, 1)[1]
    else:
        page = page.rstrip("\n") + "\n\n" + block + "\n"
    REPORT.write_text(page, encoding="utf-8")
