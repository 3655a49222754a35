"""The page map: one owner and one reason for each block of every page, in agreement with the records."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse
from support.page_cases import read_case
from support.page_map_checks import faults

from portalcrawl.commands.inspection.page_cases import EXPECTED
from portalcrawl.explanation import explain
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import generic_profile
from portalcrawl.reading import read

PAGES = Path(__file__).parent
CASES = sorted(path.parent for path in PAGES.glob(f"*/*/{EXPECTED}"))
FETCHED = datetime(2025, 11, 5, 9, 0, tzinfo=UTC)
URL = "https://www.seenbote.example/hafen/deich-wird-erhoeht-4711223.html"
TEXT = (
    "Der Deich vor Kehlbach wird im Sommer erhöht, weil das Wasser dort jedes Jahr höher steht als im Jahr davor.",
    "Die Arbeiten kosten vier Millionen Euro und dauern bis zum Herbst, wie die Verwaltung am Montag mitteilte. "
    "Bezahlt werden sie aus dem Haushalt des Landes, das auch die Pläne gezeichnet hat.",
)
BODY = f"""<nav><a href="/">Start</a></nav><main><h1>Deich wird erhöht</h1><p>Von Ada Muster</p>
<p>{TEXT[0]}</p><h2>Kosten</h2><p>{TEXT[1]}</p>
<div class="comments"><p>Endlich tut sich etwas an unserem Deich, das hat ja lange genug gedauert.</p></div>
<p><a href="/mehr">Mehr zum Hafen</a></p></main>
<h2>Aktuell</h2><ul><li><a href="/hafen/neuer-kran-fuer-den-hafen-4711224.html">Neuer Kran für den Hafen</a>
<p>vor 2 Stunden</p></li>
<li><a href="/hafen/faehre-faehrt-wieder-4711225.html">Fähre fährt wieder nach Plan</a></li></ul>"""


def page_of(body: str, url: str = URL) -> Page:
    return Page(HtmlResponse(url, body=body.encode(), encoding="utf-8"), generic_profile(url), fetched=FETCHED)


def owners(page: Page) -> list[str]:
    return [str(owner) for owner in explain(page).blocks]


def test_each_block_has_one_owner() -> None:
    assert owners(page_of(BODY)) == [
        "chrome menu",
        "article headline",
        "article byline",
        "article text",
        "article subhead",
        "article text",
        "chrome comments",
        "chrome related",
        "chrome list",
        "teaser 1 headline",
        "teaser 1 date",
        "teaser 2 headline",
    ]


def test_the_article_comes_before_teasers() -> None:
    link = '<a href="/hafen/mehr-geld-fuer-den-deich-4711226.html">mehr Geld für den Deich</a>'
    page = page_of(BODY.replace("wie die Verwaltung", f"heißt es ({link}), wie die Verwaltung"))
    block = next(block for block in page.walk.blocks if "mehr Geld für den Deich" in block.text)
    assert str(explain(page).blocks[block.index]) == "article text"


def test_no_article_owns_a_block_of_a_list() -> None:
    found = explain(page_of(BODY, "https://www.seenbote.example/"))
    assert found.reading.page_type == "list"
    assert {owner.kind for owner in found.blocks} == {"teaser", "chrome"}
    headline = found.blocks[1]
    assert headline.reason == ("not-an-article: would be its headline (top-heading) if the page were an article")
    assert found.fields["headline"][0].value == "Deich wird erhöht", "what the reading of articles would have given"


def test_explaining_reads_the_same() -> None:
    for body in (BODY, ""):
        assert explain(page_of(body)).reading == read(page_of(body))


def test_sources_of_teasers() -> None:
    first, second = explain(page_of(BODY)).teasers
    assert {field: (each.value, each.source) for field, each in first.items()} == {
        "headline": ("Neuer Kran für den Hafen", "page"),
        "date_published": ("2025-11-05T07:00:00+00:00", "page"),
        "block": ("Aktuell", "page"),
        "position": (1, "page"),
    }
    assert first["headline"].reason.startswith("teaser-text")
    assert set(second) == {"headline", "block", "position"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(PAGES)))
def test_the_map_agrees_with_the_records(case: Path) -> None:
    page, _ = read_case(case)
    assert list(faults(explain(page))) == []


LINK = "<a href=/politik/ein-artikel-481500.html>"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<",
        "<p>",
        "<div>" * 3000 + "x",
        "<div>" * 1500 + LINK + "Ein Artikel in vielen Boxen",
        LINK * 9,
    ],
)
def test_any_page_is_explained(body: str) -> None:
    page = page_of(body)
    assert len(explain(page).blocks) == len(page.walk.blocks)
