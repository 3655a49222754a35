"""What a page is: an article, a list of articles (front page, section, topic, search result), or something else.

Signs are added up: the address, what JSON-LD and meta tags declare, a text of the page's own, and how much of the page
is teasers. The number of teasers alone says nothing: many an article stands over a hundred of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portalcrawl.page.parts import PageKind
from portalcrawl.text import fold

if TYPE_CHECKING:
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
    signs += text >= max(_FULL_TEXT, _TIMES_TEASERS * _size_of(teasers))
    signs += text >= _SHORT_TEXT and bool(page.body.headline and page.body.date_published)
    signs += text >= _SHORT_TEXT and bool(page.body.headline and page.body.authors)
    declared = page.linked_data
    if declared.headline and (declared.date_published or declared.body or declared.authors):
        signs += 2
    if page.metadata.date_published:
        signs += 1
    if "article" in " ".join(page.meta.get("og:type", ())).lower():
        signs += 1
    return signs - 2 * _declares_list(page)


def _is_front(page: Page) -> bool:
    parts = urlsplit(page.canonical_url)
    return parts.path.strip("/") in ("", "index.html", "index.php", "de", "en") and not parts.query


def _declares_list(page: Page) -> bool:
    types = {str(kind).lower() for node in page.json_ld for kind in _types(node.get("@type"))}
    return bool(types & _LIST_TYPES)


def _types(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _size_of(teasers: list[TeaserParts]) -> int:
    return sum(len(text) for teaser in teasers for text in (teaser.headline, teaser.snippet) if text)


def _text_of_its_own(page: Page, teasers: list[TeaserParts]) -> int:
    """Return the number of characters of running text that no teaser shows."""
    shown = {key for teaser in teasers for text in (teaser.snippet, teaser.headline) if text for key in _ends(text)}
    own = (paragraph for paragraph in page.body.body or () if shown.isdisjoint(_ends(paragraph)))
    return sum(map(len, own))


def _ends(text: str) -> tuple[str, str]:
    """Return the first and the last words of *text*: a line of the page may hold more than the teaser's part."""
    return fold(text[: 3 * _KEY])[:_KEY], fold(text[-3 * _KEY :])[-_KEY:]
