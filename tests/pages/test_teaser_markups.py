"""One list of teasers reads the same however it is written."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse
from support.teaser_markups import LONG, MARKUPS, SHORT, Markup, Shown

from portalcrawl.extraction.page import Page
from portalcrawl.extraction.parts import TeaserParts
from portalcrawl.profiles.catalog import generic_profile

URL = "https://www.portal.example/news/hauptsache-gesund-und-munter-70N00aabbccdd.html"
BODY = "".join(
    f"<p>Absatz {number} des Artikels, der mit den Meldungen darunter nichts zu tun hat und weiter nichts sagt.</p>"
    for number in range(6)
)
MENU = "".join(f"<li><a href='/{name}/'>{name}</a></li>" for name in ("Politik", "Sport", "Wissen", "Wetter"))


def page(lists: str) -> str:
    return (
        f"<html><body><nav><ul>{MENU}</ul></nav><main><h1>Hauptsache gesund</h1>{BODY}</main>"
        f"{lists}<div>Suchbegriff <input></div><footer><a href='/impressum'>Impressum</a></footer></body></html>"
    )


def read(lists: str) -> list[TeaserParts]:
    return Page(HtmlResponse(URL, body=page(lists), encoding="utf-8"), generic_profile(URL)).teasers


def told(teaser: TeaserParts) -> tuple[object, ...]:
    return teaser.headline, teaser.kicker, teaser.snippet, teaser.is_truncated, teaser.comment_count, teaser.date_text


def wanted(shown: Shown) -> tuple[object, ...]:
    return shown.title, None, shown.snippet, True, shown.count, shown.ago


@pytest.mark.parametrize("markup", MARKUPS)
def test_two_lists_on_one_page(markup: Markup) -> None:
    teasers = read(f"<div class='a'>{markup(LONG)}</div><div class='b'>{markup(SHORT)}</div>")
    assert [told(teaser) for teaser in teasers] == [wanted(shown) for shown in (*LONG, *SHORT)]


@pytest.mark.parametrize("markup", MARKUPS)
def test_named_list(markup: Markup) -> None:
    teasers = read(f"<div><h2>Mehr aus dem Norden</h2>{markup(LONG)}</div>")
    assert [told(teaser) for teaser in teasers] == [wanted(shown) for shown in LONG]
    assert [teaser.block for teaser in teasers] == ["Mehr aus dem Norden"] * 3
    assert [teaser.position for teaser in teasers] == [1, 2, 3]


@pytest.mark.parametrize("markup", [m for m in MARKUPS if "img" in m(LONG[:1])])
def test_image_with_its_text(markup: Markup) -> None:
    for teaser, shown in zip(read(markup(LONG)), LONG, strict=True):
        assert teaser.image_url == f"https://www.portal.example/bilder/{shown.slug}.jpg"
        assert teaser.image_caption == shown.picture
