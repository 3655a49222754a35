"""The blocks that the teasers of a page claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portalcrawl.extraction.block_owner import BlockOwner, squash
from portalcrawl.reasons import TEASER, reason

if TYPE_CHECKING:
    from portalcrawl.extraction.page import Page
    from portalcrawl.extraction.parts import TeaserParts

AROUND = 12
"""Blocks before and after a headline found by a profile's rules among which the card's other fields are sought."""
SHORTEST_PART = 10
"""Fewest letters and digits of a block that shows a field if its text is only a part of the field's."""
_FIELDS = (
    *(("snippet", "snippet"), ("kicker", "kicker"), ("date_text", "date"), ("label", "label")),
    ("image_caption", "caption"),
)
"""Field of :class:`TeaserParts` and the name of the part that shows it."""


def teaser_blocks(page: Page) -> dict[int, BlockOwner]:
    """Return the owners of the blocks that belong to teasers, by block index.

    They are the blocks that the fields were read from, or, if these are unknown, the blocks with the fields' texts.
    """
    reading = page.teaser_reading
    found: dict[int, BlockOwner] = {}
    for at, (number, part) in reading.owners.items():
        name = "shared-line" if at in reading.shared else f"card-{part}" if f"card-{part}" in TEASER else "card-other"
        found[at] = BlockOwner("teaser", part, reason(name), number)
    texts = [squash(block.text) for block in page.walk.blocks]
    for index, teaser in enumerate(page.teasers):
        if teaser.source == "profile":
            _claim(index, teaser, texts, found)
    return found


def _claim(index: int, teaser: TeaserParts, texts: list[str], found: dict[int, BlockOwner]) -> None:
    """Add to *found* the blocks whose *texts* show the fields of *teaser*, unless they have an owner already."""
    headline = squash(teaser.headline or "")
    shows = (at for at, text in enumerate(texts) if at not in found and headline and headline in text)
    start = min(shows, key=lambda at: len(texts[at]), default=None)
    if start is None:
        return
    found[start] = BlockOwner("teaser", "headline", reason("card-rule"), index)
    for at in range(max(0, start - AROUND), min(len(texts), start + AROUND)):
        for field, part in _FIELDS:
            text, own = squash(getattr(teaser, field) or ""), texts[at]
            if at not in found and own and text and (text in own or (own in text and len(own) >= SHORTEST_PART)):
                found[at] = BlockOwner("teaser", part, reason("card-rule"), index)
