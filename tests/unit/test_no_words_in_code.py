"""Words of natural languages are in the vocabulary, not in code."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from portalcrawl.vocabulary import languages

PACKAGE = Path(__file__).parents[2] / "portalcrawl"
FILES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.relative_to(PACKAGE).parts[0] not in ("vocabulary", "demo")  # the words, and pages made for tests
]
MOST_ALTERNATIVES = 2
ALTERNATIVES = re.compile(r"(?<![\\\w])[^\W\d_]{2,}(?:[?*+]|\([^()]*\)\?)*(?:\|[^\W\d_]{2,}(?:[?*+]|\([^()]*\)\?)*)+")
WORD = re.compile(r"[^\W\d_]+")
EXCEPTIONS = {
    "extraction/declared/json_ld.py": "types of schema.org",
    "extraction/declared/microdata.py": "types of schema.org",
    "extraction/dom/visibility.py": "properties and values of CSS",
    "scheduling/schedule_file.py": "names of settings that hold secrets",
    "text/charsets.py": "names of Python's codecs",
    "urls/canonical.py": "extensions of pages",
    "urls/url_keys.py": "extensions of pages",
}
"""Files with alternatives that are not words of natural languages -> what they are."""


@cache
def texts(path: Path) -> list[ast.Constant]:
    """Strings in *path* other than docstrings; of f-strings the literal parts."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone)
    return [node for node in constants if isinstance(node.value, str)]


def alternatives(text: str) -> list[str]:
    """The longest run of alternatives of words in a regular expression."""
    return max((match[0].split("|") for match in ALTERNATIVES.finditer(text)), key=len, default=[])


@cache
def foreign_words() -> frozenset[str]:
    """Words of the vocabulary that no English text has."""
    words = {tag: set(map(str.lower, WORD.findall(repr(tables)))) for tag, tables in languages().items()}
    every = set().union(*(found for tag, found in words.items() if tag != "en"))
    return frozenset(word for word in every - words["en"] if len(word) > 1 and (not word.isascii() or word in GERMAN))


GERMAN = frozenset(
    WORD.findall("""
        uhr und von vor heute gestern stand mehr weiterlesen lesen kommentare artikel beitrag meldung seite anzeige
        werbung foto bild quelle aktualisiert abo anmelden kostenlos telefon nachrichten startseite redaktion autor
    """)
)
"""ASCII words of the language that most rules were written for: others are too often words of code."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_code_has_no_lists_of_words(path: Path) -> None:
    if str(path.relative_to(PACKAGE)) in EXCEPTIONS:
        return
    for node in texts(path):
        found = alternatives(node.value)
        assert len(found) <= MOST_ALTERNATIVES, f"{path}:{node.lineno}: {found} belong into portalcrawl/vocabulary"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_code_has_no_words_of_other_languages(path: Path) -> None:
    for node in texts(path):
        found = foreign_words().intersection(map(str.lower, WORD.findall(node.value)))
        assert not found, f"{path}:{node.lineno}: {found} belong into portalcrawl/vocabulary"


def test_exceptions_are_needed() -> None:
    for name in EXCEPTIONS:
        path = PACKAGE / name
        lists = [found for node in texts(path) if len(found := alternatives(node.value)) > MOST_ALTERNATIVES]
        words = any(len(node.value.split()) > 10 for node in texts(path))
        assert lists or words, f"{name} needs no exception"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("(?:seite|page|pagina)-", 3),
        (r"\b(?:tel|téléphone|fax)\b", 3),
        ("icons?|logos?|pixel", 3),
        ("html?|php", 2),
        ("a|b", 0),
    ],
)
def test_lists_of_words_are_found(text: str, length: int) -> None:
    assert len(alternatives(text)) == length
