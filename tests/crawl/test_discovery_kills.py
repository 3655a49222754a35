"""Killed runs write once what feeds and sitemaps list: a short ``python tests/support/discovery_chaos.py``."""

from __future__ import annotations

from pathlib import Path

from support.discovery_chaos import kills


def test_killed_at_random_steps(tmp_path: Path) -> None:
    report = kills(4, 3, tmp_path)
    assert report.articles >= 4
    assert report.faults == []
