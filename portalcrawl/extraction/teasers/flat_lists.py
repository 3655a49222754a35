"""Lists taken apart into cards: a card is a child of its list, or a run of children (``h3``, ``p``; text and ``br``).

Where it is a run, one kind of child opens each card. It is the kind by which the list falls into the most runs that
lead to one article each and are built alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Literal

from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.name_roles import name_shape
from portalcrawl.extraction.teasers.line_forms import Form, form_of, is_cut

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.teasers.article_links import ArticleLink
    from portalcrawl.extraction.teasers.page_runs import PageRuns

MANY = "\0many"
_ROWS = frozenset(("tr", "dt", "dd"))
_MAX_TEXT = 1500
_MAX_DEPTH = 12
"""Inline elements in one another that are told apart."""
_MAX_TEXTS_A_CARD = 4
_MOST_KEYS = 12
"""Children of a first card of which one may open each card."""
_MAX_TAIL = 80
"""Characters at the end of a text in which its cut mark and count stand."""


@dataclass(slots=True)
class Item:
    """A child of a list: what leads to one article (``top``), a text, or an end of what came before."""

    start: int
    end: int
    role: Literal["mark", "text", "end"]
    key: str
    """What items of one part in different cards have in common."""
    top: Box | ArticleLink | None = None
    target: str = ""
    form: Form = "empty"
    closes: bool = False
    """Whether a cut mark, or a count behind one, stands at its end."""
    is_whole: bool = False
    """Whether it is a card by itself, title and snippet in blocks of their own."""
    breaks: int = 0
    """Line breaks before it."""


Items = list[Item]


def part_list(
    runs: PageRuns, around: Box, tops: Mapping[Box | ArticleLink, object], marks: Mapping[Box, str], *, attach: bool
) -> Iterator[Items]:
    """Yield the cards among the children of *around*, each a list of neighbouring items.

    Texts between the links join them only with *attach*, and where they seem to belong to them.
    """
    items = _Items(runs, around, tops, marks).items
    if attach and (cards := _parted(items)):
        yield from cards
    else:
        yield from _bare(items)


def _bare(items: Items) -> Iterator[Items]:
    """Yield the links of each article in a row, without the texts around them."""
    card: Items = []
    for item in items:
        if card and (item.role != "mark" or item.target != card[0].target):
            yield card
            card = []
        if item.role == "mark":
            card.append(item)
    if card:
        yield card


class _Items:
    """The children of a box: what leads to one article, and everything beside that."""

    def __init__(
        self, runs: PageRuns, around: Box, tops: Mapping[Box | ArticleLink, object], marks: Mapping[Box, str]
    ) -> None:
        self.runs = runs
        self.around = around
        self.items: Items = []
        self.marks = marks
        links = [top for top in tops if not isinstance(top, Box)]
        linked = {runs.of_link(top.link) for top in links}
        self.linked_cards = {
            box.signature for box in runs.walk.children(around) if _shows_card(box) and runs.of_box(box) in linked
        }
        """What boxes that are all of a link are made like: one without a link is no text of theirs."""
        solid: list[tuple[int, int, Box | ArticleLink]] = [(*runs.of_link(top.link), top) for top in links]
        solid += [(*runs.of_box(box), box) for box in runs.walk.children(around)]  # behind links that hold them
        solid.sort(key=lambda each: (each[0], each[0] != each[1], -each[1]))  # empty links before what they stand over
        at, end = runs.of_box(around)
        for first, last, child in solid:
            if first >= at:
                self.add_loose(at, first)
                self.items.append(self.of_box(child) if isinstance(child, Box) else self.of_link(child))
                at = last
        self.add_loose(at, end)
        if len({item.target for item in self.items if item.role == "mark" and item.key.startswith("li")}) > 1:
            self.end_at("li")  # each item of a list is a card, so that one without a link is none of theirs
        if not self.are_titles():
            self.end_at("h1", "h2", "h3", "h4", "h5", "h6")

    def end_at(self, *tags: str) -> None:
        """Let the texts in elements of these *tags* end what came before."""
        for item in self.items:
            if item.role == "text" and item.key.startswith(tags):
                item.role = "end"

    def are_titles(self) -> bool:
        """Return whether the headings outside of links are the cards' own: as many as articles, or over snippets."""
        heads = [at for at, item in enumerate(self.items) if item.role == "text" and item.key[:1] == "h"]
        links = len({item.target for item in self.items if item.role == "mark"})
        over = sum(
            any(item.closes for item in self.items[at + 1 : after]) for at, after in pairwise([*heads, len(self.items)])
        )
        enough = 6 if over * 2 <= len(heads) else 4
        return len(heads) >= 2 and len(heads) * 10 >= enough * links

    def of_link(self, top: ArticleLink) -> Item:
        start, end = self.runs.of_link(top.link)
        text = self.runs.text(start, end)
        key = f"a{name_shape(top.link.element.get('class') or '')}"
        return self.made(start, end, "mark", key, text, top, top.target)

    def of_box(self, box: Box) -> Item:
        start, end = self.runs.of_box(box)
        target = self.marks.get(box)
        text = self.runs.text(start, end if box.chars <= _MAX_TEXT else start + 1)
        is_card = _shows_card(box) and box.signature in self.linked_cards
        if target == MANY or (target is None and (is_card or self.is_own_article(box))):
            return Item(start, end, "end", box.signature)
        if target is None:
            item = self.made(start, end, "text", f"{box.signature}:{form_of(text)}", text)
            if item.form == "date" and box.pictures:
                item.form = "text"  # an age beside the picture opens a card
            return item
        item = self.made(start, end, "mark", box.signature, text, box, target)
        is_title = box.tag == "p" and box.headings + box.lines + box.pictures == 1
        is_headed = box.headings > 0 and not is_title
        item.is_whole = box.tag not in _ROWS and not box.level and (is_headed or (box.tag != "p" and box.lines > 2))
        return item

    def is_own_article(self, box: Box) -> bool:
        """Return whether *box*, which leads nowhere, holds the page's own article."""
        return box.tag == "main" or any(block.level == 1 for block in self.runs.walk.blocks_of(box))

    def add_loose(self, start: int, end: int) -> None:
        """Add the runs of a stretch that stand in no box and no link to an article: an item for each inline element."""
        last: object = None
        first = start
        for run in range(start, end):
            text, element, _ = self.runs.parts[run]
            kind = self.runs.walk.blocks[self.runs.blocks[run]].kind
            if kind == "rule":
                self.flush(first, run)
                self.items.append(Item(run, run + 1, "end", "hr"))
                first, last = run + 1, None
                continue
            if kind == "control" or (text and text.isspace()):
                continue
            group = self.runs.blocks[run], self.outermost(element)
            if group != last and run > first:
                self.flush(first, run)
                first = run
            last = group
        self.flush(first, end)

    def outermost(self, element: _Element) -> _Element | None:
        """Return the child of the list that *element* is or stands in; None for text of the list's own."""
        around = self.around.element
        found = None
        node: _Element | None = element
        for _ in range(_MAX_DEPTH):
            if node is None or node is around:
                break
            found, node = node, node.getparent()
        return found

    def flush(self, start: int, end: int) -> None:
        if start >= end:
            return
        text = self.runs.text(start, end)
        parts = self.runs.parts[start:end]
        solid = next((part for part in parts if part[0].strip() or not part[0]), None)
        if solid is None or (not text and self.runs.walk.blocks[self.runs.blocks[start]].kind == "control"):
            return
        element = self.outermost(solid[1])
        key = "#text" if element is None else f"{element.tag}{name_shape(element.get('class') or '')}"
        self.items.append(self.made(start, end, "text", f"{key}:{form_of(text)}", text))

    def made(
        self,
        start: int,
        end: int,
        role: Literal["mark", "text"],
        key: str,
        text: str,
        top: Box | ArticleLink | None = None,
        target: str = "",
    ) -> Item:
        form = form_of(text)
        closes = is_cut(f"x {text[-_MAX_TAIL:]}")
        block = self.runs.blocks[start] if start < len(self.runs.blocks) else -1
        breaks = self.runs.walk.blocks[block].breaks if start < end and self.runs.starts[block] == start else 0
        return Item(start, end, "end" if form == "ad" else role, key, top, target, form, closes, breaks=breaks)


