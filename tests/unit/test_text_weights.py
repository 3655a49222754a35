"""The weights by which blocks of a page are text of its article, and the stretch of a page that has most of it."""

from __future__ import annotations

import pytest
from lxml import etree

from portalcrawl.extraction.article.text_weights import TextWeights
from portalcrawl.extraction.dom.walk import walk_page
from portalcrawl.urls import BaseUrl

BASE = BaseUrl("https://www.seenbote.example/hafen/", "utf-8")
TEXT = (
    "Der Deich vor Kehlbach wird im Sommer erhöht, weil das Wasser dort jedes Jahr höher steht als im Jahr davor.",
    "Die Arbeiten kosten vier Millionen Euro und dauern bis zum Herbst, wie die Verwaltung am Montag mitteilte.",
)
MENU = "<nav><ul><li><a href='/a'>Politik</a></li><li><a href='/b'>Hafen</a></li></ul></nav>"


def weights(markup: str) -> TextWeights:
    root = etree.fromstring(f"<html><body>{markup}".encode(), parser=etree.HTMLParser(encoding="utf-8"))
    walk = walk_page(root, BASE)
    headline = next((block.index for block in walk.blocks if block.level == 1), None)
    return TextWeights(walk, headline, ())


def span(markup: str) -> list[str]:
    found = weights(markup)
    return [block.text for block in found.span([block for block in found.walk.blocks if block.text])]


def test_paragraphs_weigh_more_than_links_and_comments() -> None:
    body = f"<div><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div><div class='comments'><p>{TEXT[1]}</p></div>"
    found = weights(f"{MENU}<h1>Deich wird erhöht</h1>{body}")
    politics, _, _, first, second, comment = (found.weight(block) for block in found.walk.blocks)
    assert min(first, second) > 0 > max(politics, comment)


def test_the_span_is_the_text_without_boilerplate_around_it() -> None:
    body = "".join(f"<p>{text}</p>" for text in TEXT)
    assert span(f"{MENU}<main><h1>Deich wird erhöht</h1>{body}</main><footer><p>{TEXT[0]}</p></footer>") == [*TEXT]


@pytest.mark.parametrize("markup", ["<p>x</p>", "<a href='/'>x</a>", "<h1>x</h1>"])
def test_a_page_without_prose_can_be_weighed(markup: str) -> None:
    assert span(markup) == []
