"""The card of each link: the stretch of the page that speaks of its article and of no other."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from itertools import islice, pairwise

from lxml.etree import _Element

from portalcrawl.extraction.dom.element_text import size_of, text_of
from portalcrawl.extraction.dom.name_roles import name_shape
from portalcrawl.extraction.teasers.article_links import Link
from portalcrawl.extraction.teasers.card_lines import INLINE
from portalcrawl.extraction.teasers.card_text import HEADINGS, Node
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of
from portalcrawl.extraction.teasers.flat_lists import split_flat
from portalcrawl.extraction.teasers.line_forms import form_of

MANY: str = "\0many"
"""Marks an element that holds links to more than one article."""
Marks = dict[_Element, str]
_ITEMS = frozenset({"li", "article", "tr", "figure"})
_LIMITS = frozenset({"body", "main", "html"})
_MAX_LONE_TEXT = 700
_MAX_CARD_TEXT = 3000
_MAX_AROUND = 450
"""Characters of snippet, date and the like that a link with a text of its own has around it."""
_PARAGRAPH = 60
_MAX_NEAR = 8
_MIN_TEXT = 12
_MIN_WORDS = 4
_MAX_HEADLINE = 100
_MAX_CLIMB = 12
_MANY_ALIKE = 3
_MAX_HEADING_LEVELS = 3
_MAX_LONE_LINKS = 8
"""Links to one article in one stretch of the page that are looked at."""


@dataclass(slots=True)
class Card:
    """A teaser's place on the page: neighbouring nodes and the links in them."""

    nodes: list[Node]
    links: list[Link] = field(default_factory=list)
    parent: _Element | None = None
    """The element that holds the nodes, and those of the other cards of the list."""

    @property
    def in_menu(self) -> bool:
        """Whether its links stand in a menu, a footer or a list of topics."""
        return self.links[0].zone in ("menu", "topics")


def template_of(card: Card) -> str:
    """Return what cards have in common that one template of the site made: tags and classes of card and list."""
    node = next((node for node in card.nodes if not isinstance(node, str)), card.links[0].element)
    around = node.getparent()
    return "<".join(_kind(each) for each in (node, around) if each is not None)


def find_cards(links: list[Link], marks: Marks) -> list[Card]:
    """Return the cards of *links*, in page order; *marks* as :func:`mark` gives them."""
    tops: dict[_Element, list[Link]] = {}
    for link in links:
        tops.setdefault(_top_of(link, marks), []).append(link)
    parents: dict[_Element | None, dict[_Element, list[Link]]] = {}
    for top, its_links in tops.items():
        parents.setdefault(top.getparent(), {})[top] = its_links
    cards = [card for parent, group in parents.items() for card in _cards_in(parent, group, marks)]
    order = {link.element: index for index, link in enumerate(links)}
    return sorted(cards, key=lambda card: order[card.links[0].element])


def mark(links: list[Link], sub_lists: Set[_Element] = frozenset()) -> Marks:
    """Mark each ancestor of *links* with the one article that it leads to, or with ``MANY``.

    The links in *sub_lists* do not count for what is around these.
    """
    marks: Marks = {}
    for link in links:
        node: _Element | None = link.element
        while node is not None:
            known = marks.get(node)
            if known == link.target or known is MANY:
                break  # and so is everything above
            marks[node] = link.target if known is None else MANY
            node = None if node in sub_lists else node.getparent()
    return marks


def find_sub_lists(links: list[Link]) -> frozenset[_Element]:
    """Return the lists of links to further articles within the cards of others.

    Such a card is one of several made alike, and its highest heading leads to one article.
    """
    headed: dict[_Element, dict[str, int]] = {}
    around: dict[str, set[_Element]] = {}
    for link in links:
        path = [link.element, *islice(link.element.iterancestors(), _MAX_CLIMB)]
        around.setdefault(link.target, set()).update(path)
        if level := _level_of(link.element):
            for node in path:
                levels = headed.setdefault(node, {})
                levels[link.target] = min(level, levels.get(link.target, level))
    found: set[_Element] = set()
    for link in links:
        path = [link.element]
        for node in islice(link.element.iterancestors(), _MAX_CLIMB):
            if node.tag in _LIMITS or len(headed.get(node, ())) > _MAX_LONE_LINKS:
                break
            owner = _owner(node, headed)
            if owner is not None and owner != link.target:
                found.update([inner for inner in path if inner not in around[owner] and _is_sub_list(inner)][-1:])
                break
            path.append(node)
    return frozenset(found)


