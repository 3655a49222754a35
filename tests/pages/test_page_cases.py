"""Each saved page gives what its case demands. A case is a folder under ``tests/pages/<portal>/``: see docs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portalcrawl.commands.inspection.page_cases import EXPECTED, expected, inspect_page, read_case
from portalcrawl.extraction.needs_browser import needs_browser
from portalcrawl.extraction.page import Page
from portalcrawl.extraction.pagination import next_page
from portalcrawl.loaders.article import read_article

PAGES = Path(__file__).parent
ASKED: dict[str, Callable[[Page], Any]] = {
    "sources": lambda page: read_article(page).sources,
    "needs_browser": needs_browser,
    "next_page": next_page,
}
"""What a case can demand beside what ``scrapy inspect --save`` writes."""
CASES = sorted(path.parent for path in PAGES.glob(f"*/*/{EXPECTED}"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(PAGES)))
def test_a_saved_page(case: Path) -> None:
    page, demanded = read_case(case)
    found = expected(inspect_page(page)) | {part: ask(page) for part, ask in ASKED.items() if part in demanded}
    assert set(demanded) <= set(found)
    assert demanded
    for part, wanted in demanded.items():
        assert _like(found[part], wanted) == wanted, part


def _like(found: Any, wanted: Any) -> Any:
    """Return *found* without the fields that *wanted* leaves out."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return {name: _like(value, wanted[name]) for name, value in found.items() if name in wanted}
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        return [_like(each, like) for each, like in zip(found, wanted, strict=True)]
    return found
