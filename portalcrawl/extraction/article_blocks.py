"""The blocks that an article claims: those that its fields were read from, and those that show their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portalcrawl.extraction.article.headline_and_lead import is_named_lead
from portalcrawl.extraction.block_owner import BlockOwner, squash
from portalcrawl.extraction.dom.pictures import addresses, picture_key
from portalcrawl.extraction.teasers.line_forms import comment_count
from portalcrawl.reasons import reason
from portalcrawl.text.normalize import fold
from portalcrawl.text.person_names import opens_byline

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.blocks import Block
    from portalcrawl.extraction.dom.layout import Line
    from portalcrawl.extraction.page import Page

BEFORE, AFTER = 12, 16
"""Blocks before the article's first and after its last one that may hold its date, byline or topics."""
NEAR = 3
"""Blocks before the headline in which a time is the article's date."""
LONGEST_DETAIL = 300
"""Most characters of a block that holds a detail: a time, a name, a topic."""
SHORTEST_PART = 12
"""Fewest letters and digits of a block that shows a value if its text is only a part of the value."""
LEAST_START = 20
"""Characters at the start of a declared description that a lead must repeat."""


def article_blocks(page: Page, values: Mapping[str, Any], sources: Mapping[str, str]) -> dict[int, BlockOwner]:
    """Return the blocks that show a part of the page's article, by their index.

    *values* are the fields of the article's record, *sources* where each came from; both are empty if the page is no
    article.
    """
    claims = _Claims(page)
    claims.take_reading(sources)
    for field, part in (("headline", "headline"), ("description", "lead"), ("article_body", "text")):
        if sources.get(field) in ("profile", "json-ld"):
            name = "profile-rule" if sources[field] == "profile" else "declared-text"
            claims.take_text(part, str(values.get(field) or ""), name)
    claims.measure()
    claims.take_details(values, sources)
    claims.take_pictures(values.get("images") or ())
    return claims.found