def _level_of(link: _Element) -> int:
    """Return the level of the heading that *link* holds or stands in, 0 for none."""
    heading = next(link.iter(*HEADINGS), None) if len(link) else None
    near = islice(link.iterancestors(), _MAX_HEADING_LEVELS)
    heading = next((node for node in near if node.tag in HEADINGS), None) if heading is None else heading
    return 0 if heading is None else HEADINGS[heading.tag]


def _owner(card: _Element, headed: dict[_Element, dict[str, int]]) -> str | None:
    """Return the article that the highest heading in *card* leads to; None where it may be a list of cards."""
    levels = headed.get(card, {})
    highest = min(levels.values(), default=0)
    owners = [target for target, level in levels.items() if level == highest]
    beside = (*islice(card.itersiblings(), _MAX_NEAR), *islice(card.itersiblings(preceding=True), _MAX_NEAR))
    if len(owners) == 1 and any(_kind(other) == _kind(card) and other in headed for other in beside):
        return owners[0]
    return None


def _is_sub_list(element: _Element) -> bool:
    """Return whether *element* holds links and no more, neither pictures nor paragraphs."""
    if element.tag in INLINE or element.tag in HEADINGS or next(element.iter("img", "article"), None) is not None:
        return False
    linked = sum(size_of(link, _MAX_AROUND) for link in element.iter("a"))
    return linked * 10 >= 8 * size_of(element, _MAX_CARD_TEXT)


def _top_of(link: Link, marks: Marks) -> _Element:
    """Return the outermost element around *link* that leads to its article alone."""
    node = link.element
    parent = node.getparent()
    while parent is not None and marks.get(parent) == link.target and parent.tag not in _LIMITS:
        node, parent = parent, parent.getparent()
    return node


def _cards_in(parent: _Element | None, tops: dict[_Element, list[Link]], marks: Marks) -> list[Card]:
    if parent is None:
        return [card for top, links in tops.items() for card in _lone_cards(top, links)]
    kinds = _kinds(parent, marks)
    cards: list[Card] = []
    for nodes in split_flat(parent, marks, MANY, attach=max(kinds.values(), default=0) >= 2):
        found = [top for top in nodes if not isinstance(top, str) and top in tops]
        links = [link for top in found for link in tops[top]]
        if not links:
            continue
        listed = len(nodes) > len(found) or _is_listed(found, kinds) or _are_neighbours(found, len(links))
        if listed and sum(size_of(top, _MAX_CARD_TEXT) for top in found) <= _MAX_CARD_TEXT:
            alike = kinds.get(_kind(found[0]), 0)
            inner = _only_item(found[0], links, alike=alike) if len(nodes) == 1 else None
            cards.append(Card(nodes, links, parent) if inner is None else Card([inner], links, inner.getparent()))
        else:
            cards.extend(card for top in found for card in _lone_cards(top, tops[top]))
    return cards


def _only_item(top: _Element, links: list[Link], *, alike: int) -> _Element | None:
    """Return the one item of the list that *top* is, where a heading over the item names the list.

    A heading over one of a higher level is its kicker, as is one of the same level where other cards have it, too.
    """
    heading = next(top.iter(*HEADINGS), None)
    common = _common(links[:_MAX_LONE_LINKS], top)
    if heading is None or common is None or hints_of(heading.get("class") or "") & Hint.KICKER:
        return None
    item = _up_to(common, top)
    if item is top and top.tag not in _ITEMS and _is_short(heading) and _speaks(links[0].element):
        item = _below(common, top)
    if item is heading:
        return None
    headline = next(item.iter(*HEADINGS), None)
    if headline is None and alike >= _MANY_ALIKE:
        return None
    if headline is not None and HEADINGS[heading.tag] >= HEADINGS[headline.tag] + (alike < 2):
        return None
    if item is top or item.tag == "tr":  # two rows may make up a card
        return None
    return item if item not in heading.iterancestors() else None


def _up_to(node: _Element, top: _Element) -> _Element:
    """Return the innermost item of a list around *node*, at most *top*."""
    while node is not top and node.tag not in _ITEMS and (parent := node.getparent()) is not None:
        node = parent
    return node


def _below(node: _Element, top: _Element) -> _Element:
    """Return the child of *top* around *node*."""
    while node is not top and (parent := node.getparent()) is not None and parent is not top:
        node = parent
    return node


