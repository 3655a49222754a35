"""Whether a card is a teaser: menus, tag lists and link lists of service pages hold links to articles as well."""

from __future__ import annotations

from itertools import islice

from lxml.etree import _Element

from portalcrawl.extraction.dom.element_text import size_of, text_of
from portalcrawl.extraction.parts import TeaserParts
from portalcrawl.extraction.teasers.card_text import HEADINGS
from portalcrawl.extraction.teasers.cards import Card
from portalcrawl.extraction.teasers.line_forms import form_of, is_service_name

_PARAGRAPH = 60
_MIN_WORDS = 3
"""Words of a headline that stands without picture, snippet or time."""
_LONG_WORDS = 4
_MAX_LINKS = 40
_MIN_LINKS = 3
_MAX_LEVELS = 3


class Judge:
    """Decides which cards are teasers; keeps the decision for each list of links."""

    def __init__(self) -> None:
        self.shares: dict[_Element, float] = {}

    def is_teaser(self, card: Card, teaser: TeaserParts, block: str | None) -> bool:
        """Return whether *card*, read as *teaser* in the list called *block*, presents an article."""
        if block is not None and is_service_name(block):
            return bool(teaser.image_url and teaser.kicker and teaser.headline) and form_of(block) != "ad"
        if teaser.snippet or teaser.date_text or teaser.date_attribute or teaser.comment_count is not None:
            return True
        if teaser.headline is None:
            return (teaser.image_caption or "").count(" ") >= _MIN_WORDS
        if teaser.image_url:
            return not card.in_menu or self.share_of_headlines(card) >= 0.5
        if len(teaser.headline.split()) < _MIN_WORDS:
            return False
        if card.links[0].zone == "neighbour" or (
            not card.in_menu and any(_is_headed(link.element) for link in card.links)
        ):
            return True
        return self.share_of_headlines(card) >= (0.5 if card.in_menu else 0.3)

    def share_of_headlines(self, card: Card) -> float:
        """Return the share of links around *card* whose text is as long as a headline: in the card or in its list."""
        own = (node for node in card.nodes if not isinstance(node, str))
        link = card.links[0].element
        return max(self.share_around(link), self.share_around(next(own, link)))

    def share_around(self, node: _Element) -> float:
        """Return the share of such links in the nearest element around *node* that has enough to tell."""
        for _ in range(_MAX_LEVELS):
            parent = node.getparent()
            if parent is None or parent.tag in ("body", "main", "html"):
                break
            node = parent
            if node not in self.shares:
                self.shares[node] = 1.0 if _is_text(node) else _share(node)
            if self.shares[node] >= 0:
                return self.shares[node]
        return 1.0


def _is_text(element: _Element) -> bool:
    """Return whether paragraphs stand right in *element*: a link in a box among them is not one of a list."""
    return sum(size_of(child, _PARAGRAPH) > _PARAGRAPH for child in islice(element.iterchildren("p"), 3)) > 1


def _is_headed(link: _Element) -> bool:
    """Return whether *link* holds a heading or stands in one, as menus' links do not."""
    if next(link.iter(*HEADINGS), None) is not None:
        return True
    return any(around.tag in HEADINGS for around in islice(link.iterancestors(), _MAX_LEVELS))


def _share(element: _Element) -> float:
    """Return the share of long link texts in *element*, calls to read on aside; -1 where too few links are left."""
    total = long = 0
    for link in element.iter("a"):
        text = text_of(link)
        if text and form_of(text) != "more":
            total += 1
            long += text.count(" ") + 1 >= _LONG_WORDS
        if total >= _MAX_LINKS:
            break
    return long / total if total >= _MIN_LINKS else -1.0
