"""The blocks that the teasers of a page have a claim to: those of their cards that show their fields."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from portalcrawl import urls
from portalcrawl.extraction.block_owner import BlockOwner, squash
from portalcrawl.extraction.teasers.line_forms import comment_count
from portalcrawl.reasons import reason

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Block, Box
    from portalcrawl.extraction.dom.runs import Link
    from portalcrawl.extraction.page import Page
    from portalcrawl.extraction.parts import TeaserParts

MOST_BLOCKS = 40
"""Blocks of a card."""
MOST_LINKS = 60
"""Links of a card, and links to one article in which its card is looked for."""
BEFORE, AFTER = 6, 12
"""Blocks before and behind a card's link that may belong to it where nothing else parts the cards."""
LONGEST_GAP = 4
"""Blocks from one that shows a field to the next, between which all is the card's."""
SHORTEST_PART = 10
"""Letters and digits from which a block that is a part of a field's text shows it."""
_FIELDS = (
    *(("headline", "headline"), ("snippet", "snippet"), ("kicker", "kicker"), ("date_text", "date")),
    *(("label", "label"), ("image_caption", "caption")),
)
"""Field of :class:`TeaserParts` and the name of the part that shows it; a block is the first that it shows."""


def teaser_blocks(page: Page) -> dict[int, BlockOwner]:
    """Return the blocks that belong to a teaser, by their index."""
    if not page.teasers:
        return {}
    return _Cards(page).read()


