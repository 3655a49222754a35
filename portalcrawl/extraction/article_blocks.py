"""The blocks that an article claims: those that its fields were read from, and those that show their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portalcrawl.extraction.article.headline_and_lead import is_named_lead
from portalcrawl.extraction.block_owner import BlockOwner, squash
from portalcrawl.extraction.chrome_blocks import DROPPED
from portalcrawl.extraction.dom.pictures import addresses, picture_key
from portalcrawl.extraction.teasers.line_forms import comment_count
from portalcrawl.reasons import reason
from portalcrawl.text.normalize import fold

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.blocks import Block
    from portalcrawl.extraction.dom.layout import Line
    from portalcrawl.extraction.page import Page

BEFORE, AFTER = 12, 16
"""Blocks before the article's first and after its last one that may hold its date, byline or topics."""
LONGEST_DETAIL = 300
"""Most characters of a block that holds a detail: a time, a name, a topic."""
SHORTEST_PART = 12
"""Fewest letters and digits of a block that shows a value if its text is only a part of the value."""
LEAST_START = 20
"""Characters at the start of a declared description that a lead must repeat."""
_FIELDS = {"headline": "headline", "lead": "description", "text": "article_body", "subhead": "article_body"}
"""Part of the article that lines are read as -> its field."""
_TAKEN_FROM = {"profile": "profile-rule", "json-ld": "declared-text"}
"""Source of a text that was not read from lines -> reason of the blocks that show it."""


def article_blocks(page: Page, values: Mapping[str, Any], sources: Mapping[str, str]) -> dict[int, BlockOwner]:
    """Return the blocks that show a part of the page's article, by their index.

    *values* are the fields of the article's record, *sources* where each came from; both are empty if the page is no
    article.
    """
    claims = _Claims(page)
    claims.take_reading(sources)
    for part in ("headline", "lead", "text"):
        field = _FIELDS[part]
        if sources.get(field) in _TAKEN_FROM:
            claims.take_text(part, [str(values[field])], _TAKEN_FROM[sources[field]], page.walk.blocks)
    claims.take_details(values, sources)
    claims.take_pictures(values.get("images") or ())
    return claims.found


class _Claims:
    """Collects the article's blocks in ``found``."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.blocks = page.walk.blocks
        self.found: dict[int, BlockOwner] = {}

    def add(self, block: Block, part: str, name: str) -> None:
        """Claim a block, unless it is claimed already."""
        self.found.setdefault(block.index, BlockOwner("article", part, reason(name)))

    def take_reading(self, sources: Mapping[str, str]) -> None:
        """Claim the lines that the visible page was read from, except for fields that a rule of the profile found."""
        _ = self.page.body  # it records them
        layout = self.page.layout
        for index, part in layout.reasons.items():
            if part not in DROPPED and sources.get(_FIELDS.get(part, "")) != "profile":
                line = layout.lines[index]
                self.add(line.block, part, self.why(line, part))

    def why(self, line: Line, part: str) -> str:
        """Return the id of the reason why the reading took *line* for *part*."""
        declared = self.page.declared
        if part == "headline":
            text = squash(line.text)
            return "declared-title" if any(text in squash(title) for title in declared.titles) else "top-heading"
        if part == "lead":
            start = fold(line.text)[:LEAST_START]
            if any(fold(text).startswith(start) for text in declared.descriptions):
                return "declared-lead"
            return "named-lead" if is_named_lead(line) else "opening-lead"
        if part == "text":
            return "prose" if line.prose else "among-prose"
        return "byline-opener" if part == "byline" else part

    def take_text(self, part: str, texts: Iterable[str], name: str, blocks: Iterable[Block]) -> None:
        """Claim those of *blocks* that show one of *texts*, a paragraph or a longer part of it."""
        wholes = [whole for whole in map(squash, texts) if len(whole) >= SHORTEST_PART]
        paragraphs = {squash(line) for text in texts for line in text.split("\n")} - {""}
        for block in blocks:
            own = squash(block.text)
            is_part = len(own) >= SHORTEST_PART and any(own in whole or whole in own for whole in wholes)
            if is_part or own in paragraphs:
                self.add(block, part, name)

    def around(self) -> list[Block]:
        """Return the unclaimed blocks with short texts in and around the article."""
        first, last = min(self.found, default=0), max(self.found, default=-AFTER)
        near = self.blocks[max(0, first - BEFORE) : last + AFTER + 1]
        return [block for block in near if block.index not in self.found and len(block.text) <= LONGEST_DETAIL]

    def take_details(self, values: Mapping[str, Any], sources: Mapping[str, str]) -> None:
        """Claim the blocks around the article that show its small fields."""
        top = next((index for index in sorted(self.found) if self.found[index].part == "headline"), 0)
        kicker = "profile-rule" if sources.get("kicker") == "profile" else "over-headline"
        self.take_text("kicker", [values.get("kicker") or ""], kicker, self.blocks[max(0, top - BEFORE) : top])
        images = values.get("images") or ()
        captions = [image[name] or "" for image in images for name in ("caption", "credit")]
        self.take_text("caption", captions, "picture-caption", self.around())
        self.take_named("byline", values.get("authors") or (), "byline-name")
        times = (values.get("date_published"), values.get("date_modified"))
        for block in self.around():
            time, count = self.page.clock.find(block.text), comment_count(block.text)
            if time is not None and time.when.isoformat() in times:
                self.add(block, "date", "date-line")
            elif count is not None and count == values.get("comment_count"):
                self.add(block, "comment count", "comment-count")
        self.take_named("source", [values.get("source") or ""], "source-line")
        below = [block for block in self.around() if block.index > top]
        self.take_text("topics", ["\n".join(values.get("keywords") or ())], "topic-trail", below)

    def take_named(self, part: str, names: Iterable[str], why: str) -> None:
        """Claim the blocks around the article that hold one of *names*."""
        wanted = set(map(squash, names)) - {""}
        for block in self.around():
            text = squash(block.text)
            if any(name in text for name in wanted):
                self.add(block, part, why)

    def take_pictures(self, images: Iterable[Mapping[str, Any]]) -> None:
        """Claim the pictures that show the file of one of *images*."""
        keys = {picture_key(image["url"]) for image in images} - {""}
        for block in self.blocks:
            if block.kind == "picture" and not keys.isdisjoint(map(picture_key, addresses(block.element))):
                self.add(block, "picture", "article-picture")
