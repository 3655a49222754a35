"""All teasers of a page: finds the links, their cards, the fields of each card, and the list it is part of."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from portalcrawl import urls
from portalcrawl.extraction.parts import TeaserParts
from portalcrawl.extraction.rules import profile_rules
from portalcrawl.extraction.teasers.article_links import find_links
from portalcrawl.extraction.teasers.card_fields import CardFields, PageSigns
from portalcrawl.extraction.teasers.card_filter import CardFilter
from portalcrawl.extraction.teasers.card_lines import Line
from portalcrawl.extraction.teasers.card_text import pictures, read_card
from portalcrawl.extraction.teasers.cards import CardFinder
from portalcrawl.extraction.teasers.line_forms import FRAME, is_bare_age
from portalcrawl.extraction.teasers.list_blocks import ListNames
from portalcrawl.extraction.teasers.page_runs import PageRuns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Box
    from portalcrawl.extraction.dom.walk import Walk
    from portalcrawl.extraction.teasers.cards import Card
    from portalcrawl.profiles.model import Profile

_UNUSED = ("link", "other")
_MIN_CLOCKS = 3
_MIN_RANKS = 3
_RANKED = re.compile(r"^#?(\d{1,2})[.)]?\s+(?=\S)")


@dataclass(slots=True)
class TeaserReading:
    """The teasers of a page, which blocks belong to each, and why other links are not teasers."""

    teasers: list[TeaserParts] = field(default_factory=list)
    owners: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Index of a block of the walk -> index of the teaser that it belongs to, and its field: ``headline``, ``kicker``,
    ``snippet``, ``date``, ``count``, ``label``, ``caption``, ``author``, ``block``, ``image``, ``link``, ``other``."""
    shared: set[int] = field(default_factory=set)
    """Blocks that show the headlines of several teasers; the first of them owns it."""
    refused: dict[int, str] = field(default_factory=dict)
    """Index of a block -> id of the reason why its link is no teaser; see :mod:`portalcrawl.reasons`."""

    def take(self, fields: Mapping[int, str]) -> None:
        """Make the last teaser the owner of the blocks in *fields*, which maps the index of a block to its field."""
        number = len(self.teasers) - 1
        for block, part in fields.items():
            owner = self.owners.get(block)
            if owner is None or (owner[1] in _UNUSED and part not in _UNUSED):
                self.owners[block] = number, part
            elif part == owner[1] == "headline":
                self.shared.add(block)


def read_teasers(walk: Walk, profile: Profile, root: _Element, canonical: str | None = None) -> TeaserReading:
    """Return the teasers on the page that was walked as *walk*.

    Those that the profile's rules find under *root* come first, then, in page order, those that the generic reading
    adds: links to other articles of the portal outside of running text, as a card or as a line of a list.
    *canonical* is the page's declared canonical URL. Raises on no content; the time is proportional to the size of the
    page.
    """
    ruled = profile_rules.read_teasers(root, profile, walk.base_url)
    taken = frozenset(urls.canonical_url(teaser.url, profile.hosts) for teaser in ruled)
    reading = TeaserReading(ruled)
    _read_generic(walk, profile, canonical, taken, reading)
    return reading


def _read_generic(
    walk: Walk, profile: Profile, canonical: str | None, taken: frozenset[str], reading: TeaserReading
) -> None:
    runs = PageRuns(walk)
    links, reading.refused = find_links(runs, profile, canonical)
    links = [link for link in links if link.target not in taken]
    cards = CardFinder(runs, links).cards()
    texts = [read_card(card, runs) for card in cards]
    addresses = Counter(link.href for link in walk.links)
    sections = {address for address, count in addresses.items() if count > 1}
    signs = PageSigns(sections)
    found = [CardFields(text, card.template, walk.base_url, signs) for card, text in zip(cards, texts, strict=True)]
    _remove_ranks(zip(cards, found, strict=True))
    for fields in found:
        fields.vote()
    tickers = _tickers(found)
    lists, card_filter = ListNames(runs, cards), CardFilter(runs)
    for index, (card, fields) in enumerate(zip(cards, found, strict=True)):
        teaser = fields.read(
            card.links[0].url, clock=fields.template in tickers, caption_over_snippet=profile.caption_over_snippet
        )
        name = lists.name_of(index)
        reason = card_filter.why_not(card, teaser, name) if teaser is not None else "empty-card"
        if teaser is not None and not reason:
            teaser.position = lists.take_place(index)
            teaser.block = (teaser.block or "").strip(FRAME) or name
            reading.teasers.append(teaser)
            reading.take(fields.owners() | dict.fromkeys(pictures(card, runs), "image"))
        else:
            reading.refused.update(dict.fromkeys(fields.owners(), reason))


def _remove_ranks(readings: Iterable[tuple[Card, CardFields]]) -> None:
    """Remove leading numbers that count up from card to card of a list, as in those of the most read articles."""
    places: defaultdict[tuple[Box, str, str], list[Line]] = defaultdict(list)
    for card, fields in readings:
        for line in fields.texts:
            places[card.around, fields.template, line.slot].append(line)
    for lines in places.values():
        ranks = [_RANKED.match(line.text) for line in lines]
        if len(ranks) >= _MIN_RANKS and all(rank and int(rank[1]) == at for at, rank in enumerate(ranks, 1)):
            for line in lines:
                line.text = _RANKED.sub("", line.text)


def _tickers(readings: list[CardFields]) -> frozenset[str]:
    """Return the templates of cards whose bare times (``19:00``) are times of publication, not lengths of videos.

    They are in order, or other cards have bare ages (``3h``), as cards with ``5 min`` do.
    """
    clocks: defaultdict[str, list[str]] = defaultdict(list)
    for fields in readings:
        if clock := fields.found.values.get("clock"):
            clocks[fields.template].append(clock.zfill(5))
    aged = frozenset(fields.template for fields in readings if is_bare_age(fields.found.values.get("date", "")))
    return aged.union(
        template for template, found in clocks.items() if len(set(found)) >= _MIN_CLOCKS and _are_in_order(found)
    )


def _are_in_order(clocks: list[str]) -> bool:
    """Return whether *clocks* ascend or descend, except for one break at midnight or between two lists."""
    back = sum(one > other for one, other in pairwise(clocks))
    on = sum(one < other for one, other in pairwise(clocks))
    return min(back, on) * 5 <= max(back, on)
