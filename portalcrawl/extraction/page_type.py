"""What a page is: an article, a list of articles (front page, section, topic, search result), or something else.

Points are added up for signs: the URL, the declarations of JSON-LD, meta tags and the content management system, text
that belongs to the page itself, and the share of teasers on the page. The number of teasers alone means nothing: many
articles are followed by a hundred of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portalcrawl.extraction.cms_template import LIST, POST, template_of
from portalcrawl.extraction.declared import json_ld
from portalcrawl.extraction.parts import PageType
from portalcrawl.plurals import counted
from portalcrawl.reasons import PAGE_TYPE, reason
from portalcrawl.text.counts import text_size
from portalcrawl.text.normalize import fold
from portalcrawl.urls.article_urls import FRONTS, has_id, is_labelled
from portalcrawl.vocabulary import languages

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.layout import Line
    from portalcrawl.extraction.page import Page
    from portalcrawl.extraction.parts import TeaserParts

_LIST_TYPES = frozenset({"collectionpage", "searchresultspage", "itemlist", "profilepage"})
_ARTICLE_NEEDS = 3
_FRONT_NEEDS_MORE = 2
"""Points beyond these that an article needs at the URL of the site's front page, as long text that it declares has."""
_SHORT_TEXT = 80
_LONG_TEXT = 500
"""Size (see ``text_size``) of text that belongs to the page itself, not to its teasers, and counts as long."""
_FULL_TEXT = 1200
_TIMES_TEASERS = 2
_MIN_TEASERS = 3
_FRONTS = FRONTS | {"index", "default"}
_KEY = 50
"""Characters of a text by which it is recognized in a longer line."""
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
    is_list = len(teasers) >= _MIN_TEASERS or bool(teasers and (_is_front(page) or is_labelled(page.canonical_url)))
    return ("list" if is_list else "other"), (*reasons, reason("teaser-count", counted(len(teasers), "teaser")))


def _is_article(page: Page, teasers: list[TeaserParts]) -> tuple[bool, tuple[str, ...]]:
    """Return whether *page* is an article, and why: by the profile's pattern if it has one, else by its signs."""
    if page.profile.article.url is not None:
        found = any(map(page.profile.is_article_url, (page.canonical_url, page.url)))
        match = "matches" if found else "does not match"
        return found, (reason("profile-url", f"URL {match} the profile's pattern"),)
    is_front = _is_front(page)
    if is_front and not _declares_article(page):
        return False, (reason("front-page-url"),)
    signs = [(points, name, detail) for points, name, detail in _article_signs(page, teasers) if points]
    total = sum(points for points, _, _ in signs)
    needs = _ARTICLE_NEEDS + _FRONT_NEEDS_MORE * is_front
    summed = reason("points", f"{counted(total, 'point')}, an article needs {needs}")
    single = (reason(name, f"{points:+} {detail or PAGE_TYPE[name]}") for points, name, detail in signs)
    return total >= needs, (summed, *single)


def _article_signs(page: Page, teasers: list[TeaserParts]) -> Iterator[tuple[int, str, str]]:
    """Yield the signs for an article (points above 0) and against one (below 0): points, id of the reason, detail."""
    is_article_url = page.profile.is_article_url(page.canonical_url)
    yield 2 * is_article_url, "article-url", ""
    yield is_article_url and len(teasers) < _MIN_TEASERS, "few-teasers", ""
    own = _text_of_its_own(page, teasers)
    text = sum(text_size(line.text) for line in own)
    full = text >= max(_FULL_TEXT, _TIMES_TEASERS * _size_of(teasers))
    yield (
        (text >= _SHORT_TEXT) + (text >= _LONG_TEXT) + full,
        "own-text",
        f"{counted(text, 'character')} of its own text",
    )
    own_headline = text >= max(_SHORT_TEXT, _size_of(_teasers_of_list(page, own)))  # or they may be a teaser's
    yield bool(own_headline and page.body.headline and page.body.date_published), "dated-headline", ""
    yield 2 * _declares_article(page), "declared-article", ""
    og_types = " ".join(page.meta.get("og:type", ())).lower()
    yield bool(page.metadata.date_published or "article" in og_types), "meta-article", ""
    yield -2 * (template_of(page.root) == LIST or "profile" in og_types or _declares_list(page)), "declared-list", ""


