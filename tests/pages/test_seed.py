"""The seed page is read completely out of markups that have only its text in common."""

from __future__ import annotations

import pytest
from support.seed import later_markups, markups, noisy_markup, row_markups
from support.seed.checks import article_of, differences, faults_of, page_of, teasers_of, wanted_article, wanted_teaser
from support.seed.random_markup import Mix
from support.seed.text import HOST, seed

from portalcrawl.extraction.page import Page
from portalcrawl.items import Article, Teaser

pytestmark = pytest.mark.shared
MARKUPS = {
    "semantic": markups.semantic,
    "tables": markups.tables,
    "soup": markups.soup,
    "lists": markups.lists,
    "flat": markups.flat,
    "noisy": noisy_markup.noisy,
    "application": later_markups.application,
    "old paper": later_markups.old_paper,
    "mobile": later_markups.mobile,
    "rows": row_markups.rows,
    "paragraphs": row_markups.paragraphs,
    "one cell": row_markups.one_cell,
    "definition cards": row_markups.definition_cards,
}


@pytest.fixture(params=MARKUPS, scope="module")
def page(request: pytest.FixtureRequest) -> Page:
    return page_of(MARKUPS[request.param](seed()))


@pytest.fixture(scope="module")
def article(page: Page) -> Article:
    return article_of(page)


@pytest.fixture(scope="module")
def teasers(page: Page) -> dict[str, Teaser]:
    return teasers_of(page)


def test_page_is_an_article(page: Page) -> None:
    assert page.page_type == "article"


@pytest.mark.parametrize(
    "fields",
    [
        ("id", "portal", "canonical_url"),
        ("headline", "kicker"),
        ("description", "article_body"),
        ("date_published", "date_published_precision"),
        ("source", "authors", "agency", "dateline"),
        ("section", "keywords"),
        ("comment_count",),
    ],
    ids=lambda fields: fields[0],
)
def test_article(article: Article, fields: tuple[str, ...]) -> None:
    wanted = wanted_article(seed())
    assert differences(article, {name: wanted[name] for name in fields}) == {}


def test_language_is_no_guess(article: Article) -> None:
    assert article.in_language in ("de", "de-DE", None)


def test_all_teasers_and_no_others(teasers: dict[str, Teaser]) -> None:
    assert [*teasers] == [f"klamm:{teaser.native}" for teaser in seed().teasers]
    assert [teaser.url for teaser in teasers.values()] == [HOST + teaser.path for teaser in seed().teasers]


@pytest.mark.parametrize("index", range(16))
def test_teaser(teasers: dict[str, Teaser], index: int) -> None:
    wanted = seed().teasers[index]
    assert differences(teasers[f"klamm:{wanted.native}"], wanted_teaser(wanted)) == {}


@pytest.mark.parametrize("number", range(200))
def test_any_mix_of_forms(number: int) -> None:
    mix = Mix(number)
    assert faults_of(mix.page(seed()), seed()) == [], mix.chosen
