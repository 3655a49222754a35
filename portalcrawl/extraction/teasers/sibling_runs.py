"""Runs of siblings taken apart into cards: where one teaser ends and the next begins, if no element says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from portalcrawl.extraction.teasers.card_lines import INLINE
from portalcrawl.extraction.teasers.card_text import Node
from portalcrawl.extraction.teasers.line_forms import Form

_MAX_TEXTS_A_CARD = 4
_MOST_LONE = 2
"""Paragraphs a link that stand apart from all links of a list."""


@dataclass(slots=True)
class Item:
    """A child of a list: an element that leads to one article, a text, a line break, or an end of what came before."""

    node: Node
    role: Literal["mark", "text", "break", "end", "blank"]
    target: str = ""
    tag: str = ""
    names: str = ""
    form: Form = "empty"
    closes: bool = False
    """Whether it ends a snippet: a cut mark stands at its end, or before its count."""

    whole: bool = False
    """Whether it is a card by itself, title and snippet in blocks of their own."""
    aged: bool = False
    """Whether an age or the like stands behind the snippet that it ends."""

    @property
    def signature(self) -> tuple[str, str, str]:
        """What items of one part in different cards have in common."""
        return self.tag, self.names, self.form


Items = list[Item]


def part_cards(items: Items) -> list[Items] | None:
    """Return the cards of a list with the texts that belong to them; None where the texts are no part of the list."""
    every = list(_stretches(_with_ends(items)))
    stretches = [stretch for stretch in every if _targets(stretch)]
    if not stretches or _are_whole(items) or _are_in_an_article(every):
        return None
    if cards := _parted_by_snippets(stretches):
        return cards
    cards = _parted_by_links(stretches)
    return cards if _belong(cards, stretches[0]) else None


def _are_in_an_article(stretches: list[Items]) -> bool:
    """Return whether paragraphs that are no part of any card outnumber the links by far."""
    lone = [item for stretch in stretches if not _targets(stretch) for item in stretch]
    paragraphs = sum(item.tag == "p" and item.form == "text" for item in lone)
    return paragraphs > _MOST_LONE * sum(len(_targets(stretch)) for stretch in stretches)


def _are_whole(items: Items) -> bool:
    """Return whether the links' elements are the cards already, so that what stands between is none of theirs."""
    links = [item for item in items if item.role == "mark"]
    return sum(item.whole for item in links) * 10 >= 8 * len(links)


def _with_ends(items: Items) -> Items:
    """Return *items* with an end wherever two line breaks part the cards, if they do so throughout."""
    parted: Items = []
    for item in items:
        doubled = item.role == "break" and parted and parted[-1].role in ("break", "end")
        parted.append(Item(item.node, "end") if doubled else item)
    targets = [_targets(chunk) for chunk in _stretches(parted)]
    linked = [at for at, found in enumerate(targets) if found]
    inner = targets[linked[0] : linked[-1] + 1] if linked else []
    single = sum(len(found) == 1 for found in inner)
    return parted if single >= 2 and single * 10 >= 8 * len(inner) else items


def _stretches(items: Items) -> Iterator[Items]:
    """Yield what stands between ends, if anything does."""
    stretch: Items = []
    for item in [*items, Item("", "end")]:
        if item.role != "end":
            stretch.append(item)
            continue
        if any(each.role in ("mark", "text") for each in stretch):
            yield stretch
        stretch = []


def _targets(items: Sequence[Item]) -> set[str]:
    return {item.target for item in items if item.role == "mark"}


def _texts(items: Sequence[Item]) -> Items:
    return [item for item in items if item.role == "text"]


def _first_link(items: Items) -> int:
    return next(at for at, item in enumerate(items) if item.role == "mark")


def _leading(items: Items) -> Items:
    """Return the texts before the first link, or before the snippet that it is the cut mark of."""
    first = _first_link(items)
    cut_mark = items[first].closes and items[first].tag in INLINE
    while cut_mark and first and items[first - 1].tag == "#text":
        first -= 1
    return _texts(items[:first])


def _parted_by_snippets(stretches: list[Items]) -> list[Items]:
    """Return the cards where each ends with its snippet, a count and maybe an age behind it; [] where they don't."""
    ages_open = _ages_open(stretches)
    chunks = [chunk for stretch in stretches for chunk in _closed(stretch, ages_open=ages_open)]
    cards = [chunk for chunk in chunks if _targets(chunk)]
    closed = sum(any(item.closes for item in card) for card in cards)
    if len(cards) < 2 or closed * 10 < 8 * len(cards) or any(len(_targets(card)) > 1 for card in cards):
        return []
    most = max(_own_leading(cards), *(len(_leading(card)) for card in cards[1:]))
    cards[0] = _opened(cards[0], most)
    return cards


def _opened(card: Items, most: int) -> Items:
    """Return *card* without what stands before it: more than *most* texts before its link, and up to a count.

    The count of comments that a card shows stands behind its snippet.
    """
    leading = _leading(card)
    counts = [at for at, item in enumerate(leading) if item.form == "count"]
    surplus = max(len(leading) - most, counts[-1] + 1 if counts else 0)
    return card[_after_texts(card, surplus) :]


