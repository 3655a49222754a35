"""Tests that need what lies beside the repository are skipped where it is not there, and say so."""

from __future__ import annotations

import pytest
from support.shared import SHARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARED.is_dir():
        return
    skip = pytest.mark.skip(reason=f"no saved pages at {SHARED}: PORTALCRAWL_SHARED names their folder")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(skip)
