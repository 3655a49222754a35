"""The list a card stands in: its name on the page, and the card's place in it."""

from __future__ import annotations

from collections.abc import Mapping

from lxml.etree import _Element

from portalcrawl.extraction.dom.element_text import size_of, text_of
from portalcrawl.extraction.teasers.card_text import HEADINGS, SKIPPED, read_card
from portalcrawl.extraction.teasers.cards import Card
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of
from portalcrawl.extraction.teasers.line_forms import FRAME, form_of, is_block_name
from portalcrawl.text.normalize import clean

_MAX_NAME = 80
_MAX_LEVELS = 6
_MAX_BACK = 6
_MAX_SEEN = 200
_PARAGRAPH = 100
"""Characters of a text that is no part of a list: what stands before it names something else."""
_MAX_PAGE_NAME = 40
_TITLES = frozenset({"strong", "b", "header", "caption", "legend", "summary", "dt"})
_LIMITS = frozenset({"body", "main", "html"})
_LISTS = frozenset({"section", "aside", "ul", "ol", "div", "nav"})
Place = tuple[_Element, str | None]


class Blocks:
    """Names and counts the lists of a page."""

    def __init__(self, marks: Mapping[_Element, str]) -> None:
        self.marks = marks
        self.found: dict[_Element, Place] = {}
        self.counts: dict[_Element, int] = {}

    def name_of(self, card: Card) -> str | None:
        """Return the name of the list of *card*: its heading on the page, None without one."""
        return self.list_of(card)[1]

    def place(self, card: Card) -> tuple[str | None, int]:
        """Return the name of the list of *card* and the card's place in it, from 1; each call takes one place."""
        key, name = self.list_of(card)
        self.counts[key] = self.counts.get(key, 0) + 1
        return name, self.counts[key]

    def list_of(self, card: Card) -> Place:
        """Return what identifies the list around *card* (its heading, else its element) and its name."""
        nodes = [node for node in card.nodes if not isinstance(node, str)] or [card.links[0].element]
        start = nodes[0]
        if start not in self.found:
            before = self.card_before(start)
            place = self.find(start) if before is None else self.found[before]
            self.found.update(dict.fromkeys(nodes, place))
        return self.found[start]

    def card_before(self, start: _Element) -> _Element | None:
        """Return the card right before *start* in its list, advertisements and the like left out."""
        for steps, sibling in enumerate(start.itersiblings(preceding=True)):
            if sibling in self.found:
                return sibling
            if steps >= _MAX_BACK or (sibling.tag in HEADINGS and sibling not in self.marks):
                return None
        return None

    def find(self, start: _Element) -> Place:
        """Look for the heading over *start*: before it, before what it stands in, and so on."""
        node = start
        for _ in range(_MAX_LEVELS):
            heading, goes_on = self.heading_before(node)
            if heading is not None:
                return heading, _name(heading)
            up = node.getparent()
            if not goes_on or up is None or up.tag in _LIMITS:
                break
            label = up.get("aria-label")
            if label and up.tag in _LISTS and len(label) <= _MAX_NAME:
                return up, clean(label)
            node = up
        parent = start.getparent()
        return (start if parent is None else parent), None

    def heading_before(self, node: _Element) -> tuple[_Element | None, bool]:
        """Return the nearest heading among the siblings before *node*, and whether to look further up without one."""
        steps = 0
        for seen, sibling in enumerate(node.itersiblings(preceding=True)):
            if seen >= _MAX_SEEN:
                return None, False
            if not isinstance(sibling.tag, str) or sibling.tag in SKIPPED or sibling in self.marks:
                continue
            steps += 1
            if steps > _MAX_BACK:
                return None, False
            if (heading := _heading_in(sibling)) is not None:
                return heading, True
            if sibling.tag in ("p", "blockquote") and size_of(sibling, _PARAGRAPH) > _PARAGRAPH:
                return None, False
        return None, True


def _heading_in(element: _Element) -> _Element | None:
    """Return the heading that *element* is or holds, if it is there for the heading alone."""
    text = clean(text_of(element, 2 * _MAX_NAME))
    if not text or len(text) > 2 * _MAX_NAME:
        return None
    heading = next(element.iter(*HEADINGS), None)
    if heading is not None:
        return heading if _names_list(heading) else None
    if element.tag == "header" and next(element.iter("nav"), None) is not None:
        return None  # the site's own head
    names = element.get("class")
    titled = names is not None and hints_of(names) & Hint.TITLE
    titled = titled or element.tag in _TITLES or text.endswith(":") or is_block_name(text)
    if titled and len(text) <= _MAX_NAME and _name(element):
        return element
    return None


def _names_list(heading: _Element) -> bool:
    """Return whether *heading* can be the name of a list; the page's own long headline is not."""
    name = _name(heading)
    return name is not None and (heading.tag != "h1" or len(name) <= _MAX_PAGE_NAME)


def _can_name(text: str) -> bool:
    """Return whether *text* can be the name of a list; ``Ticker`` and ``Video`` can, though they also mark teasers."""
    return form_of(text) in ("text", "label") or is_block_name(text)


def _name(heading: _Element) -> str | None:
    """Return the first line of *heading* that is not a link to see more of the list."""
    lines = read_card([heading], frozenset()).lines
    text = next((line.text for line in lines if _can_name(line.text)), "")
    if not text and heading.tag in HEADINGS:  # "Weiterlesen", which leads nowhere itself
        text = next((line.text for line in lines if not line.foreign and form_of(line.text) == "more"), "")
    text = clean(text).strip(FRAME)
    return text if 2 <= len(text) <= _MAX_NAME else None
