"""In messages, nouns agree with their numbers (``portalcrawl/plurals.py``)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "portalcrawl"
COUNTED = (
    "addresses|articles|bytes|characters|children|documents|entries|errors|feeds|files|hosts|jobs|lines|links|nodes|"
    "others|pages|points|portals|profiles|records|requests|revisions|rows|runs|sitemaps|states|teasers|workers"
)
FIXED = re.compile(rf" (?:(?!of )[a-z]+ )?(?:{COUNTED})\b")
"""What must not follow a number: a noun in the plural, perhaps after one adjective."""
NUMBER = re.compile(rf"%[,.\d]*[df] (?:[a-z]+ )?(?:{COUNTED})\b")
NEVER_ONE = {
    "len(text)": "more than are shown",
    "len(url)": "more than are allowed",
    "len(status.entries)": "more than are shown",
    "MIN_ON_HOST": "a constant",
    "needed": "files of a run beside those of its portals",
    "counts['start_pages']": "of which some could not be read",
    "pages": "of which more than MIN_REPEATED gave nothing new",
    "pages + errors": "of which more than MIN_FAILED failed",
    "number": "a feed has more bytes than one",
    "size": "a feed, and what waits in the outbox, have more bytes than one",
    "url": "an address",
    "scrapyd.node.name": "a name",
    "entry.kind.replace('_', ' ')": "a kind",
}
"""Values that are not a number, or never 1: expression -> reason."""


def fixed_plurals(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            for value, text in zip(node.values, node.values[1:], strict=False):
                if not isinstance(value, ast.FormattedValue) or ast.unparse(value.value) in NEVER_ONE:
                    continue
                if isinstance(text, ast.Constant) and FIXED.match(str(text.value)):
                    yield f"line {node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and NUMBER.search(node.value):
            yield f"line {node.lineno}: {node.value}"


def test_the_search_finds_them() -> None:
    assert len([*fixed_plurals('f"{n} articles"; f"{n:,} new pages, {m} x"; "%d runs"; f"{name} has no hosts"')]) == 3


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_message_has_a_number_with_a_fixed_plural(path: Path) -> None:
    assert not [*fixed_plurals(path.read_text("utf-8"))]
