"""Scores of predictions by the scorers that lie beside the saved pages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from places import CORPUS, TOOLS


def score_articles(name: str, predictions: Path) -> dict[str, dict[str, float]]:
    """Return the scores of a set of pages, for ``all`` of them and the ``german`` ones."""
    found: dict[str, dict[str, float]] = _scored("score_articles.py", name, predictions)
    return found


def score_teasers(predictions: Path) -> dict[str, Any]:
    """Return the mean scores over the pages with known teasers, and the sums of what was counted there."""
    found = _scored("score_teasers.py", "teasers", predictions)
    return {**found["mean"], **found["sum"]}


def _scored(tool: str, name: str, predictions: Path) -> Any:
    command = [sys.executable, TOOLS / tool, "--gold", CORPUS / name / "gold.jsonl", "--pred", predictions, "--json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
