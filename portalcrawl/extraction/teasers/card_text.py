"""The visible texts of a card line by line, each with its context in the markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby, islice, takewhile
from typing import TYPE_CHECKING, cast

from portalcrawl.extraction.dom.blocks import Place
from portalcrawl.extraction.dom.element_text import text_of
from portalcrawl.extraction.dom.runs import JOINT
from portalcrawl.extraction.dom.walk import HEADINGS, IN_LINES, ROW_PARTS
from portalcrawl.extraction.teasers.card_lines import Context, Group, Line, Piece, lines_of
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of, leads_to_author, shows_count
from portalcrawl.extraction.teasers.line_forms import is_date

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Block, TimeElement
    from portalcrawl.extraction.teasers.cards import Card
    from portalcrawl.extraction.teasers.page_runs import PageRuns

_SPLITTING = ROW_PARTS - {"a"}
_GLYPH = re.compile(r"[a-z]+(?:_[a-z]+)*")
_MACHINE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?:[T ].{4,30})?|1\d{9}(?:\d{3})?")
_SHORT = Hint.KICKER | Hint.LABEL
_PARTIAL = _SHORT | Hint.CAPTION
"""Hints that are those of a part of a card only: a box with such a name that holds a title is more than that."""
_MAX_SHORT = 80
"""Most characters of a kicker or a label."""
_MAX_INNER = 30
_MAX_DEPTH = 12
_MAX_RUNS = 400
"""Most runs of a card that are read; no teaser has more."""


@dataclass(slots=True)
class CardText:
    """Lines, names, times and pictures of a card."""

    lines: list[Line] = field(default_factory=list)
    images: list[_Element] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    """``title`` and ``aria-label`` of the links to the article."""
    counts: list[str] = field(default_factory=list)
    """Numbers of comments next to an icon for comments."""
    times: list[str] = field(default_factory=list)
    """Machine-readable times of elements without text."""


def read_card(card: Card, runs: PageRuns) -> CardText:
    """Return the texts of *card*."""
    return _Reader(card, runs).read()


def pictures(card: Card, runs: PageRuns) -> list[int]:
    """Return the blocks of the pictures on *card*."""
    first, last = runs.block_range(card.start, card.end)
    return [block.index for block in runs.walk.blocks[first:last] if block.kind == "picture"]


class _Reader:
    """Reads one card."""

    def __init__(self, card: Card, runs: PageRuns) -> None:
        self.runs = runs
        self.card = card
        self.found = CardText()
        self.hrefs = {link.link.href for link in card.links}
        self.contexts: dict[_Element, Context] = {card.around.element: Context()}
        blocks = runs.block_range(card.start, card.end)
        self.times: dict[_Element, str] = {}
        for time in runs.walk.times_in(*blocks):
            is_own = card.box in time.box.chain() if card.box else time.block < blocks[1] or time.box is card.around
            if is_own and (when := machine_time(time)):
                self.times[time.element] = when

    def read(self) -> CardText:
        found, card = self.found, self.card
        links = [link.link.element for link in card.links]
        found.titles = [*_values(links, "title"), *_values(links, "aria-label")]
        groups: list[Group] = [[]]
        last: Block | None = None
        for index, inner in groupby(self.visible_runs(), lambda run: self.runs.blocks[run]):
            block = self.runs.walk.blocks[index]
            if groups[-1] and _continues(last, block):
                groups[-1][-1].text += " "
                groups[-1][-1].breaks = True
            else:
                groups.append([])
            for run in inner:
                self.add(run, block, groups[-1])
            last = block
        found.lines = [line for group in filter(None, groups) for line in lines_of(group)]
        spoken = {context.when for context in self.contexts.values()}
        found.times = [when for when in self.times.values() if when not in spoken]
        return found

    def visible_runs(self) -> Iterator[int]:
        """Yield the indexes of the card's runs, without those about other articles."""
        end = min(self.card.end, self.card.start + _MAX_RUNS)
        for run in range(self.card.start, end):
            if not any(start <= run < stop for start, stop in self.card.skipped):
                yield run

    def add(self, run: int, block: Block, pieces: Group) -> None:
        """Add a run of text to the line *pieces*, or a picture to those of the card."""
        text, element, style = self.runs.parts[run]
        text = self.counted(text, element)
        if not text.strip():
            if block.kind == "picture":
                self.found.images.append(element)
            elif pieces:
                pieces[-1].is_glued = pieces[-1].is_glued or text is JOINT
                pieces[-1].text += "" if text is JOINT else text
            return
        around = self.context(element)
        if around.hint & Hint.ICON and _GLYPH.fullmatch(text.strip()):
            return  # the text is the name of a glyph that an icon font shows as a picture
        link = style.link
        linked = link is not None and link.href in self.hrefs
        foreign = link.href if link is not None and not linked else ""
        of_caption = link is not None and linked and bool(link.box.places & Place.CAPTION)
        caption = around.caption and not of_caption
        hint = around.hint | (Hint.AUTHOR if foreign and leads_to_author(foreign) else Hint.NONE)
        context = Context(block.level, linked, foreign, hint, caption, style.bold, around.when, around.span)
        pieces.append(Piece(text, context, element, block.index, _inline_path(element, block)))

    def context(self, element: _Element) -> Context:
        """Return the context of text in *element*, from it and the elements around it, up to the card."""
        path = [element]
        while path[-1] not in self.contexts:
            path.append(cast("_Element", path[-1].getparent()))
        outer = self.contexts[path.pop()]
        for node in reversed(path):
            outer = self.contexts[node] = self.entered(node, outer)
        return outer

    def entered(self, element: _Element, outer: Context) -> Context:
        """Return the context inside *element*."""
        tag = element.tag
        hint = _own_roles(element, hints_of(element.get("class") or ""))
        inner = Context(0, False, "", hint or outer.hint, outer.caption, False, outer.when, outer.span)
        inner.caption = tag == "figcaption" or (outer.caption and tag not in HEADINGS)
        if tag in HEADINGS:
            inner.hint = hint
        if tag in _SPLITTING or (hint and tag in IN_LINES):
            inner.span = element
        if tag == "time":
            inner.when = self.times.get(element) or element.get("datetime")
            inner.hint |= Hint.DATE
        return inner

    def counted(self, text: str, element: _Element) -> str:
        """Return *text* without a leading number of comments that is next to an icon for comments."""
        first = next(iter(text.split(None, 1)), "")
        if not first.isdecimal() or not _has_icon(element, text):
            return text
        self.found.counts.append(f"({first.zfill(2)})")
        return text.strip()[len(first) :]


