"""Finds the card of each link: the range of the page that is about its article and no other."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.name_roles import WHOLE_PAGES
from portalcrawl.extraction.teasers.flat_lists import MANY, Item, Top, bare, kind_of, split_list
from portalcrawl.extraction.teasers.line_forms import HEADLINE_WORDS, form_of
from portalcrawl.text.counts import word_count

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from portalcrawl.extraction.dom.walk import Walk
    from portalcrawl.extraction.teasers.article_links import ArticleLink
    from portalcrawl.extraction.teasers.page_runs import PageRuns, Stretch

_ITEMS = frozenset(("li", "article", "tr", "figure"))
_MAX_LONE_TEXT = 700
_MAX_CARD_TEXT = 3000
_MAX_AROUND = 450
"""Most characters of snippet, date etc. around a link that has text itself."""
_MIN_TEXT = 12
_MAX_CLIMB = 12
_MAX_HEADLINE = 100
_PARAGRAPH = 60
_MAX_LONE_LINKS = 8
"""Most links to one article in one range of the page that are examined."""
_MOST_LINKS = 40
"""Most links of a card with a list of further articles."""


@dataclass(slots=True)
class Card:
    """A teaser's place on the page: a range of its runs, and the links in it to the teaser's article."""

    start: int
    end: int
    links: list[ArticleLink]
    around: Box
    """The innermost box that holds it and something else."""
    template: str
    """Tags and classes of card and list: equal for cards of one template."""
    box: Box | None = None
    """The box that it is, if it is one."""
    skipped: list[Stretch] = field(default_factory=list)
    """Ranges of runs within it that are about other articles."""

    @property
    def in_menu(self) -> bool:
        """Whether its links are in a menu, a footer or a list of topics."""
        return self.links[0].zone == "menu"


class CardFinder:
    """Finds the cards of the links of one page."""

    def __init__(self, runs: PageRuns, links: list[ArticleLink]) -> None:
        self.runs = runs
        self.walk = runs.walk
        self.links = links
        self.sub_lists: frozenset[Box] = frozenset()
        self.marks = self._marked()
        """Box -> the one article that it leads to, or ``MANY``."""
        self.sub_lists = _find_sub_lists(self.walk, links, self.marks)
        if self.sub_lists:
            self.marks = self._marked()

    def cards(self) -> list[Card]:
        """Return the cards, in page order."""
        tops: dict[Box, dict[Top, list[ArticleLink]]] = {}
        for link in self.links:
            top, around = self._top_of(link)
            tops.setdefault(around, {}).setdefault(top, []).append(link)
        found = (card for around, group in tops.items() for card in self._cards_in(around, group))
        cards = sorted(found, key=lambda card: card.start)
        starts = [card.start for card in cards]
        for box in self.sub_lists:
            start, end = self.runs.of_box(box)
            last = bisect_right(starts, start)
            for card in cards[max(0, last - _MAX_CLIMB) : last]:
                if not any(box.holds(each.link.box) for each in card.links[:_MAX_LONE_LINKS]):
                    card.skipped.append((start, end))
        return sorted(cards, key=lambda card: card.links[0].link.index)

    def _marked(self) -> dict[Box, str]:
        """Mark the boxes around each link; if it is in a list within a card, only those within that list."""
        marks: dict[Box, str] = {}
        for link in self.links:
            for box in link.link.box.chain():
                known = marks.get(box)
                if known == link.target or known is MANY:
                    break  # and so are all boxes around it
                marks[box] = link.target if known is None else MANY
                if box in self.sub_lists:
                    break
        return marks

    def _top_of(self, link: ArticleLink) -> tuple[Top, Box]:
        """Return the outermost box around *link* that leads only to its article, else *link*; and the box around it."""
        box = link.link.box
        while box.first == box.last and box.parent is not None:
            box = box.parent  # the walk keeps no box without blocks
        if self.marks.get(box) != link.target or box.parent is None:
            return link, box
        while (up := box.parent) is not None and self.marks.get(up) == link.target and up.tag not in WHOLE_PAGES:
            if self._names_list(up, box):
                break
            box = up
        return box, box.parent or box

    def _names_list(self, around: Box, box: Box) -> bool:
        """Return whether the heading above *box* in *around* names a list whose only card is *box*.

        A heading that leads to the article too is the card's own; before a heading of the same or a higher level, it is
        its kicker.
        """
        before = self.walk.blocks[around.first : min(box.first, around.first + _MAX_CLIMB)]
        heading = next((block for block in before if block.level), None)
        if heading is None or heading.box in self.marks:
            return False
        own = self.walk.blocks[box.first : min(box.last, box.first + _MAX_CLIMB)]
        headline = next((block for block in own if block.level), None)
        if headline is not None:
            return heading.level < headline.level
        if word_count(heading.text) >= HEADLINE_WORDS:
            return False
        inside = self.walk.links[box.first_link : min(box.last_link, box.first_link + _MAX_LONE_LINKS)]
        return any(_is_title_like(self.runs.text_of(each)) for each in inside)

    def _cards_in(self, around: Box, tops: dict[Top, list[ArticleLink]]) -> list[Card]:
        """Return the cards that are next to each other in *around*."""
        targets = {top: links[0].target for top, links in tops.items()}
        leading: list[Top] = [child for child in self.walk.children(around) if self.marks.get(child, MANY) != MANY]
        kinds = Counter(kind_of(top) for top in (*leading, *(top for top in tops if not isinstance(top, Box))))
        parted = split_list(self.runs, around, targets, self.marks) if max(kinds.values(), default=0) > 1 else []
        done = {item.top for items in parted for item in items}
        rest = bare(self.runs, {top: target for top, target in targets.items() if top not in done})
        return [card for items in (*parted, *rest) for card in self._cards_of(items, kinds, tops, around)]

    def _cards_of(
        self, items: list[Item], kinds: Mapping[str, int], tops: Mapping[Top, list[ArticleLink]], around: Box
    ) -> list[Card]:
        """Return the card that *items* of a list form, or, for an item without similar siblings, the cards in it."""
        found = [top for item in items if (top := item.top) is not None and top in tops]
        start, end = items[0].start, items[-1].end
        is_listed = len(items) > 1 or any(kinds[kind_of(top)] > 1 for top in found)
        links = [link for top in found for link in tops[top]]
        if links and is_listed and self.runs.size(start, end) <= _MAX_CARD_TEXT:
            if isinstance(first := found[0], Box) and len(items) == 1:
                return [self._card(first, links)]
            return [Card(start, end, links, around, f"{items[0].key}<{around.signature}")]
        return [card for top in found for card in self._lone_cards(top, tops[top], around)]

    def _card(self, top: Box, links: list[ArticleLink]) -> Card:
        around = top.parent or top
        start, end = self.runs.of_box(top)
        return Card(start, end, links, around, f"{top.signature}<{around.signature}", top)

    def _lone_cards(self, top: Top, links: list[ArticleLink], around: Box) -> list[Card]:
        """Return the cards in *top*, which has no similar siblings: the smallest ranges that can be teasers."""
        if isinstance(top, Box) and len(links) > 1:
            links = links[:_MAX_LONE_LINKS]
            holding = (box for box in links[0].link.box.chain() if all(box.holds(each.link.box) for each in links))
            common = next(holding, top)
            if common.chars <= _MAX_LONE_TEXT:
                return [self._card(self._climb(common, top), links)]
        return [self._lone_card(top, link, around) for link in links]

    def _lone_card(self, top: Top, link: ArticleLink, around: Box) -> Card:
        box = link.link.box
        start, end = self.runs.of_link(link.link)
        size = 0 if form_of(self.runs.text_of(link.link)) == "more" else self.runs.size(start, end)
        if isinstance(top, Box) and self._belongs(box, size, self._headings(link)):
            return self._card(self._climb(box, top), [link])
        return Card(start, end, [link], box, f"{kind_of(link)}<{box.signature}")

    def _headings(self, link: ArticleLink) -> int:
        return sum(block.level > 0 for block in self.walk.blocks[link.link.first : link.link.last])

    def _belongs(self, box: Box, size: int, headings: int) -> bool:
        """Return whether *box* is about one article, given the *size* and *headings* of a part of it."""
        around = box.chars - size
        if self.runs.has_page_heading(box) and not headings:
            return False
        crowded = around > _MAX_AROUND or box.headings > headings
        return around <= _MAX_LONE_TEXT and not (size >= _MIN_TEXT and crowded)

    def _climb(self, box: Box, top: Box) -> Box:
        """Return the largest box around *box*, within *top*, that seems to be about its article."""
        for _ in range(_MAX_CLIMB):
            up = box.parent
            if box is top or up is None or box.tag in _ITEMS or up.tag in WHOLE_PAGES:
                return box
            if not self._belongs(up, box.chars, box.headings) or self._stands_among_paragraphs(box):
                return box
            box = up
        return box

    def _stands_among_paragraphs(self, box: Box) -> bool:
        """Return whether paragraphs are right before and after *box*, so that a card is a box within a text."""
        blocks = self.walk.blocks
        beside = (*blocks[max(0, box.first - 1) : box.first], *blocks[box.last : box.last + 1])
        return sum(b.box.tag == "p" and b.box.parent is box.parent and b.box.chars > _PARAGRAPH for b in beside) == 2


def _find_sub_lists(walk: Walk, links: list[ArticleLink], marks: Mapping[Box, str]) -> frozenset[Box]:
    """Return the lists of links to further articles within cards: boxes without a link to the card's article."""
    headed: defaultdict[Box, dict[str, int]] = defaultdict(dict)
    for link in links:
        block = walk.blocks[link.link.first : link.link.last][:1]
        for box in islice(link.link.box.chain(), _MAX_CLIMB) if block and block[0].level else ():
            headed[box][link.target] = min(block[0].level, headed[box].get(link.target, block[0].level))
    owners = {box: owner for box, levels in headed.items() if (owner := _owner(walk, box, levels, headed)) is not None}
    targets = {link.link.index: link.target for link in links}
    plain = (box for box, mark in marks.items() if mark is MANY and box not in headed)
    owners |= {box: owner for box in plain if (owner := _first_of(walk, box, marks, targets)) is not None}
    if not owners:
        return frozenset()  # as on most pages
    around: defaultdict[str, set[Box]] = defaultdict(set)
    for link in links:
        around[link.target].update(islice(link.link.box.chain(), _MAX_CLIMB))
    return frozenset(box for link in links for box in _sub_list(walk, link, owners, around))


