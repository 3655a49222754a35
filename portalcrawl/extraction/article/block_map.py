"""Why each block of a page is in the article's text or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portalcrawl.extraction.article.main_text import is_link

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.layout import Box, Layout, Line

OWN = frozenset(("headline", "lead", "text", "subhead", "byline"))


def map_blocks(layout: Layout) -> dict[int, tuple[str, str]]:
    """Return the owner and the reason for each text block of *layout*, whose article has been read.

    A block that is not the article's has as reason the kind of side matter that it stands in (``comments``,
    ``related`` ...), ``boilerplate`` for its wording, ``link``, ``weight``, or ``outside``; ``menu`` where it can
    belong to no article.
    """
    found = {block.index: ("other", "menu") for block in layout.walk.blocks if block.text}
    for line in layout.lines:
        reason = layout.reasons.get(line.index) or _why_not(line)
        found[line.block.index] = ("article" if reason in OWN else "other", reason)
    return found


def _why_not(line: Line) -> str:
    box: Box | None = line.box
    while box is not None:
        if box.kind:
            return box.kind
        box = box.parent
    return "boilerplate" if line.note else "link" if is_link(line) else "outside"