class _Cards:
    """The links and boxes of a page, looked up by what they lead to and by their elements."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.walk = page.walk
        self.texts = [squash(block.text) for block in self.walk.blocks]
        self.places: dict[str, list[int]] = {}
        """The blocks that show a text."""
        for at, text in enumerate(self.texts):
            self.places.setdefault(text, []).append(at)
        self.boxes: dict[_Element, Box] = {box.element: box for box in self.walk.boxes}
        self.targets = Counter(self.key(teaser.url) for teaser in page.teasers)
        self.keys: list[str] = []
        """For each link of the walk the article that it leads to; empty where no teaser leads there."""
        self.links: dict[str, list[Link]] = {}
        for link in self.walk.links:
            url = urls.absolute(self.walk.base_url, link.href)
            key = self.key(url) if url else ""
            self.keys.append(key if key in self.targets else "")
            if self.keys[-1]:
                self.links.setdefault(key, []).append(link)
        self.found: dict[int, BlockOwner] = {}

    def key(self, url: str) -> str:
        return urls.canonical_url(url, self.page.profile.hosts)

    def read(self) -> dict[int, BlockOwner]:
        """Return the blocks of all teasers: first their headlines, then what stands around these.

        Cards without one are taken at once, so that the next teaser of the same article finds another card.
        """
        chosen: list[dict[int, tuple[str, str]]] = []
        for index, teaser in enumerate(self.page.teasers):
            links = self.links.get(self.key(teaser.url), ())[:MOST_LINKS]
            cards = (self.card(teaser, link) for link in links)
            headline = squash(teaser.headline or "")
            best = max(cards, key=lambda card: self.worth(card, headline), default={})
            if "headline" not in {part for part, _ in best.values()}:
                best |= self.elsewhere(headline)
            headlines = {at: said for at, said in best.items() if said[0] == "headline"}
            self.claim(index, headlines or best)
            chosen.append(best)
        for index, card in enumerate(chosen):
            self.claim(index, card)
        return self.found

    def claim(self, index: int, card: dict[int, tuple[str, str]]) -> None:
        """Give the blocks of *card* to the teaser *index*, unless they belong to one already."""
        for at, (part, name) in card.items():
            owner = self.found.setdefault(at, BlockOwner("teaser", part, reason(name), index))
            if owner.teaser != index and part == owner.part == "headline":
                self.found[at] = owner._replace(reason=reason("shared-line"))

    def worth(self, card: dict[int, tuple[str, str]], headline: str) -> tuple[bool, int, int]:
        """Return whether a card shows *headline* alone in a block, how many fields in blocks that no other has, and in
        how few blocks."""
        free = {at: part for at, (part, _) in card.items() if at not in self.found}
        exact = any(self.texts[at] == headline for at, part in free.items() if part == "headline")
        return exact, len(set(free.values()) - {"other", "link"}), -len(card)

    def elsewhere(self, headline: str) -> dict[int, tuple[str, str]]:
        """Return the block that shows *headline* where no link to the teaser's very address stands around it."""
        found = (at for at in self.places.get(headline, ())[:MOST_LINKS] if at not in self.found)
        at = next(found, None) if headline else None
        return {} if at is None else {at: ("headline", "card-headline")}

    def card(self, teaser: TeaserParts, link: Link) -> dict[int, tuple[str, str]]:
        """Return the part and the reason's id of each block of the card around *link*, one of the teaser's."""
        key = self.key(teaser.url)
        first, last = self.range(link, key)
        shown: dict[int, tuple[str, str]] = {}
        wanted = [(squash(getattr(teaser, field) or ""), part) for field, part in _FIELDS]
        for block in self.walk.blocks[first:last]:
            part = self.part(block, wanted, teaser)
            if part:
                shown[block.index] = part, "card-rule" if teaser.source == "profile" else f"card-{part}"
        shown |= {at: ("link", "card-link") for at in self.linked(key, first, last) if at not in shown}
        for at, after in pairwise(sorted(shown)):
            if after - at <= LONGEST_GAP:
                shown |= dict.fromkeys(range(at + 1, after), ("other", "card-other"))
        return shown

    def part(self, block: Block, wanted: Sequence[tuple[str, str]], teaser: TeaserParts) -> str:
        """Return the part of the teaser that *block* shows, empty for none."""
        if block.kind == "picture":
            return "image" if teaser.image_url and _shows(block, teaser.image_url) else ""
        own = self.texts[block.index]
        for text, part in wanted:
            if own and text and (text in own or (own in text and len(own) >= SHORTEST_PART)):
                return part
        if teaser.comment_count is not None and comment_count(block.text) == teaser.comment_count:
            return "count"
        return ""

    def linked(self, key: str, first: int, last: int) -> Iterator[int]:
        """Yield the blocks from *first* to *last* in which links to the article *key* stand."""
        links = self.links[key]
        for link in links[bisect_left(links, first, key=lambda link: link.last) :]:
            if link.first >= last:
                break
            yield from range(max(first, link.first), min(last, link.last))

    def range(self, link: Link, key: str) -> tuple[int, int]:
        """Return the blocks of the largest box around *link* without a link to another teaser's article.

        Where a list parts its cards by no boxes, they reach to the next link.
        """
        around, inner = self.box_of(link), None
        while around is not None and not self.is_list(around, key):
            around, inner = around.parent, around
        first, last = (inner.first, inner.last) if inner else (link.first, link.last)
        return (first, last) if around is None else self.reach(link, key, (first, last), (around.first, around.last))

    def reach(self, link: Link, key: str, card: tuple[int, int], within: tuple[int, int]) -> tuple[int, int]:
        """Return the blocks of *card*, and those beside it up to the next ones that links to other articles hold."""
        first, last = max(within[0], card[0] - BEFORE), min(within[1], card[1] + AFTER)
        start = max(0, link.index - MOST_LINKS)
        links = self.walk.links[start : link.index + MOST_LINKS]
        for other, target in zip(links, self.keys[start:], strict=False):
            if target and (target != key or self.targets[key] > 1):
                if other.last <= card[0]:
                    first = max(first, other.last)
                elif other.first >= card[1]:
                    last = min(last, other.first)
        return first, last

    def is_list(self, box: Box, key: str) -> bool:
        """Return whether *box* is larger than a card, or links to another teaser's article stand in it."""
        return box.last - box.first > MOST_BLOCKS or self.leads_elsewhere(box, key)

    def leads_elsewhere(self, box: Box, key: str) -> bool:
        """Return whether a link to another teaser's article stands in *box*, or more links than in any card."""
        targets = self.keys[box.first_link : box.last_link][: MOST_LINKS + 1]
        return len(targets) > MOST_LINKS or any(target and target != key for target in targets)

    def box_of(self, link: Link) -> Box | None:
        """Return the innermost box around *link*."""
        element: _Element | None = link.element
        while element is not None and element not in self.boxes:
            element = element.getparent()
        return None if element is None else self.boxes[element]


def _shows(block: Block, address: str) -> bool:
    """Return whether a picture's file has the name of the one at *address*."""
    name = address.rpartition("/")[2].partition("?")[0]
    values = (block.element.get(attribute) or "" for attribute in ("src", "data-src", "srcset", "data-srcset"))
    return bool(name) and any(f"/{name}" in f"/{value}" for value in values)
