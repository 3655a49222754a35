"""Scores of predictions by the scorers beside the saved pages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Set
from pathlib import Path
from typing import Any

from places import CORPUS, ROOT, TOOLS

MISSES = ROOT / "docs" / "benchmarks-misses.md"
_ROW = re.compile(r"^\| (\w+) \| gold \|", re.MULTILINE)


def score_articles(name: str, predictions: Path, without: Set[str] = frozenset()) -> dict[str, dict[str, float]]:
    """Return the scores of a set of pages but those *without*, for ``all`` of them and the ``german`` ones."""
    found: dict[str, dict[str, float]] = _scored("score_articles.py", name, predictions, without)
    return found


def faulty_gold(heading: str) -> frozenset[str]:
    """Return the pages whose gold is known to be wrong, by the table under *heading* of the list of misses."""
    text = MISSES.read_text(encoding="utf-8")
    table = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return frozenset(_ROW.findall(table))


def score_teasers(predictions: Path) -> dict[str, Any]:
    """Return the mean scores over the pages with known teasers, and the sums of what was counted there."""
    found = _scored("score_teasers.py", "teasers", predictions)
    return {**found["mean"], **found["sum"]}


def _scored(tool: str, name: str, predictions: Path, without: Set[str] = frozenset()) -> Any:
    rows = (CORPUS / name / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        gold = Path(folder) / "gold.jsonl"
        gold.write_text("".join(f"{row}\n" for row in rows if json.loads(row)["id"] not in without), encoding="utf-8")
        command = [sys.executable, TOOLS / tool, "--gold", gold, "--pred", predictions, "--json"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
