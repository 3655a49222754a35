"""Whether a page that was fetched without a browser shows its content only in one, and why."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from portalcrawl.extraction.declared import json_ld
from portalcrawl.extraction.dom.element_text import text_of, whole_text
from portalcrawl.extraction.pagination import next_page
from portalcrawl.vocabulary import class_words, either

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.page import Page

Need = Literal["script_shell", "placeholders", "missing_body", "consent_wall", "more_to_load"]
"""``script_shell``: hardly any text, and scripts that create it; ``placeholders``: empty boxes for teasers;
``missing_body``: an article is declared but has no text; ``consent_wall``: a request for consent instead of content;
``more_to_load``: by the profile, the list continues after clicks or scrolling."""

SHELL_TEXT = 200
"""A page with scripts and fewer characters of text is a shell."""
BODY_TEXT = 160
"""A declared article with fewer characters lacks its text."""
WALL_TEXT = 6_000
"""Most characters of a consent wall; the longest describe a thousand partners."""
WALL_SHARE = 3
"""Fewest consent words per thousand characters of a wall."""
OWN_TEXT = 200
"""Characters of sentences about other things from which the page is a banner over content, not a wall."""
LEAST_SENTENCE = 60
LEAST_PLACEHOLDERS = 3
LEAST_TEASERS = 3
_PLACEHOLDER = re.compile(rf"(?:^|[-_\s]){class_words('page.placeholder')}(?:$|[-_\s])", re.IGNORECASE)
_CONSENT = re.compile(rf"{either('consent.words', 'consent.phrases_of_walls')}", re.IGNORECASE)
_ASIDE = re.compile(rf"{_CONSENT.pattern}|\b{either('consent.beside')}\b", re.IGNORECASE)
"""Words of sentences that may belong to the request for consent."""
_ASKS = re.compile(either("consent.asks"), re.IGNORECASE)


def needs_browser(page: Page) -> Need | None:
    """Return why *page* needs a browser; None if it does not or nothing indicates that it does."""
    if not page.is_html:
        return None
    root = page.root
    text = sum(len(line.text) for line in page.layout.lines)
    if _is_wall(page, root, text):
        return "consent_wall"
    if _lacks_body(page, root):
        return "missing_body"
    few = len(page.teasers) < LEAST_TEASERS
    is_declared = page.linked_data.body or page.linked_data.is_accessible_for_free is False
    if few and text < SHELL_TEXT and not is_declared and _has_scripts(root):
        return "script_shell"
    if page.page_type == "article":
        return None
    if few and _placeholders(root) >= LEAST_PLACEHOLDERS and _has_scripts(root):
        return "placeholders"
    return "more_to_load" if _has_more(page, root) else None


def _is_wall(page: Page, root: _Element, text: int) -> bool:
    """Return whether the page asks for consent and shows nothing else."""
    if not text or text > WALL_TEXT or len(page.teasers) >= LEAST_TEASERS:
        return False
    other = (line.text for line in page.layout.lines if not _ASIDE.search(line.text))
    if sum(len(sentence) for sentence in other if len(sentence) >= LEAST_SENTENCE) >= OWN_TEXT:
        return False
    words = sum(len(_CONSENT.findall(line.text)) for line in page.layout.lines)
    asks = any(_ASKS.search(_label(button)) for button in root.iter("button", "input", "a"))
    return asks and words * 1000 >= WALL_SHARE * text


def _label(button: _Element) -> str:
    return f"{whole_text(button)[:100]} {button.get('value') or ''} {button.get('title') or ''}"


def _has_scripts(root: _Element) -> bool:
    """Return whether the page has a script element that holds code, not data."""
    kinds = ("", "module", "text/javascript", "application/javascript")
    return any(script.get("type", "").lower() in kinds for script in root.iter("script"))


def _lacks_body(page: Page, root: _Element) -> bool:
    """Return whether the page declares a free article but its text is neither visible nor in structured data."""
    declared = page.linked_data
    is_article = any(map(json_ld.is_article, page.json_ld)) and declared.headline
    if not is_article or declared.is_accessible_for_free is False or not _has_scripts(root):
        return False
    texts = (declared.body, page.rules.body, page.body.body)
    return max(sum(map(len, body or ())) for body in texts) < BODY_TEXT


def _placeholders(root: _Element) -> int:
    """Return the number of elements without text that are placeholders by class or ``aria-busy``."""
    boxes = root.iter("div", "li", "article", "section", "a", "span")
    busy = (each for each in boxes if _PLACEHOLDER.search(each.get("class", "")) or each.get("aria-busy") == "true")
    return sum(not text_of(each) for each in busy)


def _has_more(page: Page, root: _Element) -> bool:
    """Return whether the profile defines clicks or scrolling that load more of this list."""
    rules = page.profile.render
    if page.page_type != "list" and not page.teasers:
        return False
    is_clicked = rules.click and rules.click_times and _shows(root, rules.click)
    return bool(is_clicked) or (rules.scroll > 0 and next_page(page) is None)


def _shows(root: _Element, selector: str) -> bool:
    """Return whether *selector* matches; True for a selector that only browsers support."""
    path = _path(selector)
    return path is None or bool(path(root))


@lru_cache(maxsize=256)
def _path(selector: str) -> etree.XPath | None:
    try:
        return etree.XPath(HTMLTranslator().css_to_xpath(selector))
    except (SelectorError, etree.XPathError):
        return None
