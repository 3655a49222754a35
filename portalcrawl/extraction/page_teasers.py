"""All teasers of a page: links, their cards, what each card says, and the list it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml.etree import _Element

from portalcrawl import urls
from portalcrawl.extraction.parts import TeaserParts
from portalcrawl.extraction.rules import profile_rules
from portalcrawl.extraction.teasers.article_links import find_links
from portalcrawl.extraction.teasers.card_fields import read_parts
from portalcrawl.extraction.teasers.card_filter import Judge
from portalcrawl.extraction.teasers.card_text import CardText, read_card
from portalcrawl.extraction.teasers.cards import Card, find_cards, mark
from portalcrawl.extraction.teasers.line_forms import FRAME
from portalcrawl.extraction.teasers.list_blocks import Blocks
from portalcrawl.text.normalize import fold

if TYPE_CHECKING:
    from portalcrawl.profiles.model import Profile

_MAX_REPEATED = 60
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
    marks = mark(links)
    cards = find_cards(links, marks)
    texts = [read_card(card.nodes, {link.element for link in card.links}) for card in cards]
    repeated = _repeated(cards, texts)
    blocks, judge = Blocks(marks), Judge()
    teasers = []
    for card, text in zip(cards, texts, strict=True):
        teaser = read_parts(
            text,
            card.links[0].url,
            base_url,
            repeated=repeated,
            caption_over_snippet=profile.caption_over_snippet,
        )
        if teaser is not None and judge.is_teaser(card, teaser, blocks.name_of(card)):
            name, teaser.position = blocks.place(card)
            teaser.block = (teaser.block or "").strip(FRAME) or name
            if teaser.kicker and teaser.kicker == teaser.block:
                teaser.kicker = None
            teasers.append(teaser)
    return teasers


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