def _shows_card(box: Box) -> bool:
    """Return whether *box* holds a picture and a text."""
    return box.pictures > 0 and box.chars > 0


def _parted(items: Items) -> list[Items]:
    """Return the cards of a list with the texts that belong to them; [] where the texts are no part of the list."""
    marks = [item for item in items if item.role == "mark"]
    if sum(item.is_whole for item in marks) * 10 >= 8 * len(marks):
        return []
    every = list(_stretches(items))
    stretches = [stretch for stretch in every if _targets(stretch)]
    lone = [item for stretch in every if not _targets(stretch) for item in stretch]
    if sum(item.form == "text" for item in lone) > 2 * len(marks):
        return []  # paragraphs of an article
    kinds = {_element_kind(item) for item in marks}
    alike = [item for item in items if item.role == "text" and item.form == "text" and _element_kind(item) in kinds]
    if sum(not item.closes for item in alike) > 2 * len(marks):
        return []  # most of the list leads elsewhere
    single = len(stretches) > 1 and all(len(_targets(stretch)) == 1 for stretch in stretches)
    cards = list(stretches) if single else _closed(stretches) or _opened(stretches)
    if len(cards) < 2:
        return []
    opening = sum(item.form == "text" for item in stretches[0][: _leading(stretches[0])])
    closed = sum(any(item.closes or item.form == "more" for item in card) for card in cards)
    if opening >= 2 and closed * 2 < len(cards):
        return []  # an article with links between its paragraphs
    _trim(cards)
    texts = sum(item.role == "text" for card in cards for item in card)
    belong = closed * 2 >= len(cards) or len(cards) <= texts * 2 <= 2 * len(cards) * _MAX_TEXTS_A_CARD
    return cards if belong else []


