"""Splits lists into cards: a card is a child of its list, or several siblings (``h3``, ``p``; text and ``br``).

For the latter, the list is split in several ways: after each snippet, or before each child of one kind. The way that
gives the most cards of the same structure, each of which links to one article, is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby, islice, takewhile
from typing import TYPE_CHECKING, Union

from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.name_roles import name_shape
from portalcrawl.extraction.dom.walk import HEADINGS
from portalcrawl.extraction.teasers.line_forms import Form, form_of, is_cut

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.teasers.article_links import ArticleLink
    from portalcrawl.extraction.teasers.page_runs import PageRuns

MANY = "\0many"
"""Marks a box that holds links to more than one article."""
_NO_CARDS = frozenset(("p", "tr", "dt", "dd"))
_MAX_DEPTH = 12
"""Levels of nested inline elements that are distinguished."""
_MAX_TEXTS_A_CARD = 4
_MOST_KEYS = 12
"""Children at the start of a list that are tried as the first child of each card."""
_BEHIND = ("count", "more")
"""Forms of the texts after the snippet of a card."""


Top = Union[Box, "ArticleLink"]
"""The outermost box with links to one article only, or a link that is in no such box."""


@dataclass(slots=True)
class Item:
    """A child of a list: a part that links to one article (``top``), a text, or the end of a card."""

    start: int
    end: int
    kind: str
    """Tag and classes: equal for the same part of different cards."""
    top: Top | None = None
    target: str = ""
    form: Form = "empty"
    closes: bool = False
    """Whether its text ends with an ellipsis, or with a count after one."""
    is_end: bool = False
    breaks: int = 0
    """Line breaks before it."""

    @property
    def key(self) -> str:
        """The kind with the form of the text, and whether it links to an article."""
        return f"{self.kind}:{self.form}{' link' * bool(self.target)}"

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole card, with title and snippet in separate blocks."""
        box = self.top
        return isinstance(box, Box) and box.tag not in _NO_CARDS and not box.level and box.headings > 0


Items = list[Item]


def bare(runs: PageRuns, tops: Mapping[Top, str]) -> Iterator[Items]:
    """Yield consecutive *tops* of the same article as one card each, without the texts around them."""
    card: Items = []
    for item in sorted((_mark(runs, top, target) for top, target in tops.items()), key=lambda item: item.start):
        if card and (item.target != card[0].target or runs.size(card[-1].end, item.start)):
            yield card
            card = []
        card.append(item)
    if card:
        yield card


def _mark(runs: PageRuns, top: Top, target: str) -> Item:
    start, end = runs.of_box(top) if isinstance(top, Box) else runs.of_link(top.link)
    return Item(start, end, kind_of(top), top, target)


def kind_of(top: Top) -> str:
    """Return the tag and classes of *top* without numbers and states."""
    return top.signature if isinstance(top, Box) else f"a{name_shape(top.link.element.get('class') or '')}"


def split_list(runs: PageRuns, around: Box, tops: Mapping[Top, str], marks: Mapping[Box, str]) -> list[Items]:
    """Return the cards among the children of *around*, each as consecutive items: *tops* and the texts around them.

    Empty if the texts between them are not part of the list.
    """
    return _parted(_Items(runs, around, tops, marks).items)


class _Items:
    """Collects the children of a box as items."""

    def __init__(self, runs: PageRuns, around: Box, tops: Mapping[Top, str], marks: Mapping[Box, str]) -> None:
        self.runs = runs
        self.around = around
        self.items: Items = []
        self.marks = marks
        links = [_mark(runs, top, target) for top, target in tops.items() if not isinstance(top, Box)]
        linked = {(link.start, link.end) for link in links}
        boxes = [(*runs.of_box(box), box) for box in runs.walk.children(around)]
        self.linked_cards = {box.signature for first, last, box in boxes if (first, last) in linked}
        """Signatures of boxes that are whole links: such a box without a link is not part of another card."""
        solid: list[tuple[int, int, Item | Box]] = sorted(
            [*((link.start, link.end, link) for link in links), *boxes],  # boxes after the links around them
            key=lambda each: (each[0], each[0] != each[1], -each[1]),  # empty links before what they cover
        )
        at, end = runs.of_box(around)
        for first, last, child in solid:
            if first >= at:
                self.add_loose(at, first)
                self.items.append(self.read(child) if isinstance(child, Item) else self.of_box(child))
                at = last
        self.add_loose(at, end)
        heads = [item for item in self.items if not item.target and item.kind.startswith(tuple(HEADINGS))]
        if len(heads) * 2 < len(_targets(self.items)):  # parts of the list, not titles of cards
            for head in heads:
                head.is_end = True

    def of_box(self, box: Box) -> Item:
        target = self.marks.get(box, "")
        item = _mark(self.runs, box, target)
        is_card = box.tag == "li" or (box.pictures > 0 and box.signature in self.linked_cards)
        is_apart = is_card or self.runs.has_page_heading(box)
        if target == MANY or (not target and is_apart):
            return Item(item.start, item.end, item.kind, is_end=True)
        item = self.read(item)
        if item.form == "date" and box.pictures:
            item.form = "text"  # a date next to the picture begins a card
        return item

    def add_loose(self, start: int, end: int) -> None:
        """Add the runs of a range that are in no box and no link to an article: one item per inline element."""
        for (block, element), group in groupby(range(start, end), self.place):
            found = [*group]
            kind = self.runs.walk.blocks[block].kind
            tag = "#text" if element is None else f"{element.tag}{name_shape(element.get('class') or '')}"
            item = self.read(Item(found[0], found[-1] + 1, tag))
            item.is_end = item.is_end or kind == "rule"
            if item.is_end or kind == "picture" or item.form != "empty":
                self.items.append(item)

    def place(self, run: int) -> tuple[int, _Element | None]:
        """Return the block of *run* and the child of the list around it, None for text directly in the list."""
        element = self.runs.parts[run][1]
        inner = takewhile(lambda node: node is not self.around.element, chain((element,), element.iterancestors()))
        return self.runs.blocks[run], next(reversed([*islice(inner, _MAX_DEPTH)]), None)

    def read(self, item: Item) -> Item:
        """Set the attributes of *item* that depend on its text, and return it."""
        text = self.runs.text(item.start, item.end)
        item.form = form_of(text)
        item.is_end = item.form == "ad"
        item.closes = is_cut(f"x {text}")
        if text:
            block = self.runs.walk.blocks[self.runs.blocks[item.start]]
            item.breaks = block.breaks if self.runs.starts[block.index] == item.start else 0
        return item


