"""Reading teasers never raises, and its cost is proportional to the page's size, whatever the page contains."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.etree import Element, _Element
from parsel import Selector

from portalcrawl.extraction.dom.walk import Walk, walk_page
from portalcrawl.extraction.page_teasers import read_teasers
from portalcrawl.extraction.parts import TeaserParts
from portalcrawl.profiles.catalog import generic_profile
from portalcrawl.urls import BaseUrl

URL = "https://www.portal.example/region/ein-anderer-artikel-der-hier-steht-481500.html"
PROFILE = generic_profile(URL)
BASE = BaseUrl(URL, "utf-8")
TAGS = (
    "div",
    "p",
    "a",
    "span",
    "li",
    "ul",
    "h3",
    "br",
    "b",
    "article",
    "td",
    "table",
    "noscript",
    "time",
    "img",
    "nav",
    "hr",
)
WORDS = (
    *("Hafen", "[…]", "(00)", "vor 2 Stunden", "3 Kommentare", "·", "Plus", "Von Ada Muster", "\u00ad", "\u200b"),
    *("Weiterlesen", "Anzeige", "Der Rat tagt heute im großen Saal am Markt.", "18:52", " ", "\ud800", "\x00", "…"),
)
NAMES = ("kicker", "title", "sr-only", "comments", "nav", "tags", "card__date", "hidden sm:flex", "icon", "x" * 700, "")


def parsed(text: str) -> _Element:
    text = text.encode("utf-8", "replace").decode("utf-8")
    return Selector(text=f"<html><body>{text}</body></html>", type="html").root


def read(root: _Element) -> list[TeaserParts]:
    return read_teasers(walk_page(root, BASE), PROFILE, root).teasers


def address(number: int) -> str:
    return f"/region/der-artikel-mit-der-nummer-{481501 + number}.html"


hrefs = st.one_of(st.integers(0, 5).map(address), st.text(max_size=30), st.just("#"), st.just("http://[::1"))
names = st.sampled_from(NAMES)
texts = st.one_of(st.sampled_from(WORDS), st.text(max_size=40))


@st.composite
def elements(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    tag = draw(st.sampled_from(TAGS))
    attributes = f' class="{escape(draw(names))}"'
    if tag == "a":
        attributes += f' href="{escape(draw(hrefs))}"'
    if tag == "img":
        attributes += f' src="{escape(draw(hrefs))}" alt="{escape(draw(texts))}"'
    closing = draw(st.sampled_from((f"</{tag}>", "", "</div>")))
    return f"<{tag}{attributes}>{''.join(draw(st.lists(inner, max_size=4)))}{closing}"


pages = st.recursive(texts, elements, max_leaves=40)


@given(st.lists(pages, max_size=8).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_markup(text: str) -> None:
    for teaser in read(parsed(text)):
        assert teaser.headline or teaser.snippet or teaser.image_caption
        assert teaser.url.startswith("https://www.portal.example/")
        assert teaser.position is not None
        assert teaser.position >= 1


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    assert isinstance(read(parsed(text)), list)


def link(number: int, inner: str | None = None) -> str:
    text = f"Der Hafen wird tiefer gegraben, Teil {number}" if inner is None else inner
    return f'<a href="{address(number)}">{text}</a>'


def nest(number: int, inner: str) -> str:
    return "<div>" * number + inner + "</div>" * number


SHAPES: dict[str, Callable[[int], str]] = {
    "one list": lambda n: f"<ul>{''.join(f'<li>{link(i)}</li>' for i in range(n))}</ul>",
    "links side by side": lambda n: "".join(link(i) for i in range(n)),
    "links without text": lambda n: "".join(link(i, "") for i in range(n)),
    "links to one article": lambda n: "".join(link(1, "x") for _ in range(n)),
    "links to one article beside others": lambda n: f"<div>{link(0)}{link(1, 'x') * n}{link(2)}</div>",
    "snippets of one article": lambda n: f"<div>{link(0)}<br>{(link(1, 'x') + 'Text […] (00)<br>') * n}{link(2)}</div>",
    "links to one article apart": lambda n: "".join(f"<div>{link(1)}<p>Text {i}</p></div>" for i in range(n)),
    "siblings without wrapper": lambda n: "".join(f"<h3>{link(i)}</h3><p>Text dazu</p>" for i in range(n)),
    "lines": lambda n: "".join(f"{link(i)}<br>Text dazu […] (00)<br><br>" for i in range(n)),
    "much between the cards": lambda n: "".join(f"<div>{link(i)}</div>" + "<i></i>" * 9 for i in range(n)),
    "two links far below": lambda n: nest(n, link(1)) + nest(n, link(2)),
    "a link at each level": lambda n: "".join(f"<div>{link(i)}" for i in range(n)),
    "a card as large as the page": lambda n: link(1, "".join(f"<p>Absatz {i}</p>" for i in range(n))) + link(2),
    "empty elements around": lambda n: f"<div>{'<i></i>' * n}{link(1)}{'<i></i>' * n}</div>" + link(2),
    "running text": lambda n: "".join(f"<p>Der Rat hat {link(i)} und so weiter getagt.</p>" for i in range(n)),
    "one long line": lambda n: link(1) + " Wort […]" * n,
    "headings": lambda n: "".join(f"<section><h2>Liste {i}</h2>{link(i)}</section>" for i in range(n)),
    "long class names": lambda n: f"<div class='{'kicker ' * n}'>{link(1)}</div><div>{link(2)}</div>",
}


def work(text: str) -> int:
    """Return how many functions, Python's and C's, reading the teasers of *text* calls."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    root = parsed(text)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read(root)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_with_the_page(shape: str) -> None:
    make = SHAPES[shape]
    small, large = work(make(300)), work(make(1200))
    assert large <= 4.6 * small + 2000


def test_twenty_thousand_links() -> None:
    teasers = read(parsed(SHAPES["one list"](20_000)))
    assert len(teasers) == 20_000
    assert teasers[-1].position == 20_000


def test_no_page() -> None:
    assert read_teasers(Walk(BASE), PROFILE, Element("html")).teasers == []
