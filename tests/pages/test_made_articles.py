"""Made article pages are read as they were meant: ``python tools/make_articles.py`` makes many more of them."""

from __future__ import annotations

from collections import Counter

import pytest
from article_pages.check import faults_of
from article_pages.markups import TABLES
from article_pages.pages import make_page
from article_pages.story import languages

PAGES = 120
MOST_WITH_FAULTS = 0.25
RARE = frozenset(("missing text (first)", "headline", "date instant", "date clock"))
"""Kinds of faults that at most one of the pages may have."""


@pytest.fixture(scope="module")
def faults() -> list[list[tuple[str, str]]]:
    return [faults_of(make_page(number)) for number in range(PAGES)]


def test_few_pages_have_faults(faults: list[list[tuple[str, str]]]) -> None:
    assert sum(map(bool, faults)) <= MOST_WITH_FAULTS * PAGES


def test_grave_faults_are_rare(faults: list[list[tuple[str, str]]]) -> None:
    counted = Counter(kind for page in faults for kind in {kind for kind, _ in page})
    assert {kind: count for kind, count in counted.items() if kind in RARE and count > 1} == {}


def test_a_number_makes_the_same_page_again() -> None:
    assert make_page(7).html == make_page(7).html


def test_all_markups_and_languages_are_made() -> None:
    made = [make_page(number).forms for number in range(400)]
    assert {forms["skeletons"] for forms in made} == set(TABLES["skeletons"])
    assert {forms["language"].partition("-")[0] for forms in made} == set(languages())


def test_what_is_not_read_is_found() -> None:
    made = make_page(3)
    made.story.parts[0] = type(made.story.parts[0])("text", "Nobody wrote this.")
    assert "missing text (inner)" in {kind for kind, _ in faults_of(made)}
