"""The examples in docs/export.md that read an export, run unchanged."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.commandline import ROOT
from support.export_kills import export_to
from support.feeds import article, publish, teaser

PAGE = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("package", ["pandas", "polars", "duckdb"])
def test_the_example_shows_the_newest_revision_of_each_article(tmp_path: Path, package: str) -> None:
    feeds = tmp_path / "data" / "feeds"
    publish(feeds, "20251202T101500Z-aaaaaa", {"articles": [article(1), article(2)], "teasers": [teaser(1)]})
    again = article(1, revision=2, agency="dts", date_fetched="2026-01-02T17:20:00+00:00")
    publish(feeds, "20260102T101500Z-bbbbbb", {"articles": [again]})
    export_to("parquet", str(tmp_path / "dataset"), feeds)
    (code,) = [example for example in EXAMPLES if re.search(rf"^import {package}\b", example, re.MULTILINE)]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"dpa\W+1\b", done.stdout), done.stdout
    assert re.search(r"dts\W+1\b", done.stdout), done.stdout


def test_the_page_names_every_package_it_tests() -> None:
    assert len(EXAMPLES) == 3
