"""Runs that share a state and a store lose and duplicate nothing: a short ``python tests/support/fleetchaos.py``."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from support.fleetchaos import FAULTS, every_step, random_faults

LAST = (3, 6, 9, 14)
"""Steps counted from the end."""


@pytest.mark.long
def test_one_fault_of_each_kind(tmp_path: Path) -> None:
    done, report = random_faults(len(FAULTS), random.Random(3), tmp_path, longest=1.5, max_depth=1)
    assert sum(done.values()) == len(FAULTS)
    assert report.commits
    assert report.faults == []


@pytest.mark.long
def test_killed_at_the_last_steps(tmp_path: Path) -> None:
    """Last commit, end of the run, uploads, manifest, clean-up."""
    report = every_step(tmp_path, only=lambda step, steps: steps - step in LAST, max_depth=0)
    assert report.kills
    assert report.faults == []