def _trim(cards: list[Items]) -> None:
    """Take off the first and the last card the texts around the list: more than any other card has there."""
    first, last = cards[0], cards[-1]
    size = _opening(first)
    counts = [at + 1 for at in range(size) if first[at].form == "count"]  # which stand behind snippets
    most = max(*map(_opening, cards[1:]), _own_opening(first, cards[1:]))
    cards[0] = first[max(size - most, 0, *counts[-1:]) :]
    cards[-1] = last[: len(last) - max(0, _trailing(last) - max(map(_trailing, cards[:-1])))]


def _opening(card: Items) -> int:
    """Return the number of texts before the first link of *card*, or before the snippet that it is the cut mark of."""
    first = _leading(card)
    at = first
    while at and card[first].closes and not isinstance(card[first].top, Box) and card[at - 1].key.startswith("#text"):
        at -= 1
    return at


def _own_opening(card: Items, others: list[Items]) -> int:
    """Return how many texts before the first link of *card* are surely its own: in elements such as *others* have.

    Only where that link is its snippet, so that picture and title stand before it.
    """
    if not card[_leading(card)].closes:
        return 0
    kinds = {_element_kind(item) for other in others for item in other}
    own = takewhile(lambda item: _element_kind(item) in kinds, reversed(card[: _opening(card)]))
    return sum(1 for _ in own)


def _element_kind(item: Item) -> str:
    """Return tag and classes of *item*, whatever form its text has."""
    return item.key.partition(":")[0]