def _own_leading(cards: list[Items]) -> int:
    """Return how many texts before the first link of the first card are surely its own: of elements as in others.

    Only where that link is its snippet, so that picture and title stand before it.
    """
    if not cards[0][_first_link(cards[0])].closes:
        return 0
    tags = {item.tag for card in cards[1:] for item in card} - {"#text"}
    count = 0
    for item in reversed(_leading(cards[0])):
        if item.tag not in tags:
            break
        count += 1
    return count


def _ages_open(stretches: list[Items]) -> bool:
    """Return whether ages stand before the titles rather than behind the snippets."""
    behind = before = 0
    for stretch in stretches:
        closers = [at for at, item in enumerate(stretch) if item.closes]
        if closers:
            before += any(item.form == "date" for item in _texts(stretch[: closers[0]]))
            behind_last = _texts(stretch[closers[-1] + 1 :])[:2]
            behind += stretch[closers[-1]].aged or any(item.form == "date" for item in behind_last)
    return before > behind


def _closed(stretch: Items, *, ages_open: bool) -> Iterator[Items]:
    """Yield what ends with a snippet and what belongs to it."""
    chunk: Items = []
    targets: set[str] = set()
    after = False
    for item in stretch:
        if after and not _goes_on(item, targets, ages_open=ages_open):
            yield chunk
            chunk, targets, after = [], set(), False
        chunk.append(item)
        targets |= _targets([item])
        after = after or item.closes
    yield chunk


def _goes_on(item: Item, targets: set[str], *, ages_open: bool) -> bool:
    """Return whether *item*, after the snippet of a card that leads to *targets*, belongs to it."""
    if item.role == "mark":
        return item.target in targets or (item.closes and not targets)
    if item.role != "text":
        return True
    return item.form in ("count", "more") or (item.form == "date" and not ages_open)


def _parted_by_links(stretches: list[Items]) -> list[Items]:
    """Return the cards where the texts before and after the links are alike throughout."""
    gaps = [gap for stretch in stretches for gap in _gaps(stretch)]
    opening = _opening(stretches, gaps)
    cards = [card for stretch in stretches for card in _linked(stretch, opening)]
    if gaps:
        most = max(len(_tail(card)) for card in cards[:-1])
        tail = _tail(cards[-1])
        if len(tail) > most:
            cards[-1] = cards[-1][: cards[-1].index(tail[most])]
    return cards


def _gaps(stretch: Items) -> Iterator[Items]:
    """Yield the texts between the links to one article and those to the next."""
    texts: Items = []
    target = ""
    for item in stretch:
        if item.role == "text":
            texts.append(item)
        elif item.role == "mark":
            if target and item.target != target:
                yield texts
            target, texts = item.target, []


def _opening(stretches: list[Items], gaps: list[Items]) -> int:
    """Return how many texts before its first link a card begins with: those that stand before most links alike."""
    first = [item.signature for item in _leading(stretches[0])]
    if not gaps:
        return max((len(_leading(stretch)) for stretch in stretches[1:]), default=len(first))
    for size in range(min(len(first), _MAX_TEXTS_A_CARD), 0, -1):
        alike = sum([item.signature for item in gap[-size:]] == first[-size:] for gap in gaps)
        sure = size == len(first) or first[-size][2] != "text"
        if sure and alike * 10 >= 6 * len(gaps):
            return size
    return 0


def _linked(stretch: Items, opening: int) -> Iterator[Items]:
    """Yield the cards of a stretch; each begins *opening* texts before its first link."""
    card: Items = []
    target = ""
    for item in stretch:
        if item.role == "mark" and item.target != target:
            begins = _begins(card, opening)
            if target:
                yield card[:begins]
            card, target = card[begins:], item.target
        card.append(item)
    yield card


def _begins(items: Items, count: int) -> int:
    """Return where the last *count* texts of *items* begin, after the last link."""
    for at in range(len(items) - 1, -1, -1):
        if items[at].role == "mark":
            return at + 1
        count -= items[at].role == "text"
        if count < 0:
            return at + 1
    return 0


def _after_texts(items: Items, count: int) -> int:
    """Return where *items* go on after their first *count* texts."""
    for at, item in enumerate(items):
        if count <= 0:
            return at
        count -= item.role == "text"
    return 0


def _tail(card: Items) -> Items:
    """Return the texts after the last link of *card*."""
    last = max(at for at, item in enumerate(card) if item.role == "mark")
    return _texts(card[last:])


def _belong(cards: list[Items], first: Items) -> bool:
    """Return whether the texts belong to the links: about as many for each; not an article with links between.

    What a cut snippet or a call to read on stands under is no article's text.
    """
    texts = sum(len(_texts(card)) for card in cards)
    if texts * 2 < len(cards) or texts > len(cards) * _MAX_TEXTS_A_CARD:
        return False
    if sum(item.form == "text" for item in _leading(first)) < 2:
        return True
    return sum(any(item.closes or item.form == "more" for item in card) for card in cards) * 2 >= len(cards)
