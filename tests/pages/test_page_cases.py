"""Each saved page gives what its case demands. A case is a folder under ``tests/pages/<portal>/``: see docs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.page_cases import inspect_page, read_case

import portalcrawl
from portalcrawl.commands.inspection.page_cases import EXPECTED, expected
from portalcrawl.explanation import explain
from portalcrawl.extraction.needs_browser import needs_browser
from portalcrawl.extraction.page import Page
from portalcrawl.extraction.pagination import next_page
from portalcrawl.loaders.article import read_article
from portalcrawl.reading import read
from portalcrawl.reasons import REASONS, reason_id

PAGES = Path(__file__).parent
PACKAGE = Path(portalcrawl.__file__).parent
LONGEST_KEY = 40
"""Characters of a block by which a case names it."""


def blocks_of(page: Page) -> dict[str, str]:
    """Return the beginning of each block's text, or its kind, with its owner and the id of the reason.

    A text that stands there already has `` (again)`` behind it.
    """
    found: dict[str, str] = {}
    for block, owner in zip(page.walk.blocks, explain(page).blocks, strict=True):
        name = block.text[:LONGEST_KEY] or block.kind
        found.setdefault(f"{name} (again)" if name in found else name, f"{owner}: {reason_id(owner.reason)}")
    return found


def fields_of(page: Page) -> dict[str, list[str]]:
    """Return each field of the article with its candidates in order of trust: source and id of the reason."""
    decided = explain(page).fields
    return {field: [f"{each.source}: {reason_id(each.reason)}" for each in found] for field, found in decided.items()}


def teaser_fields_of(page: Page) -> list[dict[str, str]]:
    """Return the fields of each teaser: source and id of the reason."""
    found = explain(page).teasers
    return [{field: f"{each.source}: {reason_id(each.reason)}" for field, each in given.items()} for given in found]


def why_of(page: Page) -> dict[str, list[str]]:
    """Return the ids of the reasons for the page type and each field."""
    return {name: list(map(reason_id, reasons)) for name, reasons in read(page).why.items()}


ASKED: dict[str, Callable[[Page], Any]] = {
    "sources": lambda page: read_article(page).sources,
    "needs_browser": needs_browser,
    "next_page": next_page,
    "blocks": blocks_of,
    "fields": fields_of,
    "teaser_fields": teaser_fields_of,
    "why": why_of,
}
"""Keys of expected.json that ``scrapy inspect --save`` does not write."""
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


def test_every_reason_is_named_by_a_case() -> None:
    named: set[str] = set()
    for case in CASES:
        demanded = json.loads((case / EXPECTED).read_text("utf-8"))
        named.update(*demanded.get("why", {}).values())
        told = list(demanded.get("blocks", {}).values())
        told += [each for values in demanded.get("fields", {}).values() for each in values]
        told += [each for fields in demanded.get("teaser_fields", ()) for each in fields.values()]
        named.update(each.rpartition(": ")[2] for each in told)
    assert named == set(REASONS)


def test_every_reason_is_given_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.name != "reasons.py")
    assert [name for name in REASONS if f'"{name}"' not in code and not name.startswith("card-")] == []
