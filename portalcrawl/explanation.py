"""Explains the reading of a page: the owner of each block, and the decision for each field.

It reads pages by the same code as :func:`portalcrawl.read_page` and the crawl, but keeps the reasons, which these
discard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from portalcrawl.extraction.block_owner import BlockOwner, squash
from portalcrawl.extraction.page_map import ArticleRecord, map_page
from portalcrawl.loaders.article import make_article, read_article
from portalcrawl.loaders.field_reasons import Decision, decisions
from portalcrawl.loaders.teaser import load_teasers
from portalcrawl.reading import NO_CRAWL, Reading, make_reading
from portalcrawl.reasons import reason

if TYPE_CHECKING:
    from portalcrawl.extraction.page import Page
    from portalcrawl.extraction.parts import TeaserParts
    from portalcrawl.items import Teaser
    from portalcrawl.loaders.crawl_context import CrawlContext

_NUMBER = re.compile(r"(?<!\d)\d{1,9}(?!\d)")
_SHOWN = ("headline", "kicker", "snippet", "date_published", "comment_count", "image_url", "image_caption", "label")
"""Fields of a teaser that are read from its card."""
_OPENING = ("agency", "dateline")
"""Fields that are read from the opening of its snippet."""
_LIST = ("block", "position")
_PARTS = {"date_published": "date", "comment_count": "count", "image_url": "image", "image_caption": "caption"}
"""Field of a teaser -> part of the card that shows it, if the names differ."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A page, the records read from it, and the reasons."""

    page: Page
    reading: Reading
    fields: Mapping[str, tuple[Decision, ...]]
    """Field of the article -> its candidate values, in order of trust. If the page is not an article, these are the
    values that it would have as an article."""
    teasers: Sequence[Mapping[str, Decision]]
    """The fields of each teaser in ``reading.teasers``."""
    blocks: Sequence[BlockOwner]
    """The owner of each block in ``page.walk``; :attr:`BlockOwner.teaser` is an index into ``reading.teasers``."""

    @property
    def is_article(self) -> bool:
        """Whether the page is an article, i.e. whether :attr:`fields` are those of its record."""
        return self.reading.article is not None


def explain(page: Page, crawl: CrawlContext = NO_CRAWL) -> Explanation:
    """Return the explanation of *page*; *crawl* has the values of fields that only a crawl knows."""
    loader = read_article(page)
    linked = load_teasers(page, crawl)
    reading = make_reading(page, crawl, loader if page.page_type == "article" else None, linked)
    article = reading.article or make_article(loader, page, crawl)
    record = ArticleRecord(asdict(article) if article else {}, loader.sources)
    numbers = {place: number for number, each in enumerate(linked) for place in each.places}
    owners = map_page(page, record, is_article=reading.article is not None)
    blocks = [_numbered(owner, numbers) for owner in owners]
    parts = [page.teasers[each.places[0]] for each in linked]
    shown = _shown_parts(page, reading, blocks)
    teasers = [
        dict(_teaser_fields(teaser, part, own)) for teaser, part, own in zip(reading.teasers, parts, shown, strict=True)
    ]
    found = {field: decisions(field, candidates) for field, candidates in loader.candidates.items()}
    return Explanation(page, reading, found, teasers, blocks)


def _shown_parts(page: Page, reading: Reading, blocks: Sequence[BlockOwner]) -> list[set[str]]:
    """Return the visible parts of each teaser; a block may show several parts, or the headlines of several teasers."""
    shown: list[set[str]] = [set() for _ in reading.teasers]
    texts: list[list[str]] = [[] for _ in reading.teasers]
    for block, owner in zip(page.walk.blocks, blocks, strict=True):
        if owner.teaser is not None:
            shown[owner.teaser].add(owner.part)
            texts[owner.teaser].append(block.text)
    whole = " ".join(squash(block.text) for block in page.walk.blocks)
    for teaser, own, lines in zip(reading.teasers, shown, texts, strict=True):
        if "headline" not in own and teaser.headline and squash(teaser.headline) in whole:
            own.add("headline")
        count = teaser.comment_count
        if count is not None and any(count == int(number) for number in _NUMBER.findall(" ".join(lines))):
            own.add("count")
    return shown


def _numbered(owner: BlockOwner, numbers: Mapping[int, int]) -> BlockOwner:
    """Return *owner* with its teaser as an index of records: several cards may show the same state of a teaser."""
    return owner if owner.teaser is None else owner._replace(teaser=numbers[owner.teaser])


def _teaser_fields(teaser: Teaser, parts: TeaserParts, shown: set[str]) -> Iterator[tuple[str, Decision]]:
    """Yield name and decision of each field that has a value; *shown* are the visible parts of the teaser's card."""
    for field in (*_SHOWN, *_OPENING, *_LIST):
        value = getattr(teaser, field)
        if value is not None:
            yield field, Decision(value, parts.source, _why(field, parts, shown), chosen=True)


def _why(field: str, parts: TeaserParts, shown: set[str]) -> str:
    """Return the reason for the value of one field."""
    if field in _OPENING:
        return reason("derived", "from the beginning of the snippet")
    if parts.source == "profile":
        return reason("teaser-rule")
    if field in _LIST:
        return reason("teaser-list")
    by_attribute = field == "date_published" and parts.date_attribute is not None
    is_shown = _PARTS.get(field, field) in shown and not by_attribute
    return reason("teaser-text" if is_shown else "teaser-attribute")