def _stretches(items: Items) -> Iterator[Items]:
    """Yield what stands between ends or empty lines; what is a card by itself stands alone."""
    stretch: Items = []
    for item in items:
        is_parted = item.breaks > 1 and stretch and stretch[-1].form != "empty"  # an empty line, no picture between
        if stretch and (item.role == "end" or item.is_whole or is_parted):
            yield stretch
            stretch = []
        if item.is_whole:
            yield [item]
        elif item.role != "end":
            stretch.append(item)
    if stretch:
        yield stretch


def _targets(items: Items) -> set[str]:
    return {item.target for item in items if item.role == "mark"}


def _closed(stretches: list[Items]) -> list[Items]:
    """Return the cards where each ends with its snippet, a count and maybe an age behind it; [] where they don't."""
    ages_open = _ages_open(stretches)
    cards: list[Items] = []
    for stretch in stretches:
        card: Items = []
        closed = False
        for item in stretch:
            if closed and not _goes_on(item, card, ages_open=ages_open):
                cards.append(card)
                card, closed = [], False
            card.append(item)
            closed = closed or item.closes
        cards.append(card)
    cards = [card for card in cards if _targets(card)]
    closed_cards = sum(any(item.closes for item in card) for card in cards)
    if len(cards) < 2 or closed_cards * 10 < 8 * len(cards) or any(len(_targets(card)) > 1 for card in cards):
        return []
    return cards


def _leading(card: Items) -> int:
    """Return the number of texts before the first link of *card*."""
    return next(at for at, item in enumerate(card) if item.role == "mark")


def _trailing(card: Items) -> int:
    """Return the number of texts behind its last link."""
    return _leading(card[::-1])


def _ages_open(stretches: list[Items]) -> bool:
    """Return whether ages stand before the titles rather than behind the snippets: the first one does."""
    ahead = takewhile(lambda item: not item.closes, stretches[0])
    behind = takewhile(lambda item: not item.closes, reversed(stretches[-1]))
    return any(item.form == "date" for item in ahead) and all(item.form != "date" for item in behind)


def _goes_on(item: Item, card: Items, *, ages_open: bool) -> bool:
    """Return whether *item*, after the snippet of *card*, belongs to it."""
    if item.role == "mark":
        targets = _targets(card)
        return item.target in targets or (item.closes and not targets)
    return item.form in ("count", "more") or (item.form == "date" and not ages_open)


def _opened(stretches: list[Items]) -> list[Items]:
    """Return the cards where one kind of item opens each."""
    best: list[Items] = []
    most = (0, False)
    for key in dict.fromkeys(item.key for item in stretches[0][: min(_MOST_KEYS, _first_card(stretches[0]))]):
        cards = [card for stretch in stretches for card in _opened_by(key, stretch)]
        linked = [card for card in cards if _targets(card)]
        if any(len(_targets(card)) > 1 for card in linked):
            continue
        shapes = Counter(tuple(item.key for item in card) for card in linked)
        opener = next(item for card in cards for item in card if item.key == key)
        score = max(shapes.values(), default=0), opener.role == "mark" or opener.form != "text"
        if score > most and len(linked) > 1:
            best, most = linked, score
    return best


def _first_card(stretch: Items) -> int:
    """Return the number of items up to the first link to a second article."""
    first = next(item.target for item in stretch if item.role == "mark")
    return next((at for at, item in enumerate(stretch) if item.role == "mark" and item.target != first), len(stretch))


def _opened_by(key: str, stretch: Items) -> list[Items]:
    """Return *stretch* cut before each item of this *key*, but between links to one article."""
    cards: list[Items] = []
    target = ""
    for item in stretch:
        is_next = item.key == key and not (item.role == "mark" and item.target == target)
        if is_next or (not cards and item.role == "mark"):
            cards.append([item])
            target = ""
        elif cards:
            cards[-1].append(item)
        target = item.target or target
    return cards
