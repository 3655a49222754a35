"""What a page is: an article, a list of articles (front page, section, topic, search result), or something else.

Points are added up for signs: the URL, the declarations of JSON-LD, meta tags and the content management system, text
that belongs to the page itself, and the share of teasers on the page. The number of teasers alone means nothing: many
articles are followed by a hundred of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portalcrawl.extraction.cms_template import LIST, POST, template_of
from portalcrawl.extraction.parts import PageType
from portalcrawl.plurals import counted
from portalcrawl.reasons import PAGE_TYPE, reason
from portalcrawl.text.counts import text_size
from portalcrawl.text.normalize import LONGEST_FOLDED, fold
from portalcrawl.urls.article_urls import FRONTS
from portalcrawl.vocabulary import languages

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.blocks import Box
    from portalcrawl.extraction.dom.layout import Line
    from portalcrawl.extraction.page import Page
    from portalcrawl.extraction.parts import TeaserParts

_LIST_TYPES = frozenset({"collectionpage", "searchresultspage", "itemlist", "profilepage"})
_ARTICLE_NEEDS = 3
_SHORT_TEXT = 250
_NEWS_ITEM = 80
_LONG_TEXT = 700
"""Size (see ``text_size``) of text that belongs to the page itself, not to its teasers, and counts as long."""
_FULL_TEXT = 1200
_TIMES_TEASERS = 2
_MIN_TEASERS = 3
_FRONTS = FRONTS | {"index", "default"}
_KEY = 40
_ENOUGH = 60
"""Characters of a text from which enough are left without punctuation."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_TEXT = frozenset({"lead", "text", "subhead"})
_LEVELS = 3
"""How many boxes around a headline are searched for its text."""


def decide_page_type(page: Page) -> tuple[PageType, tuple[str, ...]]:
    """Return the type of *page*, and the reasons for it (see :mod:`portalcrawl.reasons`)."""
    if not page.is_html:
        return "other", (reason("no-html"),)
    teasers = page.teasers
    is_article, reasons = _is_article(page, teasers)
    if is_article:
        return "article", reasons
    is_list = len(teasers) >= _MIN_TEASERS or bool(teasers and _is_front(page))
    return ("list" if is_list else "other"), (*reasons, reason("teaser-count", counted(len(teasers), "teaser")))


def _is_article(page: Page, teasers: list[TeaserParts]) -> tuple[bool, tuple[str, ...]]:
    """Return whether *page* is an article, and why: by the profile's pattern if it has one, else by its signs."""
    if page.profile.article.url is not None:
        found = any(map(page.profile.is_article_url, (page.canonical_url, page.url)))
        match = "matches" if found else "does not match"
        return found, (reason("profile-url", f"URL {match} the profile's pattern"),)
    if _is_front(page):
        return False, (reason("front-page-url"),)
    signs = [(points, name, detail) for points, name, detail in _article_signs(page, teasers) if points]
    total = sum(points for points, _, _ in signs)
    summed = reason("points", f"{counted(total, 'point')}, an article needs {_ARTICLE_NEEDS}")
    single = (reason(name, f"{points:+} {detail or PAGE_TYPE[name]}") for points, name, detail in signs)
    return total >= _ARTICLE_NEEDS, (summed, *single)


def _article_signs(page: Page, teasers: list[TeaserParts]) -> Iterator[tuple[int, str, str]]:
    """Yield the signs for an article (points above 0) and against one (below 0): points, id of the reason, detail."""
    is_article_url = page.profile.is_article_url(page.canonical_url)
    yield 2 * is_article_url, "article-url", ""
    yield is_article_url and len(teasers) < _MIN_TEASERS, "few-teasers", ""
    text, listed = _text_of_its_own(page, teasers), _size_of(teasers)
    own = f"{counted(text, 'character')} of its own text"
    news = text >= _NEWS_ITEM and _TIMES_TEASERS * text >= listed
    long = (text >= _LONG_TEXT) + (text >= max(_FULL_TEXT, _TIMES_TEASERS * listed))
    yield (news or text >= _SHORT_TEXT) + long, "own-text", own
    enough = _NEWS_ITEM if is_article_url else max(_SHORT_TEXT, listed)
    if page.body.headline and text >= enough:  # else the date and name may be a teaser's
        yield bool(page.body.date_published), "dated-headline", ""
        yield bool(page.body.authors), "signed-headline", ""
    declared = page.linked_data
    if declared.headline and (declared.date_published or declared.body or declared.authors):
        yield 2, "declared-article", ""
    yield bool(page.metadata.date_published), "meta-date", ""
    yield "article" in " ".join(page.meta.get("og:type", ())).lower(), "og-article", ""
    template = template_of(page.root)
    yield 2 * (template == POST), "post-template", ""
    yield -2 * (template == LIST or _declares_list(page)), "declared-list", ""


def _is_front(page: Page) -> bool:
    """Return whether the URL is the site's front page, or the front page of one of its languages."""
    parts = urlsplit(page.canonical_url)
    names = [segment.partition(".")[0].lower() for segment in parts.path.split("/") if segment]
    language = [name for name in names[:1] if name in languages()]
    return not parts.query and (names == language or (len(names) == 1 + len(language) and names[-1] in _FRONTS))


def _declares_list(page: Page) -> bool:
    """Return whether the page is declared a list, or a profile page, which lists what a person wrote."""
    if "profile" in page.meta.get("og:type", ()):
        return True
    types = {str(kind).lower() for node in page.json_ld for kind in _types(node.get("@type"))}
    return bool(types & _LIST_TYPES)


def _types(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _size_of(teasers: list[TeaserParts]) -> int:
    return sum(text_size(text) for teaser in teasers for text in (teaser.headline, teaser.snippet) if text)


def _text_of_its_own(page: Page, teasers: list[TeaserParts]) -> int:
    """Return the size (see ``text_size``) of the running text that is not part of a teaser."""
    shown = {key for teaser in teasers for text in (teaser.snippet, teaser.headline) if text for key in _ends(text)}
    others = set() if page.profile.is_article_url(page.canonical_url) else _texts_of_others(page, teasers)
    _ = page.body  # reading the body marks its lines
    reasons = page.layout.reasons
    texts = (line.text for line in page.layout.lines if reasons.get(line.index) in _TEXT)
    own = (text for text in texts if text not in others and shown.isdisjoint(_ends(text)))
    return sum(map(text_size, own))


def _texts_of_others(page: Page, teasers: list[TeaserParts]) -> set[str]:
    """Return the texts of other articles, as on blogs that list whole posts under linked headlines.

    Such a headline is not the page's own, and comes first in a box that also holds its text.
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
            if box is not None and not box.first_line <= own < box.last_line:
                found.update(each.text for each in lines[line.index : box.last_line])
                done = box.last_line
    return found


def _box_of_post(headline: Line, prose: list[int]) -> Box | None:
    """Return the box in which running text follows *headline* but does not precede it, else None."""
    box = headline.box.parent
    for _ in range(_LEVELS):
        if box is None or prose[headline.index] > prose[box.first_line]:
            return None
        if prose[box.last_line] > prose[headline.index + 1]:
            return box
        box = box.parent
    return None


def _ends(text: str) -> tuple[str, str]:
    """Return the beginning and the end of *text*, by which it is recognized in a longer line."""
    if len(text) <= LONGEST_FOLDED:
        whole = fold(text)  # most titles are cached
        return whole[:_KEY], whole[-_KEY:]
    return fold(text[:_ENOUGH])[:_KEY], fold(text[-_ENOUGH:])[-_KEY:]
