"""Determines the list of each card: its name on the page, and the card's position in it.

The name is the nearest heading before the card whose section contains the card. A section is the innermost box around
a heading that holds more than the heading. With a paragraph between heading and card, the heading names something else.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.name_roles import WHOLE_PAGES
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of
from portalcrawl.extraction.teasers.line_forms import FRAME, form_of, is_block_name
from portalcrawl.text.normalize import clean

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.blocks import Block, Box
    from portalcrawl.extraction.teasers.cards import Card
    from portalcrawl.extraction.teasers.page_runs import PageRuns

_MAX_NAME = 80
_MAX_PAGE_NAME = 40
_MAX_LEVELS = 6
_PARAGRAPH = 100
"""Characters of a text that is not part of a list: a heading before it does not name the list after it."""


class ListNames:
    """Finds the names of the lists of a page and numbers their cards; *cards* are in page order."""

    def __init__(self, runs: PageRuns, cards: list[Card]) -> None:
        self.names: dict[Box, tuple[object, str]] = {}
        """Section -> what identifies its list, and the name of that, at the place that was read up to."""
        self.counts: Counter[object] = Counter()
        self.places: list[tuple[object, str | None]] = []
        at = 0
        for card in cards:
            first, last = runs.block_range(card.start, card.end)
            for block in runs.walk.blocks[at:first]:
                self.read(block)
            self.places.append(self.place_of(card))
            at = max(at, last)

    def name_of(self, index: int) -> str | None:
        """Return the name of the list of the card at *index*: its heading on the page, None without one."""
        return self.places[index][1]

    def take_place(self, index: int) -> int:
        """Return the position of the card at *index* in its list, from 1; each call returns the next one."""
        key = self.places[index][0]
        self.counts[key] += 1
        return self.counts[key]

    def place_of(self, card: Card) -> tuple[object, str | None]:
        """Return what identifies the list of *card*, and the name of the list."""
        for box in islice(card.around.chain(), _MAX_LEVELS):
            if box in self.names:
                return self.names[box]
            if box.tag in WHOLE_PAGES:
                break
            if 0 < len(label := clean(box.element.get("aria-label") or "")) <= _MAX_NAME:
                return box, label
        return card.around, None

    def read(self, block: Block) -> None:
        """Update the names for a block that is in no card."""
        if len(block.text) > _PARAGRAPH and not block.level:
            self.names.clear()
        elif name := _name(block):
            self.names[_section_of(block)] = block.index, name


def _section_of(block: Block) -> Box:
    """Return the innermost box around *block* that holds other blocks too."""
    box = block.box
    own = box.last - box.first
    while box.parent is not None and box.last - box.first <= own:
        box = box.parent
    return box


def _name(block: Block) -> str | None:
    """Return the name of a list in *block*, else None."""
    first = block.parts[0][2]
    titled = block.level or first.bold or block.text.endswith(":") or hints_of(block.box.classes) & Hint.TITLE
    text = block.text
    if block.parts[-1][2].link is not None:  # a "see all" link after the name
        text = clean("".join(part[0] for part in takewhile(lambda part: part[2].link is None, block.parts))) or text
    may_name = titled and (block.level or form_of(text) in ("text", "label"))
    if not (may_name or (first.link is None and is_block_name(text))):
        return None
    text = text.strip(FRAME)
    longest = _MAX_PAGE_NAME if block.level == 1 else _MAX_NAME
    return text if 2 <= len(text) <= longest else None
