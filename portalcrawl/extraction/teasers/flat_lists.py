"""Lists without wrappers: cards that are runs of siblings (``h3``, ``p``; table rows; text between ``br``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from lxml.etree import _Element

from portalcrawl.extraction.dom.element_text import text_of, whole_text
from portalcrawl.extraction.teasers.card_text import HEADINGS, SKIPPED, Node
from portalcrawl.extraction.teasers.line_forms import form_of, is_cut, split_count, split_cut
from portalcrawl.extraction.teasers.sibling_runs import Item, Items, part_cards

_ROWS = frozenset({"tr", "dt", "dd"})
_MAX_TEXT = 1500
"""Characters of an element that are read to tell what it is."""
_MAX_ITEMS = 8
_MAX_TAIL = 80
"""Characters at the end of a text in which its cut mark and count stand."""


def split_flat(parent: _Element, marks: Mapping[_Element, str], many: str, *, attach: bool) -> Iterator[list[Node]]:
    """Yield the cards among the children of *parent*, each a list of neighbouring nodes.

    *marks* tell the one article that an element leads to, or *many*. Texts between the links join them only with
    *attach*, and where they seem to belong to them.
    """
    alone = [child for child in parent if marks.get(child, many) != many]
    if not attach and len({marks[child] for child in alone}) == len(alone):
        for child in alone:
            yield [child]
        return
    items = _items(parent, marks, many)
    cards = part_cards(items) if attach else None
    for card in _bare(items) if cards is None else _without_name(list(cards)):
        yield [item.node for item in card]


def _without_name(cards: list[Items]) -> list[Items]:
    """Take away what stands before the first card where all others are one element each: it names the list."""
    first, *others = cards or [[]]
    if not others or any(_texts(card) for card in others):
        return cards
    start = next((at for at, item in enumerate(first) if item.role == "mark"), 0)
    return [first[start:], *others]


def _texts(card: Items) -> bool:
    """Return whether texts outside of its links belong to *card*."""
    return any(item.role == "text" for item in card)


def _bare(items: Items) -> Iterator[Items]:
    """Yield the links of each article in a row, without the texts around them."""
    card: Items = []
    for item in items:
        if card and (item.role == "end" or (item.role == "mark" and item.target != card[0].target)):
            yield card
            card = []
        if item.role == "mark":
            card.append(item)
    if card:
        yield card


def _items(parent: _Element, marks: Mapping[_Element, str], many: str) -> Items:
    items: Items = []
    if parent.text and parent.text.strip():
        items.append(_text_item(parent.text, parent.text, "#text", ""))
    for child in parent:
        items.append(_item(child, marks, many))
        if child.tail and child.tail.strip():
            items.append(_text_item(child.tail, child.tail, "#text", ""))
    if _are_listed(items):
        for item in items:
            item.role = "end" if item.role == "text" and item.tag == "li" else item.role
    if not _are_titles(items):
        for item in items:
            item.role = "end" if item.role == "text" and item.tag in HEADINGS else item.role
    return items


def _are_listed(items: Items) -> bool:
    """Return whether each item of a list is a card, so that one without a link is none of theirs."""
    return len({item.target for item in items if item.role == "mark" and item.tag == "li"}) > 1


def _are_titles(items: Items) -> bool:
    """Return whether the headings outside of links are the cards' own: about as many as articles or snippets."""
    headings = sum(item.role == "text" and item.tag in HEADINGS for item in items)
    links = len({item.target for item in items if item.role == "mark"})
    if headings >= 2 and headings * 10 >= 7 * links:
        return True
    over = sum(
        _stands_over_snippet(items, at) for at, item in enumerate(items) if item.role == "text" and item.tag in HEADINGS
    )
    return over >= 2 and over * 2 > headings and over * 10 >= 4 * links


def _stands_over_snippet(items: Items, at: int) -> bool:
    """Return whether what follows the heading at *at* is a snippet, with or without an age before it."""
    for item in items[at + 1 : at + _MAX_ITEMS]:
        if item.closes or item.role == "end" or (item.role == "text" and item.tag in HEADINGS):
            return item.closes
    return False


def _item(child: _Element, marks: Mapping[_Element, str], many: str) -> Item:
    tag = child.tag
    target = marks.get(child)
    if target == many:
        return Item(child, "end")
    if target is not None:
        text = whole_text(child)
        closes, aged = _end_of(text)
        whole = closes and _is_whole(child)
        form = form_of(" ".join(text.split()))
        return Item(child, "mark", target, tag, form=form, closes=closes, whole=whole, aged=aged)
    if tag == "br":
        return Item(child, "break")
    if not isinstance(tag, str) or tag in SKIPPED:
        return Item(child, "blank")
    if tag == "hr":
        return Item(child, "end")
    if _is_article(child):
        return Item(child, "end")
    text = text_of(child, _MAX_TEXT)
    if not text and tag != "img" and next(child.iter("img"), None) is None:
        return Item(child, "blank")
    item = _text_item(child, text, tag, child.get("class") or "")
    if item.form == "date" and next(child.iter("img"), None) is not None:
        item.form = "text"  # an age beside the picture opens a card
    return item


def _is_article(element: _Element) -> bool:
    """Return whether *element*, which leads nowhere, holds the page's own article."""
    return element.tag == "main" or next(element.iter("h1"), None) is not None


def _is_whole(element: _Element) -> bool:
    """Return whether *element* holds more than a snippet; of a table's rows two may make up a card."""
    if element.tag in _ROWS:
        return False
    if next(element.iter(*HEADINGS), None) is not None:
        return True
    return sum(1 for _ in islice(element.iter("p", "div"), 3)) > (2 if element.tag in ("p", "div") else 1)


def _text_item(node: Node, text: str, tag: str, names: str) -> Item:
    line = " ".join(text.split())
    form = form_of(line)
    closes, aged = _end_of(line)
    return Item(node, "end" if form == "ad" else "text", "", tag, names, form, closes=closes, aged=aged)


def _end_of(text: str) -> tuple[bool, bool]:
    """Return whether *text* ends a snippet, and whether more than its count stands behind the cut mark."""
    tail = f"x {' '.join(text[-_MAX_TAIL:].split())}"
    closes = is_cut(tail)
    return closes, closes and not split_cut(tail)[1] and split_count(tail)[1] is None