class _Claims:
    """Collects the article's blocks in ``found``."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.blocks = page.walk.blocks
        self.found: dict[int, BlockOwner] = {}
        self.first, self.last = 0, -1
        """Indexes of the first and last block that may hold details of the article."""
        self.top, self.start = 0, 0
        """Indexes of the headline and of the first block of the text."""

    def add(self, index: int, part: str, name: str, detail: str = "") -> None:
        """Claim a block, unless it is claimed already."""
        if index not in self.found:
            self.found[index] = BlockOwner("article", part, reason(name, detail))

    def take_reading(self, sources: Mapping[str, str]) -> None:
        """Claim the lines that the visible page was read from, except for fields that a rule of the profile found."""
        assert self.page.body is not None
        layout = self.page.layout
        ruled = {part for field, part in _FIELD_PARTS.items() if sources.get(field) == "profile"}
        for index, part in layout.reasons.items():
            if part in _PARTS and (part if part != "subhead" else "text") not in ruled:
                line = layout.lines[index]
                self.add(line.block.index, part, self.why(line, part))

    def why(self, line: Line, part: str) -> str:
        """Return the id of the reason why the reading took *line* for *part*."""
        if part == "headline":
            titles = map(squash, self.page.declared.titles)
            text = squash(line.text)
            return "declared-title" if any(text in title or title in text for title in titles) else "top-heading"
        if part == "lead":
            starts = (fold(text)[:LEAST_START] for text in self.page.declared.descriptions)
            if any(start and fold(line.text).startswith(start) for start in starts):
                return "declared-lead"
            return "named-lead" if is_named_lead(line) else "opening-lead"
        if part == "byline":
            return "byline-opener" if opens_byline(line.text) else "time-by-headline"
        return part if part == "subhead" else "prose" if line.prose else "among-prose"

    def take_text(self, part: str, text: str, name: str) -> None:
        """Claim the blocks that show *text*, a value that does not come from the reading of the visible page."""
        whole = squash(text)
        paragraphs = {squash(line) for line in text.split("\n")}
        for block in self.blocks if whole else ():
            own = squash(block.text)
            if own and (own in paragraphs or (len(own) >= SHORTEST_PART and own in whole)):
                self.add(block.index, part, name)
                if part == "headline":
                    return

    def measure(self) -> None:
        """Set the range of blocks in which :meth:`around` looks for details."""
        taken = sorted(self.found)
        if taken:
            self.first, self.last = max(0, taken[0] - BEFORE), taken[-1] + AFTER
            self.top = next((index for index in taken if self.found[index].part == "headline"), taken[0])
            self.start = next((index for index in taken if self.found[index].part == "text"), self.top + NEAR)

    def around(self) -> Iterable[Block]:
        """Yield the unclaimed blocks with short texts in and around the article."""
        for block in self.blocks[self.first : self.last + 1]:
            if block.text and block.index not in self.found and len(block.text) <= LONGEST_DETAIL:
                yield block

    def take_details(self, values: Mapping[str, Any], sources: Mapping[str, str]) -> None:
        """Claim the blocks that show the article's small fields."""
        self.take_kicker(values.get("kicker"), sources.get("kicker") == "profile")
        self.take_captions(values.get("images") or ())
        dates = self.dates(values)
        names = [squash(name) for name in values.get("authors") or () if squash(name)]
        source = squash(values.get("source") or "")
        topics = {squash(topic) for topic in values.get("keywords") or ()} - {""}
        for block in self.around():
            text = squash(block.text)
            if any(name in text for name in names):
                self.add(block.index, "byline", "byline-name")
            elif any(date and date in text for date in dates):
                self.add(block.index, "date", "date-line")
            elif self.top - NEAR <= block.index < self.start and self.page.clock.parse(block.text):
                self.add(block.index, "date", "time-by-headline")
            elif source and source in text:
                self.add(block.index, "source", "source-line")
            elif _names_topics(block, topics, 1 if block.index > self.top else 2):
                self.add(block.index, "topics", "topic-trail")
            elif values.get("comment_count") is not None and comment_count(block.text) == values["comment_count"]:
                self.add(block.index, "comment count", "comment-count")

    def dates(self, values: Mapping[str, Any]) -> set[str]:
        """Return the article's dates as they are written on the page, squashed (see :func:`squash`)."""
        parts = (self.page.rules, self.page.body)
        raws = (raw for part in parts for raw in (part.date_published, part.date_modified))
        return {squash(raw or "") for raw in (values.get("date_published_raw"), *raws)} - {""}

    def take_kicker(self, kicker: str | None, ruled: bool) -> None:
        """Claim the last block before the headline with the text of the kicker."""
        text = squash(kicker or "")
        before = (block for block in reversed(self.blocks[self.first : self.top]) if squash(block.text) == text)
        block = next(before, None) if text else None
        if block is not None:
            self.add(block.index, "kicker", "profile-rule" if ruled else "over-headline")

    def take_captions(self, images: Iterable[Mapping[str, Any]]) -> None:
        """Claim the blocks that show the caption or credit of one of *images*."""
        texts = [squash(image[name]) for image in images for name in ("caption", "credit") if image.get(name)]
        for block in self.around():
            own = squash(block.text)
            if any(own and text and (text in own or (own in text and len(own) >= SHORTEST_PART)) for text in texts):
                self.add(block.index, "caption", "picture-caption")

    def take_pictures(self, images: Iterable[Mapping[str, Any]]) -> None:
        """Claim the pictures that show the file of one of *images*."""
        keys = {picture_key(image["url"]) for image in images if image.get("url")} - {""}
        for block in self.blocks if keys else ():
            if block.kind == "picture" and not keys.isdisjoint(map(picture_key, addresses(block.element))):
                self.add(block.index, "picture", "article-picture")


_PARTS = frozenset(("headline", "lead", "text", "subhead", "byline"))
_FIELD_PARTS = {"headline": "headline", "description": "lead", "article_body": "text"}


def _names_topics(block: Block, topics: set[str], least: int) -> bool:
    """Return whether a block consists mostly of topics of the article, at least *least* of them."""
    own = rest = squash(block.text)
    found = 0
    for topic in sorted(topics, key=lambda topic: (-len(topic), topic)):
        if topic in rest:
            rest = rest.replace(topic, "")
            found += 1
    return found >= least and len(rest) * 3 <= len(own)