def _parted(items: Items) -> list[Items]:
    """Return the cards of a list with their texts; [] if the texts are not part of the list."""
    stretches = [stretch for stretch in _stretches(items) if _targets(stretch)]
    is_parted = all(len(_targets(stretch)) == 1 for stretch in stretches)
    cards = stretches if is_parted else _closed(stretches) or _opened(stretches)
    if len(cards) < 2:
        return []
    opening = sum(item.form == "text" for item in stretches[0][: _leading(stretches[0])])
    closed = sum(any(item.closes or item.form == "more" for item in card) for card in cards)
    if opening >= 2 and closed * 2 < len(cards):
        return []  # an article with links between its paragraphs
    _trim(cards)
    texts = sum(not item.target for card in cards for item in card)
    belong = closed * 2 >= len(cards) or len(cards) <= texts * 2 <= 2 * len(cards) * _MAX_TEXTS_A_CARD
    return cards if belong else []


def _stretches(items: Items) -> Iterator[Items]:
    """Yield the items between ends or empty lines; an item that is a whole card is yielded alone."""
    stretch: Items = []
    for item in items:
        is_parted = item.breaks > 1 and stretch and stretch[-1].form != "empty"  # an empty line and no picture between
        if stretch and (item.is_end or item.is_whole or is_parted or stretch[-1].is_whole):
            yield stretch
            stretch = []
        if not item.is_end:
            stretch.append(item)
    if stretch:
        yield stretch


def _targets(items: Items) -> set[str]:
    return {item.target for item in items if item.target}


def _leading(card: Items) -> int:
    """Return the number of texts before the first link of *card*."""
    return next(at for at, item in enumerate(card) if item.target)


def _trim(cards: list[Items]) -> None:
    """Remove the texts around the list from the first and last card: those in excess of what the other cards have."""
    first, last = cards[0], cards[-1]
    size = _opening(first)
    most = max(*map(_opening, cards[1:]), _own_opening(first, cards[1:]))
    cards[0] = first[max(size - most, 0) :]
    trailing = max(_leading(card[::-1]) for card in cards[:-1])
    cards[-1] = last[: len(last) - max(0, _leading(last[::-1]) - trailing)]


def _opening(card: Items) -> int:
    """Return the number of texts before the first link of *card*, or, if that is an ellipsis, before its snippet."""
    first = _leading(card)
    at = first
    while at and card[first].closes and not isinstance(card[first].top, Box) and card[at - 1].kind == "#text":
        at -= 1
    return at


def _own_opening(card: Items, others: list[Items]) -> int:
    """Return the number of texts before the first link of *card* that belong to it: in elements that *others* have too.

    0 unless that link is its snippet, so that picture and title come before it.
    """
    if not card[_leading(card)].closes:
        return 0
    kinds = {item.kind for other in others for item in other}
    return sum(1 for _ in takewhile(lambda item: item.kind in kinds, reversed(card[: _opening(card)])))


def _closed(stretches: list[Items]) -> list[Items]:
    """Return the cards if most end with a snippet, with a count and maybe a date after it; else []."""
    dated = [item.form == "date" for stretch in stretches for item in stretch if item.closes or item.form == "date"]
    ages_open = bool(dated) and dated[0] and not dated[-1]  # dates begin the cards, before their titles
    behind = _BEHIND if ages_open else (*_BEHIND, "date")

    def begins(item: Item, target: str, closed: bool) -> bool:
        return closed and item.target != target and item.form not in behind

    cards = _cut(stretches, begins)
    return cards if sum(any(item.closes for item in card) for card in cards) * 10 >= 8 * len(cards) else []


def _opened(stretches: list[Items]) -> list[Items]:
    """Return the cards that each begin with one kind of item: the kind that gives the most cards of one structure."""
    ways = (
        _cut(stretches, lambda item, target, _, key=key: item.key == key and item.target != (target or None))  # type: ignore[misc]
        for key in dict.fromkeys(item.key for item in stretches[0][:_MOST_KEYS])
    )
    return max(ways, key=_alike, default=[])


def _cut(stretches: list[Items], begins: Callable[[Item, str, bool], bool]) -> list[Items]:
    """Return the cards, each up to the next item with which one *begins*; [] if one links to several articles.

    *begins* gets the item, the article that the current card links to so far, and whether that has its snippet.
    """
    cards: list[Items] = []
    for stretch in stretches:
        card: Items = []
        target, closed = "", False
        for item in stretch:
            if card and begins(item, target, closed):
                cards.append(card)
                card, target, closed = [], "", False
            card.append(item)
            target, closed = item.target or target, closed or item.closes
        cards.append(card)
    linked = [card for card in cards if _targets(card)]
    return linked if all(len(_targets(card)) == 1 for card in linked) else []


def _alike(cards: list[Items]) -> int:
    """Return the number of *cards* with the most common structure."""
    shapes = Counter(tuple(item.key for item in card) for card in cards)
    return max(shapes.values(), default=0)
