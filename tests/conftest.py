"""Marks slow tests, and skips tests that need files from outside the repository where these are missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.shared import SHARED

FAST_FOLDERS = {"unit", "pages"}
"""Their tests start no process; all others run crawls, browsers or Scrapyd."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skip = pytest.mark.skip(reason=f"no saved pages at {SHARED}: PORTALCRAWL_SHARED names their folder")
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] not in FAST_FOLDERS:
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("shared") and not SHARED.is_dir():
            item.add_marker(skip)
