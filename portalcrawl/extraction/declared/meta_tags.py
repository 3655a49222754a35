"""What meta tags declare: OpenGraph, article:*, Dublin Core, parsely, sailthru, cXense and plain names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.element_text import text_of
from portalcrawl.extraction.parts import ArticleParts, ImageParts
from portalcrawl.text.normalize import clean, plain
from portalcrawl.urls import absolute

if TYPE_CHECKING:
    from lxml.etree import _Element

Meta = Mapping[str, Sequence[str]]
"""Contents of the meta tags by name or property, in lower case, in document order."""

HEADLINES = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "title")
DESCRIPTIONS = ("og:description", "description", "twitter:description", "sailthru.description", "dc.description")
PUBLISHED = (
    "publishedtime", "published", "datepublished", "publishedat", "publisheddate", "pubdate", "publishdate",
    "publishtime", "publicationdate", "originalpublicationdate", "issued", "createat", "created", "date",
    "releasedate", "lastpublished", "parselypubdate",
)  # fmt: skip
"""Names for the time of publication without prefixes and punctuation."""
MODIFIED = ("modifiedtime", "modified", "datemodified", "updatedtime", "lastmodified", "revised", "lastmod")
AUTHORS = (
    "article:author", "og:article:author", "author", "parsely-author", "sailthru.author", "cxenseparse:author",
    "dc.creator", "dcterms.creator", "article:author_name", "twitter:misc:written by", "byl",
)  # fmt: skip
SECTIONS = ("article:section", "og:article:section", "parsely-section", "cxenseparse:section", "sailthru.section")
TAGS = ("article:tag", "og:article:tag", "parsely-tags", "news_keywords", "keywords", "sailthru.tags")
IMAGES = (
    "og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src", "twitter:image0",
    "parsely-image-url", "sailthru.image.full", "thumbnail", "image",
)  # fmt: skip
SITES = (
    "og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name", "dc.publisher", "publisher",
)  # fmt: skip
_ADDRESS = re.compile(r"^(?:https?:|//|www\.|@)|^\S+@\S+$")
_MARKS = re.compile(r"[:.]")
_MOST_PARTS = 5
LONGEST_VALUE = 5000
MOST_METAS = 1000
MOST_HOME_LINKS = 40
"""Links at the top of a page that are searched for the one to the home page."""
_HOME = re.compile(r"(?:https?:)?//[^/?#]+/?|/")
SHORTEST_NAME, LONGEST_NAME = 4, 60
_FREE_TIERS = {"free": True, "locked": False, "metered": False, "paid": False}


def read_meta(root: _Element) -> dict[str, list[str]]:
    """Return the contents of the page's meta tags by lower-case name; at most :data:`MOST_METAS` tags are read."""
    found: dict[str, list[str]] = {}
    for meta in islice(root.iter("meta"), MOST_METAS):
        name = meta.get("property") or meta.get("name") or meta.get("http-equiv") or ""
        if value := plain((meta.get("content") or "")[:LONGEST_VALUE]):
            found.setdefault(name.strip().lower(), []).append(value)
    return found


def read_metadata(meta: Meta, root: _Element, url: str) -> ArticleParts:
    """Return what the meta tags and the language attribute declare about the article; *url*: the base URL."""
    by_letters = _by_letters(meta)
    return ArticleParts(
        headline=_first(meta, HEADLINES),
        description=_first(meta, DESCRIPTIONS),
        date_published=_first(by_letters, PUBLISHED),
        date_modified=_first(by_letters, MODIFIED),
        authors=_authors(meta),
        section=_first(meta, SECTIONS),
        keywords=_keywords(meta),
        in_language=_language(meta, root),
        images=_images(meta, root, url),
        is_accessible_for_free=_FREE_TIERS.get((_first(meta, ("article:content_tier",)) or "").lower()),
    )


def title_of(root: _Element) -> str | None:
    """Return the text of the title element."""
    return clean(root.findtext(".//title") or "") or None


def home_name(root: _Element, title: str) -> str | None:
    """Return the text of a link to the home page if the page's *title* begins or ends with it: the site's name."""
    whole = title.casefold()
    for link in islice(root.iter("a"), MOST_HOME_LINKS):
        if _HOME.fullmatch(link.get("href") or ""):
            name = text_of(link, LONGEST_NAME)
            key = name.casefold()
            if SHORTEST_NAME <= len(name) <= LONGEST_NAME and (whole.startswith(key) or whole.endswith(key)):
                return name
    return None


def site_names(meta: Meta) -> list[str]:
    """Return the names of the site and its publisher in meta tags."""
    return [value for name in SITES for value in meta.get(name, ())]


def _values(meta: Meta, names: Sequence[str]) -> Sequence[str]:
    """Return the values of the first of *names* that the page has."""
    return next((meta[name] for name in names if name in meta), ())


def _first(meta: Meta, names: Sequence[str]) -> str | None:
    return next(iter(_values(meta, names)), None)


def _by_letters(meta: Meta) -> Meta:
    """Return the tags by the letters and digits of their names, and of each part of a name after a ``:`` or ``.``.

    >>> list(_by_letters({"og:published:time": ["2025-12-03"]}))
    ['ogpublishedtime', 'publishedtime', 'time']
    """
    found: dict[str, Sequence[str]] = {}
    for name, values in meta.items():
        parts = _MARKS.split(name)
        for start in range(min(len(parts), _MOST_PARTS)):
            found.setdefault(_letters("".join(parts[start:])), values)
    return found


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name))


def _authors(meta: Meta) -> tuple[str, ...] | None:
    for name in AUTHORS:
        values = [value for value in meta.get(name, ()) if not _ADDRESS.search(value)]
        if values:
            return tuple(dict.fromkeys(values))
    return None


def _keywords(meta: Meta) -> tuple[str, ...] | None:
    words = (word for value in _values(meta, TAGS) for word in re.split(r"\s*[,;|]\s*", value))
    return tuple(dict.fromkeys(filter(None, words))) or None


def _language(meta: Meta, root: _Element) -> str | None:
    declared = root.get("lang") or root.get("xml:lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")
    return clean(declared or "") or _first(
        meta, ("og:locale", "content-language", "language", "dc.language", "inlanguage")
    )


def _images(meta: Meta, root: _Element, url: str) -> tuple[ImageParts, ...] | None:
    alts = meta.get("og:image:alt", ())
    links = [link.get("href") or "" for link in root.iter("link") if link.get("rel") == "image_src"]
    found = [absolute(url, value) for value in _values(meta, IMAGES) or links]
    caption = alts[0] if len(alts) == len(found) == 1 else None
    return tuple(ImageParts(address, caption) for address in filter(None, dict.fromkeys(found))) or None
