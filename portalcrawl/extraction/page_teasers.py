"""All teasers of a page: links, their cards, what each card says, and the list it stands in."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from lxml.etree import _Element

from portalcrawl import urls
from portalcrawl.extraction.parts import TeaserParts
from portalcrawl.extraction.rules import profile_rules
from portalcrawl.extraction.teasers.article_links import find_links
from portalcrawl.extraction.teasers.card_fields import CardFields, FieldVotes, PageSigns
from portalcrawl.extraction.teasers.card_filter import Judge
from portalcrawl.extraction.teasers.card_lines import Line
from portalcrawl.extraction.teasers.card_text import CardText, read_card
from portalcrawl.extraction.teasers.cards import Card, find_cards, find_sub_lists, mark, template_of
from portalcrawl.extraction.teasers.line_forms import FRAME
from portalcrawl.extraction.teasers.list_blocks import Blocks
from portalcrawl.text.normalize import fold

if TYPE_CHECKING:
    from portalcrawl.profiles.model import Profile

_MAX_REPEATED = 60
_MIN_CLOCKS = 3
_MIN_RANKS = 3
_RANKED = re.compile(r"^#?(\d{1,2})[.)]?\s+(?=\S)")
_HEADLINE_GAPS = 4
"""Spaces in a text that is long enough for a headline: ``Jetzt den ganzen Artikel`` has three."""


def read_teasers(root: _Element | None, base_url: str, profile: Profile) -> list[TeaserParts]:
    """Return the teasers on the page parsed as *root*; *base_url* is its absolute address.

    Those that the profile's rules find come first, then, in page order, what the generic reading finds beside them:
    links to other articles of the portal that stand for themselves, as a card or as a line of a list. Never raises on
    any content; takes time in proportion to the page.
    """
    if root is None:
        return []
    ruled = profile_rules.read_teasers(root, profile, base_url) if profile.teasers else []
    taken = frozenset(urls.canonical_url(teaser.url, profile.hosts) for teaser in ruled)
    return ruled + _read_generic(root, base_url, profile, taken)


def _read_generic(root: _Element, base_url: str, profile: Profile, taken: frozenset[str]) -> list[TeaserParts]:
    links = [link for link in find_links(root, base_url, profile) if link.target not in taken]
    sub_lists = find_sub_lists(links)
    marks = mark(links, sub_lists)
    cards = find_cards(links, marks)
    texts = [read_card(card.nodes, {link.element for link in card.links}, sub_lists) for card in cards]
    repeated = _repeated(cards, texts)
    blocks, judge = Blocks(marks), Judge()
    addresses = Counter(link.get("href") for link in root.iter("a"))
    sections = {address for address, count in addresses.items() if address and count > 1}
    signs = PageSigns(repeated, sections, FieldVotes())
    readings = [CardFields(text, template_of(card), base_url, signs) for card, text in zip(cards, texts, strict=True)]
    _take_off_ranks(readings)
    for fields in readings:
        fields.vote()
    tickers = _tickers(readings)
    teasers = []
    for card, fields in zip(cards, readings, strict=True):
        teaser = fields.read(
            card.links[0].url,
            clock=fields.template in tickers,
            caption_over_snippet=profile.caption_over_snippet,
        )
        if teaser is not None and judge.is_teaser(card, teaser, blocks.name_of(card)):
            name, teaser.position = blocks.place(card)
            teaser.block = (teaser.block or "").strip(FRAME) or name
            teasers.append(teaser)
    return teasers


def _take_off_ranks(readings: list[CardFields]) -> None:
    """Take the numbers off the lines of one place that count from card to card."""
    places: dict[tuple[str, str], list[Line]] = {}
    for fields in readings:
        for line in fields.texts:
            places.setdefault((fields.template, line.slot), []).append(line)
    for lines in places.values():
        numbers = [int(rank[1]) for line in lines if (rank := _RANKED.match(line.text))]
        counts = all(other in (one + 1, 1) for one, other in pairwise(numbers))
        if counts and len(numbers) == len(lines) >= _MIN_RANKS * max(1, numbers.count(1)):
            for line in lines:
                line.text = _RANKED.sub("", line.text)


def _tickers(readings: list[CardFields]) -> frozenset[str]:
    """Return the templates of cards whose bare times go back, or on, from one to the next: films last at random."""
    clocks: dict[str, list[str]] = {}
    for fields in readings:
        if fields.found.clock:
            clocks.setdefault(fields.template, []).append(fields.found.clock.zfill(5))
    return frozenset(
        template for template, found in clocks.items() if len(set(found)) >= _MIN_CLOCKS and _are_in_order(found)
    )


def _are_in_order(clocks: list[str]) -> bool:
    """Return whether *clocks* go one way, but for a break at midnight or between two lists."""
    back = sum(one > other for one, other in pairwise(clocks))
    on = sum(one < other for one, other in pairwise(clocks))
    return min(back, on) * 5 <= max(back, on)


def _repeated(cards: list[Card], texts: list[CardText]) -> frozenset[str]:
    """Return the folded texts that lead to several articles: ``Weiterlesen`` in any language, names of sections.

    Two articles may have one headline (agency copy under two addresses), three hardly.
    """
    targets: dict[str, set[str]] = {}
    headlines: set[str] = set()
    for card, text in zip(cards, texts, strict=True):
        for line in text.lines:
            if line.linked and len(line.text) <= _MAX_REPEATED:
                key = fold(line.text)
                targets.setdefault(key, set()).add(card.links[0].target)
                if line.heading or key.count(" ") >= _HEADLINE_GAPS:
                    headlines.add(key)
    return frozenset(key for key, found in targets.items() if len(found) > 1 + (key in headlines))