def _sub_list(
    walk: Walk, link: ArticleLink, owners: Mapping[Box, str], around: Mapping[str, Container[Box]]
) -> list[Box]:
    """Return the outermost list around *link* within the card of another article, [] if it is in none.

    If a box around it stands beside its like that leads to that article, both are cards of a list instead.
    """
    boxes = [*islice(link.link.box.chain(), _MAX_CLIMB)]
    inner = [*takewhile(lambda box: owners.get(box, link.target) == link.target, boxes)]
    if len(inner) == len(boxes):
        return []
    beside = around[owners[boxes[len(inner)]]]
    apart = [box for box in inner if box not in beside and box.first < box.last]  # the walk keeps no other boxes
    if apart and any(other in beside for other in walk.alike(apart[-1])[:_MAX_CLIMB]):
        return []
    return [box for box in apart if _is_sub_list(box)][-1:]


def _owner(walk: Walk, box: Box, levels: Mapping[str, int], headed: Container[Box]) -> str | None:
    """Return the article whose card *box* is: that of its highest heading, if similar boxes have headings too.

    None if it may be a list of cards. *levels* maps each article to the highest level of a heading in *box* that links
    to it.
    """
    highest = min(levels.values())
    owners = [target for target, level in levels.items() if level == highest]
    if len(owners) > 1 or box.tag in WHOLE_PAGES or len(levels) > _MAX_LONE_LINKS:
        return None
    alike = walk.alike(box)[:_MAX_CLIMB]
    return owners[0] if any(other is not box and other in headed for other in alike) else None


