"""Page chrome, i.e. everything around article and teasers: menus, comments, related articles, ads, the footer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from portalcrawl.extraction.article.boilerplate import note_reason
from portalcrawl.extraction.article.main_text import is_link
from portalcrawl.extraction.article.text_weights import TextWeights
from portalcrawl.extraction.article.visible_article import weigh
from portalcrawl.extraction.block_owner import BlockOwner, squash
from portalcrawl.extraction.dom.blocks import Place
from portalcrawl.extraction.dom.name_roles import HEAD, names_role
from portalcrawl.extraction.teasers.line_forms import split_cut
from portalcrawl.reasons import reason

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.blocks import Block
    from portalcrawl.extraction.dom.layout import Line
    from portalcrawl.extraction.page import Page

MOST_SIGNS = 3
LONGEST_NAME = 60
"""Characters of an element's names quoted in a reason."""
_PARTS = {
    **{"nav": "menu", "overlay": "consent", "subscription": "subscription", "button": "form", "figure": "picture"},
    **{"teaser": "related", "caption": "picture", "player": "media"},
}
"""Role -> name of the part of the chrome, where the two differ."""
_NOTES = {
    **{"label": "label", "pointer": "related", "offer": "subscription", "consent": "consent", "rights": "footer"},
    **{"talk": "comments", "stamp": "date", "credit": "picture", "trail": "topics", "about-itself": "label"},
}
"""Reason id of a boilerplate line -> name of the part of the chrome."""
DROPPED = ("weight", "comments")
"""Values of ``Layout.reasons`` for lines that were article text at first and were dropped later."""
_OBJECTS = {"picture": "picture", "media": "media", "control": "form", "rule": "separator"}


def chrome_blocks(page: Page) -> dict[int, BlockOwner]:
    """Return the owner of each block, by its index, for the case that neither the article nor a teaser owns it."""
    chrome = _Chrome(page)
    return {block.index: chrome.owner(block) for block in page.walk.blocks}


class _Chrome:
    """Decides what part of the chrome each block of one page is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines: dict[int, Line] = {line.block.index: line for line in page.layout.lines}
        self.lists = {squash(teaser.block or "") for teaser in page.teasers}
        layout = page.layout
        self.own = {layout.lines[at].text for at, part in layout.reasons.items() if part not in DROPPED}
        """Lines of the article."""

    def owner(self, block: Block) -> BlockOwner:
        """Return the part of the chrome that *block* is, and why."""
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
        """Return the owner of a line that neither its place nor its wording excludes from the article's text."""
        role = _by_role(line.block)
        part = role.part if role else "other"
        if is_link(line):
            return BlockOwner("chrome", part, reason(self.page.teaser_reading.refused.get(line.block.index) or "link"))
        if line.text in self.own:
            return BlockOwner("chrome", part, reason("repeated"))
        dropped = self.page.layout.reasons.get(line.index)
        if dropped == "comments":
            return BlockOwner("chrome", "comments", reason("behind-comments"))
        if dropped == "weight":
            signs = ", ".join(f"{name} {weight:+.1f}" for name, weight in self.weights.signs(line.block)[:MOST_SIGNS])
            against = f"weight {self.weights.weight(line.block):+.1f}; strongest against it: {signs}"
            return BlockOwner("chrome", part, reason("text-weight", against))
        return BlockOwner("chrome", part, reason("outside"))

    @cached_property
    def weights(self) -> TextWeights:
        """The weights that the reading of the article gave the page's lines."""
        layout = self.page.layout
        headline = next((layout.lines[at] for at, part in layout.reasons.items() if part == "headline"), None)
        return weigh(layout, headline, self.page.declared)


def _by_kind(line: Line) -> BlockOwner | None:
    """Return the owner by the kind of the boxes around a line that the reading of the article used, else None."""
    for box in line.box.chain():
        if box.kind:
            names = " ".join(filter(None, (box.classes, box.element.get("id"))))
            kind = names_role(names).name or box.kind
            within = f"{box.tag} {names}".strip()[:LONGEST_NAME]
            return BlockOwner("chrome", _PARTS.get(kind, kind), reason("role", f"{box.kind}, within <{within}>"))
    return None


def _by_role(block: Block) -> BlockOwner | None:
    """Return the owner by the certain roles of the elements around a block, even if the reading ignored them."""
    for box in block.box.chain():
        if box.role.strength >= HEAD:
            name = box.role.name
            return BlockOwner("chrome", _PARTS.get(name, name), reason("role", f"{name}, within <{box.tag}>"))
    return None


def _by_wording(line: Line) -> BlockOwner | None:
    """Return the owner by the wording of a line, else None."""
    name = note_reason(line.text, line.linked)
    if name:
        return BlockOwner("chrome", _NOTES[name], reason(name))
    if not line.note:
        return None
    return BlockOwner("chrome", "other", reason("cut-text" if split_cut(line.text)[1] else "picture-text"))