def _is_front(page: Page) -> bool:
    """Return whether the URL is the site's front page, or the front page of one of its languages."""
    parts = urlsplit(page.canonical_url)
    names = {segment.partition(".")[0].lower() for segment in parts.path.split("/")}
    return not parts.query and names <= {"", *_FRONTS, *languages()}


def _declares_article(page: Page) -> bool:
    """Return whether JSON-LD, microdata or the template of the site declares the page an article."""
    declared = page.linked_data
    named = declared.headline and (declared.date_published or declared.body or declared.authors)
    return bool(named) or template_of(page.root) == POST


def _declares_list(page: Page) -> bool:
    """Return whether JSON-LD declares the page a list, or a profile page, which lists what a person wrote."""
    return any(kind.lower() in _LIST_TYPES for node in page.json_ld for kind in json_ld.types(node))


def _teasers_of_list(page: Page, own: Sequence[Line]) -> list[TeaserParts]:
    """Return the teasers that may be what the page is about: under a URL with an id, those above the end of its text.

    Articles are followed by many others; so is the introduction of a list, but not under a URL with an id.
    """
    reading = page.teaser_reading
    if not own or not has_id(urlsplit(page.canonical_url).path):
        return reading.teasers
    above = {number for block, (number, _) in reading.owners.items() if block < own[-1].block.index}
    return [reading.teasers[number] for number in above]


def _size_of(teasers: Iterable[TeaserParts]) -> int:
    return sum(text_size(text) for teaser in teasers for text in (teaser.headline, teaser.snippet) if text)


def _text_of_its_own(page: Page, teasers: list[TeaserParts]) -> list[Line]:
    """Return the lines of running text that are not part of a teaser."""
    shown = {key for teaser in teasers for text in (teaser.snippet, teaser.headline) if text for key in _ends(text)}
    others = set() if page.profile.is_article_url(page.canonical_url) else _texts_of_others(page, teasers)
    _ = page.body  # reading the body marks its lines
    reasons = page.layout.reasons
    owners = page.teaser_reading.owners
    headlines = {block for block, (_, part) in owners.items() if part == "headline"}  # maybe with kicker and date
    lines = (line for line in page.layout.lines if line.block.index not in headlines)
    texts = (line for line in lines if reasons.get(line.index) in _TEXT)
    return [line for line in texts if line.text not in others and shown.isdisjoint(_ends(line.text))]


def _texts_of_others(page: Page, teasers: list[TeaserParts]) -> set[str]:
    """Return the texts of other articles, as on blogs that list whole posts under linked headlines.

    Such a headline is not the page's own, and comes first in a box that also holds its text.
    """
    titles = {fold(teaser.headline or "") for teaser in teasers}
    headline = page.body.headline  # reading the body also marks the prose among the lines
    lines = page.layout.lines
    prose = list(accumulate((line.prose for line in lines), initial=0))
    found: set[str] = set()
    end = 0  # of the lines that were looked at: posts may be in one box
    for line in lines:
        if line.index >= end and line.box.level and line.linked and fold(line.text) in titles:
            around = islice(line.box.chain(), 1, 1 + _LEVELS)
            box = next((box for box in around if prose[box.last_line] > prose[line.index + 1]), line.box)
            if prose[box.first_line] == prose[line.index]:
                end = box.last_line
                texts = {each.text for each in lines[line.index : end]}
                found |= texts if headline not in texts else set()
    return found


def _ends(text: str) -> tuple[str, str]:
    """Return the beginning and the end of *text*, without punctuation."""
    return fold(text[:_KEY]), fold(text[-_KEY:])