def _first_of(walk: Walk, box: Box, marks: Mapping[Box, str], targets: Mapping[int, str]) -> str | None:
    """Return the article whose card *box*, which has no linked heading, is: its first, if similar boxes lead to one.

    None if it has no text besides links, or may be a list of cards. *targets* maps the indexes of links to articles.
    """
    if box.tag in WHOLE_PAGES or _holds_only_links(box) or box.last_link - box.first_link > _MOST_LINKS:
        return None
    if all(marks.get(other, MANY) is MANY for other in walk.alike(box)[:_MAX_CLIMB]):
        return None
    found = [targets[at] for at in range(box.first_link, box.last_link) if at in targets]
    return found[0] if len(set(found)) <= _MAX_LONE_LINKS else None


def _is_sub_list(box: Box) -> bool:
    """Return whether *box* holds only links, neither pictures nor paragraphs."""
    return not box.level and not box.pictures and box.tag not in _ITEMS and _holds_only_links(box)


def _holds_only_links(box: Box) -> bool:
    """Return whether nearly all text in *box* is linked; of its characters, spaces in links do not count as such."""
    return box.link_chars * 10 >= 7 * box.chars


def _is_title_like(text: str) -> bool:
    """Return whether *text* of a link is as long as a headline and neither "read more" nor a snippet."""
    is_title = word_count(text) >= HEADLINE_WORDS and len(text) <= _MAX_HEADLINE and text[-1:] not in ".…]"
    return is_title and form_of(text) == "text"
