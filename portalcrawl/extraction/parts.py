"""Raw values from one source on a page: no ids, times as text, nothing merged from other sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PageType = Literal["article", "list", "other"]


@dataclass(frozen=True, slots=True)
class ImageParts:
    """A picture: absolute URL, caption and credit as found."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(slots=True)
class ArticleParts:
    """Values from one source (profile rules, JSON-LD, meta tags, the visible page); None if it has no value."""

    headline: str | None = None
    kicker: str | None = None
    description: str | None = None
    body: tuple[str, ...] | None = None
    date_published: str | None = None
    date_modified: str | None = None
    authors: tuple[str, ...] | None = None
    source: str | None = None
    agency: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] | None = None
    in_language: str | None = None
    images: tuple[ImageParts, ...] | None = None
    comment_count: int | None = None
    is_accessible_for_free: bool | None = None


@dataclass(slots=True)
class TeaserParts:
    """One teaser as found on the page; ``url`` is absolute."""

    url: str
    headline: str | None = None
    kicker: str | None = None
    snippet: str | None = None
    is_truncated: bool = False
    date_text: str | None = None
    """What the reader sees (``vor 12 Minuten``)."""
    date_attribute: str | None = None
    """The machine-readable time next to it (``datetime``)."""
    comment_count: int | None = None
    image_url: str | None = None
    image_caption: str | None = None
    label: str | None = None
    block: str | None = None
    position: int | None = None
    source: Literal["profile", "page"] = "page"
    """``profile``: found by the profile's rules; ``page``: by the generic reading."""
