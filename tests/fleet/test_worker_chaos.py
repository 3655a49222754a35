"""Harmed workers lose and double nothing: a short version of ``python tests/support/worker_chaos.py``."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.worker_chaos import run_chaos


@pytest.mark.long
def test_a_fleet_that_is_harmed(tmp_path: Path) -> None:
    report = run_chaos(faults=8, seed=5, folder=tmp_path, portals=6, workers=2)
    assert report.harm.total() == 8
    assert report.articles
    assert report.faults == []
