"""What the rules of a profile find on a page.

The rules of a field are tried in order until one finds something; if none does, the field is left to the other
sources. ``text:`` rules match one line at a time, or all lines at once if the expression contains ``\\n``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.blocks import Place
from portalcrawl.extraction.parts import ArticleParts, ImageParts, TeaserParts
from portalcrawl.extraction.rules.selector_match import Scope, lines_of, text_of
from portalcrawl.extraction.teasers.line_forms import comment_count, split_cut, split_tail
from portalcrawl.profiles.model import FieldRules, Profile, TeaserRules
from portalcrawl.text.normalize import clean, with_initial
from portalcrawl.urls import absolute
from portalcrawl.vocabulary import either

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_TEASERS = 500
_BETWEEN_TOPICS = re.compile(r"\s+[/|>›»·•](?:\s+|$)|\s*[;,]\s+|\n")
_BETWEEN_NAMES = re.compile(rf"\s+[/|·•]\s+|\s*[;,]\s+|\s+(?:{either('bylines.and')}|&)\s+|\n")
_DIGITS = re.compile(r"\d{1,9}")
_FALSE = frozenset({"false", "no", "nein", "0"})
_SIDE_MATTER = Place.ASIDE | Place.NAV | Place.FOOTER | Place.CAPTION | Place.BUTTON | Place.FORM | Place.DIALOG
_IMAGE_SOURCES = ("src", "data-src", "href", "content")


def read_article(root: _Element, profile: Profile, base_url: str) -> ArticleParts:
    """Return what the article rules of *profile* find in *root*; URLs are resolved against *base_url*."""
    parts = ArticleParts()
    if not profile.article.fields:
        return parts
    page = _Reader(Scope(root), profile.article.fields, base_url)
    parts.headline = page.text("headline")
    parts.kicker = page.text("kicker")
    parts.description = page.text("description")
    parts.body = page.paragraphs("article_body")
    parts.date_published = page.text("date_published")
    parts.date_modified = page.text("date_modified")
    parts.authors = page.names("authors", _BETWEEN_NAMES)
    parts.source = page.text("source")
    parts.agency = page.text("agency")
    parts.section = page.text("section")
    parts.keywords = page.names("keywords", _BETWEEN_TOPICS)
    parts.in_language = page.text("in_language")
    parts.images = page.images("images")
    parts.comment_count = page.count("comment_count")
    parts.is_accessible_for_free = page.flag("is_accessible_for_free")
    return parts


def read_teasers(root: _Element, profile: Profile, base_url: str) -> list[TeaserParts]:
    """Return the teasers that the teaser rules of *profile* find in *root*, block by block.

    The URL of a teaser is found by the block's ``url`` rules, else it is the first link to an article of the portal;
    matches of a block's root without either are skipped.
    """
    found: list[TeaserParts] = []
    for rules in profile.teasers:
        found += _teasers_of(root, rules, profile, base_url)
    return found[:MOST_TEASERS]


def _teasers_of(root: _Element, rules: TeaserRules, profile: Profile, base_url: str) -> Iterator[TeaserParts]:
    position = 0
    for element in Scope(root).elements(rules.root)[:MOST_TEASERS]:
        card = _Reader(Scope(element), rules.fields, base_url)
        url = card.url("url") or _article_link(element, profile, base_url)
        if url:
            position += 1
            yield _teaser(card, url, rules.block, position)


def _teaser(card: _Reader, url: str, block: str, position: int) -> TeaserParts:
    snippet, count, _ = split_tail(card.text("snippet") or "")
    snippet, is_truncated = split_cut(snippet)
    stated = card.count("comment_count")
    return TeaserParts(
        url=url,
        headline=card.text("headline"),
        kicker=card.text("kicker"),
        snippet=snippet or None,
        is_truncated=is_truncated,
        date_text=card.text("date_published"),
        comment_count=count if stated is None else stated,
        image_url=card.url("image_url"),
        image_caption=card.text("image_caption"),
        label=card.text("label"),
        block=block,
        position=position,
        source="profile",
    )


def _article_link(element: _Element, profile: Profile, base_url: str) -> str | None:
    links = element.iter("a")
    addresses = (absolute(base_url, link.get("href") or "") for link in links)
    return next((url for url in addresses if url and profile.is_article_url(url)), None)


class _Reader:
    """Reads the fields of one page or card and converts them to their types."""

    def __init__(self, scope: Scope, fields: FieldRules, base_url: str) -> None:
        self.scope = scope
        self.fields = fields
        self.base_url = base_url

    def found(self, field: str) -> list[_Element | str]:
        return self.scope.find(self.fields.get(field, ()), field)

    def texts(self, field: str) -> list[str]:
        return [text for text in map(text_of, self.found(field)) if text]

    def text(self, field: str) -> str | None:
        return next(iter(self.texts(field)), None)

    def names(self, field: str, between: re.Pattern[str]) -> tuple[str, ...] | None:
        """Return the names: one per element if several were found, else the first match split at *between*."""
        found = self.found(field)
        if len(found) == 1 or (found and isinstance(found[0], str)):
            first = found[0] if isinstance(found[0], str) else text_of(found[0])
            texts = map(clean, between.split(first))
        else:
            texts = map(text_of, found)
        return tuple(dict.fromkeys(filter(None, texts))) or None

    def paragraphs(self, field: str) -> tuple[str, ...] | None:
        """Return the lines of the matches; those of a text rule without lines that are links or side matter."""
        paragraphs: list[str] = []
        for found in self.found(field):
            if isinstance(found, str):
                lines = [line for line in map(clean, found.splitlines()) if line not in self.side_matter]
            else:
                lines = lines_of(found)
            paragraphs += filter(None, lines)
        return (with_initial(paragraphs[0]), *paragraphs[1:]) if paragraphs else None

    @cached_property
    def side_matter(self) -> frozenset[str]:
        """The texts of lines that only occur as links or in side matter."""
        lines = zip(self.scope.texts, self.scope.lines, strict=True)
        running = {text for text, line in lines if not (line.box.places & _SIDE_MATTER or line.is_linked)}
        return frozenset(self.scope.texts) - running

    def count(self, field: str) -> int | None:
        """Return the number in the text; 0 for words such as "no comments"."""
        text = self.text(field)
        if text is None:
            return None
        stated = comment_count(text)
        match = _DIGITS.search(text)
        return stated if stated is not None else int(match[0]) if match else None

    def flag(self, field: str) -> bool | None:
        text = self.text(field)
        return None if text is None else text.lower() not in _FALSE

    def url(self, field: str) -> str | None:
        addresses = (self.address(found) for found in self.found(field))
        return next((address for address in addresses if address), None)

    def images(self, field: str) -> tuple[ImageParts, ...] | None:
        images = []
        for found in self.found(field):
            if address := self.address(found):
                caption = None if isinstance(found, str) else clean(found.get("alt") or "")
                images.append(ImageParts(address, caption or None))
        return tuple(images) or None

    def address(self, found: _Element | str) -> str | None:
        values = [found] if isinstance(found, str) else [found.get(name) for name in _IMAGE_SOURCES]
        return next((url for value in values if value and (url := absolute(self.base_url, value))), None)
