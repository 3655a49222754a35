"""Killed runs write each observation once: a short version of ``python tests/support/observation_chaos.py``."""

from __future__ import annotations

from pathlib import Path

from support.observation_chaos import kills


def test_killed_at_random_steps(tmp_path: Path) -> None:
    report = kills(4, 3, tmp_path)
    assert report.observations > 26
    assert report.faults == []
