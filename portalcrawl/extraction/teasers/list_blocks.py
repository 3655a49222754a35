"""Determines the list of each card: its name on the page, and the card's position in it.

The name is the nearest heading before the card whose section contains the card. A section is the innermost box around
a heading that holds more than the heading. With a paragraph between heading and card, the heading names something else.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from portalcrawl.extraction.teasers.class_hints import Hint, hints_of
from portalcrawl.extraction.teasers.line_forms import FRAME, form_of, is_block_name
from portalcrawl.text.normalize import clean

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.blocks import Block, Box
    from portalcrawl.extraction.teasers.cards import Card
    from portalcrawl.extraction.teasers.page_runs import PageRuns

_MAX_NAME = 80
_LONGEST_LINE = 160
_MAX_LEVELS = 6
_PARAGRAPH = 100
"""Characters of a text that is not part of a list: a heading before it does not name the list after it."""
_MAX_PAGE_NAME = 40
_TITLES = frozenset(("header", "caption", "legend", "summary", "dt"))
_LIMITS = frozenset(("body", "main", "html"))
_LABELLED = frozenset(("section", "aside", "ul", "ol", "div", "nav"))
Section = tuple["Box", str | None, int]
"""The box in which a name applies, the name, and a number that identifies it."""


class ListNames:
    """Finds the names of the lists of a page and numbers their cards; *cards* are in page order."""

    def __init__(self, runs: PageRuns, cards: list[Card]) -> None:
        self.runs = runs
        self.blocks = runs.walk.blocks
        self.counts: dict[object, int] = {}
        self.places: list[tuple[object, str | None]] = []
        sections: list[Section] = []
        at = 0
        for card in cards:
            first, last = runs.block_range(card.start, card.end)
            while at < first:
                self.read(self.blocks[at], sections)
                at += 1
            while sections and sections[-1][0].last <= first:
                sections.pop()
            self.places.append(self.place_of(card, sections))
            at = max(at, last)

    def name_of(self, index: int) -> str | None:
        """Return the name of the list of the card at *index*: its heading on the page, None without one."""
        return self.places[index][1]

    def take_place(self, index: int) -> int:
        """Return the position of the card at *index* in its list, from 1; each call returns the next one."""
        key = self.places[index][0]
        self.counts[key] = self.counts.get(key, 0) + 1
        return self.counts[key]

    def place_of(self, card: Card, sections: list[Section]) -> tuple[object, str | None]:
        around, name, key = sections[-1] if sections else (None, None, 0)
        for box, _ in zip(card.around.chain(), range(_MAX_LEVELS), strict=False):
            if box is around:
                return (key, name) if name is not None else (card.around, None)
            if box.tag in _LIMITS:
                break
            label = box.element.get("aria-label")
            if label and box.tag in _LABELLED and len(label) <= _MAX_NAME:
                return box, clean(label)
        return card.around, None

    def read(self, block: Block, sections: list[Section]) -> None:
        """Update *sections* for a block that is in no card."""
        while sections and sections[-1][0].last <= block.index:
            sections.pop()
        if not block.text:
            return
        if len(block.text) > _PARAGRAPH and not block.level:
            sections[:] = [(box, None, key) for box, _, key in sections]
        elif (name := self.name(block)) is not None:
            section = self.section_of(block)
            while sections and sections[-1][0].first >= section.first:
                sections.pop()
            sections.append((section, name, block.index))

    def section_of(self, block: Block) -> Box:
        """Return the innermost box around *block* that holds other blocks too."""
        box = block.box
        own = box.last - box.first
        while box.parent is not None and box.last - box.first <= own:
            box = box.parent
        return box

    def name(self, block: Block) -> str | None:
        """Return the name of a list in *block*, else None; the page's own long headline is not one."""
        box, text, first = block.box, block.text, block.parts[0][2]
        if len(text) > _LONGEST_LINE:
            return None
        titled = block.level or first.bold or text[-1] == ":" or (box.tag in _TITLES and box.lines == 1)
        titled = titled or hints_of(box.classes) & Hint.TITLE
        if first.link is not None and not titled:
            return None
        if block.parts[-1][2].link is not None:  # a "see all" link after the name
            text = clean("".join(part[0] for part in takewhile(lambda part: part[2].link is None, block.parts))) or text
        if len(text) > (_MAX_PAGE_NAME if block.level == 1 else _MAX_NAME):
            return None
        may_name = titled and (block.level or form_of(text) in ("text", "label"))
        if not may_name and not is_block_name(text):
            return None
        text = clean(text).strip(FRAME)
        return text if 2 <= len(text) <= _MAX_NAME else None
