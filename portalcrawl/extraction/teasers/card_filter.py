"""Decides whether a card is a teaser: menus, tag lists and link lists of service pages link to articles too."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from portalcrawl.extraction.teasers.line_forms import HEADLINE_WORDS, TITLE_WORDS, form_of, is_service_name
from portalcrawl.text.counts import word_count

if TYPE_CHECKING:
    from portalcrawl.extraction.dom.blocks import Box
    from portalcrawl.extraction.parts import TeaserParts
    from portalcrawl.extraction.teasers.cards import Card
    from portalcrawl.extraction.teasers.page_runs import PageRuns

_MIN_LINK_SHARE = 0.5
"""Least share of the characters of a list that are in links; others are texts with links."""
_MAX_LINKS = 40
_MIN_LINKS = 3
_MAX_LEVELS = 3


class CardFilter:
    """Decides which cards are teasers; caches the decision for each list of links."""

    def __init__(self, runs: PageRuns) -> None:
        self.runs = runs
        self.shares: dict[Box, float] = {}

    def why_not(self, card: Card, teaser: TeaserParts, block: str | None) -> str:
        """Return the id of the reason why *card*, read as *teaser* in the list *block*, is no teaser; else nothing."""
        if block is not None and is_service_name(block) and not (teaser.image_url and teaser.kicker):
            return "service-link"
        if teaser.snippet or teaser.date_text or teaser.date_attribute or teaser.comment_count is not None:
            return ""
        if teaser.headline is None and word_count(teaser.image_caption or "") <= TITLE_WORDS:
            return "few-words"
        if not teaser.image_url and word_count(teaser.headline or "") < TITLE_WORDS:
            return "few-words"
        if card.links[0].zone == "neighbour" or (not card.in_menu and (teaser.image_url or self.is_headed(card))):
            return ""
        return "" if self.share_of_headlines(card) >= (0.5 if card.in_menu else 0.3) else "name-list"

    def is_headed(self, card: Card) -> bool:
        """Return whether a link of *card* holds a heading or is in one, unlike links in menus."""
        blocks = self.runs.walk.blocks
        return any(block.level for each in card.links for block in blocks[each.link.first : each.link.last])

    def share_of_headlines(self, card: Card) -> float:
        """Return the share of links in *card* or in its list whose text is as long as a headline."""
        return max(self.share_around(card.links[0].link.box), self.share_around(card.around))

    def share_around(self, box: Box) -> float:
        """Return that share in *box*, or in the innermost box around it with enough links."""
        for each in islice(box.chain(), _MAX_LEVELS):
            if each not in self.shares:
                self.shares[each] = self.share(each) if each.link_share > _MIN_LINK_SHARE else 1.0
            if self.shares[each] >= 0:
                return self.shares[each]
        return 1.0

    def share(self, box: Box) -> float:
        """Return the share of long link texts in *box* without "read more" links; -1 if there are too few links."""
        last = min(box.last_link, box.first_link + _MAX_LINKS)
        texts = filter(None, map(self.runs.text_of, self.runs.walk.links[box.first_link : last]))
        sizes = [word_count(text) >= HEADLINE_WORDS for text in texts if form_of(text) != "more"]
        return sum(sizes) / len(sizes) if len(sizes) >= _MIN_LINKS else -1.0