def _is_short(heading: _Element) -> bool:
    """Return whether *heading* has no more words than the name of a list."""
    return text_of(heading, _MAX_HEADLINE).count(" ") < _MIN_WORDS


def _speaks(link: _Element) -> bool:
    """Return whether the text of *link* is a headline, neither a snippet nor a call to read on."""
    text = text_of(link, _MAX_HEADLINE)
    words = text.count(" ") + 1
    return words >= _MIN_WORDS and len(text) <= _MAX_HEADLINE and text[-1:] not in ".…]" and form_of(text) == "text"


def _is_listed(tops: list[_Element], kinds: dict[str, int]) -> bool:
    """Return whether one of *tops* has neighbours of its kind."""
    return any(kinds.get(_kind(top), 0) >= 2 for top in tops)


def _are_neighbours(tops: list[_Element], links: int) -> bool:
    """Return whether *tops* are picture, title, snippet of one article: in a row, with no *links* but those to it."""
    if len(tops) < 2 or any(one.getnext() is not other for one, other in pairwise(tops)):
        return False
    return sum(1 for top in tops for _ in islice(top.iter("a"), links + 1)) <= links


def _kind(element: _Element) -> str:
    """Return tag and classes of *element* without numbers and states."""
    return f"{element.tag}{name_shape(element.get('class') or '')}"


def _kinds(parent: _Element, marks: Marks) -> dict[str, int]:
    """Count the children of *parent* that lead to one article each, by tag and class."""
    kinds: dict[str, int] = {}
    for child in parent:
        if marks.get(child, MANY) is not MANY:
            kinds[_kind(child)] = kinds.get(_kind(child), 0) + 1
    return kinds


def _lone_cards(top: _Element, links: list[Link]) -> list[Card]:
    """Return the cards in *top*, which has no neighbours like it: as little around the links as makes a teaser."""
    links = links[:_MAX_LONE_LINKS]
    common = _common(links, top)
    if common is not None and size_of(common, _MAX_LONE_TEXT) <= _MAX_LONE_TEXT:
        return [_around(common, links, top)]
    return [_around(link.element, [link], top) for link in links]


def _around(start: _Element, links: list[Link], top: _Element) -> Card:
    node = _climb(start, top)
    return Card([node], links, node.getparent())


def _common(links: list[Link], top: _Element) -> _Element | None:
    """Return the innermost element around all *links*."""
    paths = []
    for link in links:
        path = [link.element]
        while path[-1] is not top and len(path) < 60 and (parent := path[-1].getparent()) is not None:
            path.append(parent)
        paths.append(path)
    shared = set(paths[0]).intersection(*paths[1:])
    return next((node for node in paths[0] if node in shared), None)


def _climb(node: _Element, top: _Element) -> _Element:
    """Return as much around *node*, within *top*, as seems to speak of its article."""
    for _ in range(_MAX_CLIMB):
        parent = node.getparent()
        if node is top or parent is None or node.tag in _ITEMS or parent.tag in _LIMITS:
            return node
        size = size_of(node, _MAX_LONE_TEXT)
        around = size_of(parent, _MAX_LONE_TEXT + size) - size
        if around > _MAX_LONE_TEXT or (size >= _MIN_TEXT and (around > _MAX_AROUND or _has_heading(parent, node))):
            return node
        if next(parent.iter("h1"), None) is not None and next(node.iter("h1"), None) is None:
            return node
        if _stands_among_paragraphs(node):
            return node
        node = parent
    return node


def _stands_among_paragraphs(node: _Element) -> bool:
    """Return whether paragraphs stand before *node* and after it: a card is then a box within a text."""
    return _stands_by_paragraph(node, preceding=True) and _stands_by_paragraph(node, preceding=False)


def _stands_by_paragraph(node: _Element, *, preceding: bool) -> bool:
    """Return whether the next paragraph on one side of *node*, not far off, is a sentence."""
    near = islice(node.itersiblings(preceding=preceding), _MAX_NEAR)
    other = next((sibling for sibling in near if sibling.tag == "p"), None)
    return other is not None and size_of(other, _PARAGRAPH) > _PARAGRAPH


def _has_heading(parent: _Element, node: _Element) -> bool:
    """Return whether *parent* has a heading outside *node*: the name of a block."""
    others = (child for child in parent if child is not node)
    return any(child.tag in HEADINGS or next(child.iter(*HEADINGS), None) is not None for child in others)
