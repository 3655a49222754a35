"""What a page is: an article, a list of articles (front page, section, topic, search result), or something else.

Signs are added up: the address, what JSON-LD, meta tags and the content management system declare, a text of the
page's own, and how much of the page is teasers. The number of teasers alone says nothing: many an article stands over
a hundred of them.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portalcrawl.page.parts import PageKind
from portalcrawl.page.template import LIST, POST, template_of
from portalcrawl.text import LONGEST_FOLDED, fold

if TYPE_CHECKING:
    from portalcrawl.page.layout import Box, Line
    from portalcrawl.page.page import Page
    from portalcrawl.page.parts import TeaserParts

_LIST_TYPES = frozenset({"collectionpage", "searchresultspage", "itemlist", "profilepage"})
_ARTICLE_NEEDS = 3
_SHORT_TEXT = 250
_LONG_TEXT = 700
"""Characters of a text that belongs to the page itself, not to its teasers."""
_FULL_TEXT = 1200
_TIMES_TEASERS = 2
_MIN_TEASERS = 3
_KEY = 40
_ENOUGH = 60
"""Characters of a text in which so many are left without marks."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_LEVELS = 3
"""Boxes around a headline in one of which its text stands, if any."""


def page_kind(page: Page) -> PageKind:
    """Return what *page* is."""
    if page.root is None:
        return "other"
    teasers = page.teasers
    if _is_article(page, teasers):
        return "article"
    return "list" if len(teasers) >= _MIN_TEASERS or (teasers and _is_front(page)) else "other"


def _is_article(page: Page, teasers: list[TeaserParts]) -> bool:
    """Tell whether *page* is an article: by the profile's pattern, where there is one, else by its signs."""
    if page.profile.article.url is not None:
        return any(map(page.profile.is_article_url, (page.canonical_url, page.url)))
    return not _is_front(page) and _article_signs(page, teasers) >= _ARTICLE_NEEDS


def _article_signs(page: Page, teasers: list[TeaserParts]) -> int:
    is_article_url = page.profile.is_article_url(page.canonical_url)
    text = _text_of_its_own(page, teasers)
    signs = 2 * is_article_url + (text >= _SHORT_TEXT) + (text >= _LONG_TEXT)
    signs += is_article_url and len(teasers) < _MIN_TEASERS
    listed = _size_of(teasers)
    signs += text >= max(_FULL_TEXT, _TIMES_TEASERS * listed)
    if page.body.headline and text >= max(_SHORT_TEXT, listed):  # else day and name may be those of a teaser
        signs += bool(page.body.date_published) + bool(page.body.authors)
    declared = page.linked_data
    if declared.headline and (declared.date_published or declared.body or declared.authors):
        signs += 2
    if page.metadata.date_published:
        signs += 1
    if "article" in " ".join(page.meta.get("og:type", ())).lower():
        signs += 1
    template = template_of(page.root)
    return signs + 2 * (template == POST) - 2 * (template == LIST or _declares_list(page))


def _is_front(page: Page) -> bool:
    parts = urlsplit(page.canonical_url)
    return parts.path.strip("/") in ("", "index.html", "index.php", "de", "en") and not parts.query


def _declares_list(page: Page) -> bool:
    """Tell whether JSON-LD says so, or the page is declared to be about a person, who wrote what it lists."""
    if "profile" in page.meta.get("og:type", ()):
        return True
    types = {str(kind).lower() for node in page.json_ld for kind in _types(node.get("@type"))}
    return bool(types & _LIST_TYPES)


def _types(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _size_of(teasers: list[TeaserParts]) -> int:
    return sum(len(text) for teaser in teasers for text in (teaser.headline, teaser.snippet) if text)


def _text_of_its_own(page: Page, teasers: list[TeaserParts]) -> int:
    """Return the number of characters of running text that no teaser shows."""
    shown = {key for teaser in teasers for text in (teaser.snippet, teaser.headline) if text for key in _ends(text)}
    others = set() if page.profile.is_article_url(page.canonical_url) else _texts_of_others(page, teasers)
    own = (text for text in page.body.body or () if text not in others and shown.isdisjoint(_ends(text)))
    return sum(map(len, own))


def _texts_of_others(page: Page, teasers: list[TeaserParts]) -> set[str]:
    """Return the texts that open with the linked headline of another article: blogs list whole posts.

    Such a headline is the first thing in a box with its text, apart from the page's own headline.
    """
    titles = {fold(teaser.headline) for teaser in teasers if teaser.headline}
    headline = page.body.headline  # reading the body also marks the prose among the lines
    lines = page.layout.lines
    prose = list(accumulate((line.prose for line in lines), initial=0))
    own = next((line.index for line in lines if line.text == headline), -1)
    found: set[str] = set()
    done = 0
    for line in lines:
        if line.index >= done and line.box.tag in _HEADINGS and line.linked and fold(line.text) in titles:
            box = _box_of_post(line, prose)
            if box is not None and not box.first <= own < box.last:
                found.update(each.text for each in lines[line.index : box.last])
                done = box.last
    return found


def _box_of_post(headline: Line, prose: list[int]) -> Box | None:
    """Return the box in which running text follows *headline* and none stands before it."""
    box = headline.box.parent
    for _ in range(_LEVELS):
        if box is None or prose[headline.index] > prose[box.first]:
            return None
        if prose[box.last] > prose[headline.index + 1]:
            return box
        box = box.parent
    return None


def _ends(text: str) -> tuple[str, str]:
    """Return the first and the last words of *text*: a line of the page may hold more than the teaser's part."""
    if len(text) <= LONGEST_FOLDED:
        whole = fold(text)  # which titles are known for
        return whole[:_KEY], whole[-_KEY:]
    return fold(text[:_ENOUGH])[:_KEY], fold(text[-_ENOUGH:])[-_KEY:]