def _inline_path(element: _Element, block: Block) -> list[_Element]:
    """Return the inline elements around text in *element* within *block*, outermost first."""
    around = takewhile(lambda node: node is not block.box.element, chain((element,), element.iterancestors()))
    return [*islice(around, _MAX_DEPTH)][::-1]


def _values(elements: list[_Element], name: str) -> list[str]:
    """Return the values of an attribute with white space collapsed."""
    return [" ".join(value.split()) for element in elements if (value := element.get(name))]


def _has_icon(element: _Element, text: str) -> bool:
    """Return whether an icon for comments, i.e. an element without text, is right before *text* in *element*."""
    before = next((child for child in islice(element, _MAX_INNER) if child.tail == text), None)
    if before is None:
        parent = element.getparent()
        before = element.getprevious()
        before = parent.getprevious() if before is None and parent is not None else before
        if before is None or (before.tail and not before.tail.isspace()):
            return False
    icons = (each for each in islice(before.iter("*"), _MAX_INNER) if not (each.text or "").strip())
    return any(shows_count(each.get("class") or "") for each in icons)


def _continues(last: Block | None, block: Block) -> bool:
    """Return whether two blocks are one text that a line break within a heading splits."""
    return last is not None and block.level > 0 and block.box is last.box and block.breaks > 0


def machine_time(time: TimeElement) -> str | None:
    """Return the time of publication in an attribute: machine-readable, or a ``title`` with a date; else None."""
    value = time.value.strip()
    if time.attribute == "title":
        return value if time.element.tag not in ("a", "img") and is_date(value) else None
    return value if _MACHINE.fullmatch(value) else None


def _is_title(element: _Element) -> bool:
    return element.tag in HEADINGS or bool(hints_of(element.get("class") or "") & Hint.TITLE)


def _own_roles(element: _Element, hints: int) -> int:
    """Return those of *hints* that apply to the text of *element* itself, not only to a part of its content."""
    roles = hints & (Hint.ROLES | Hint.ICON)
    is_long = roles & _SHORT and len(text_of(element, _MAX_SHORT)) > _MAX_SHORT
    if element.tag in HEADINGS or not (is_long or any(map(_is_title, islice(element.iterdescendants(), _MAX_INNER)))):
        return roles
    return roles & ~_PARTIAL
