"""What stands around a page's article and teasers: menus, comments, related articles, advertisements, the foot."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from portalcrawl.extraction.article.boilerplate import note_reason
from portalcrawl.extraction.article.line_weights import LineWeights
from portalcrawl.extraction.article.main_text import is_link
from portalcrawl.extraction.block_owner import BlockOwner, squash
from portalcrawl.extraction.dom.blocks import Place
from portalcrawl.extraction.dom.name_roles import HEAD, names_role
from portalcrawl.extraction.teasers.line_forms import split_cut
from portalcrawl.reasons import reason

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.blocks import Block
    from portalcrawl.extraction.dom.layout import Box, Line
    from portalcrawl.extraction.page import Page

LONGEST_NAME = 60
"""Characters of class and id that a reason quotes."""
_PARTS = {
    **{"nav": "menu", "overlay": "consent", "subscription": "subscription", "button": "form", "figure": "picture"},
    **{"teaser": "related", "caption": "picture", "player": "media"},
}
"""Role -> what chrome it is, where that has another name."""
_NOTES = {
    **{"label": "label", "pointer": "related", "offer": "subscription", "consent": "consent", "rights": "footer"},
    **{"talk": "comments", "stamp": "date", "credit": "picture", "trail": "topics", "about-itself": "label"},
}
"""Reason of boilerplate -> what chrome it is."""
_DROPPED = ("weight", "comments")
"""What the reading of the article notes of a line that it took for text first, and then did not."""
_OBJECTS = {"picture": "picture", "media": "media", "control": "form", "rule": "separator"}


def chrome_blocks(page: Page) -> dict[int, BlockOwner]:
    """Return for each block of the page what it is where neither the article nor a teaser owns it."""
    chrome = _Chrome(page)
    return {block.index: chrome.owner(block) for block in page.walk.blocks}


class _Chrome:
    """The lines of the article's reading by their blocks, and what they weighed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines: dict[int, Line] = {line.block.index: line for line in page.layout.lines}
        self.lists = {squash(teaser.block) for teaser in page.teasers if teaser.block} - {""}
        layout = page.layout
        self.own = {layout.lines[at].text for at, part in layout.reasons.items() if part not in _DROPPED}
        """Lines of the article."""

    def owner(self, block: Block) -> BlockOwner:
        """Return what a block is."""
        if not block.text:
            return _by_role(block) or BlockOwner("chrome", _OBJECTS[block.kind], reason("object"))
        if squash(block.text) in self.lists and not block.box.places & (Place.NAV | Place.FOOTER):
            return BlockOwner("chrome", "list", reason("list-heading"))
        line = self.lines.get(block.index)
        if line is None:
            part = "menu" if block.box.places & Place.NAV else "footer"
            return BlockOwner("chrome", part, reason("landmark"))
        return _by_kind(line) or _by_wording(line) or self.by_weight(line)

    def by_weight(self, line: Line) -> BlockOwner:
        """Return what a line is that neither place nor wording keeps out of the text."""
        role = _by_role(line.block)
        part = role.part if role else "other"
        if is_link(line):
            return BlockOwner("chrome", part, reason("link"))
        if line.text in self.own:
            return BlockOwner("chrome", part, reason("repeated"))
        dropped = self.page.layout.reasons.get(line.index)
        if dropped == "comments":
            return BlockOwner("chrome", "comments", reason("behind-comments"))
        if dropped == "weight":
            return BlockOwner("chrome", part, reason("text-weight", self.weights.against(line)))
        return BlockOwner("chrome", part, reason("outside"))

    @cached_property
    def weights(self) -> LineWeights:
        """Weighs the page's lines as the reading did."""
        return LineWeights(self.page.layout, self.page.declared)


def _by_kind(line: Line) -> BlockOwner | None:
    """Return what the tag, the role or a name of an element around a line tells, as the reading saw it."""
    box: Box | None = line.box
    while box is not None:
        if box.kind:
            names = " ".join(filter(None, (box.element.get("class"), box.element.get("id"))))
            told = f"{box.kind}, told by <{box.tag}{' ' + names[:LONGEST_NAME] if names else ''}>"
            kind = (names_role(names).name or box.kind) if box.kind == "aside" else box.kind
            return BlockOwner("chrome", _PARTS.get(kind, kind), reason("role", told))
        box = box.parent
    return None


def _by_role(block: Block) -> BlockOwner | None:
    """Return what the elements around a block surely are, whether or not the reading went by that."""
    for box in block.box.chain():
        if box.role.strength >= HEAD:
            name = box.role.name
            return BlockOwner("chrome", _PARTS.get(name, name), reason("role", f"{name}, told by <{box.tag}>"))
    return None


def _by_wording(line: Line) -> BlockOwner | None:
    """Return what the wording of a line tells."""
    name = note_reason(line.text, line.linked)
    if name:
        return BlockOwner("chrome", _NOTES[name], reason(name))
    if not line.note:
        return None
    return BlockOwner("chrome", "other", reason("cut-text" if split_cut(line.text)[1] else "picture-text"))
