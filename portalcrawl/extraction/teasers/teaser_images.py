"""The image of a teaser: its URL, even if scripts would load it lazily, and its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.etree import _Element

from portalcrawl import urls
from portalcrawl.extraction.parts import ImageParts
from portalcrawl.text.normalize import clean

_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-srcset", "data-lazy-srcset", "srcset", "src")
_MIN_PIXELS = 40
_MAX_TRIES = 4
_MAX_SOURCES = 8


def read_image(images: Iterable[_Element], base_url: str) -> ImageParts | None:
    """Return the first of *images* that is not an icon, with the first text of any; None if all are icons.

    The text is ``alt``, else ``title``; the URL is empty if none was found.
    """
    pictures = [image for image in islice(images, _MAX_TRIES) if not _is_icon(image)]
    url = next((url for image in pictures for url in _addresses(image, base_url)), "")
    texts = (clean(image.get(name) or "") for image in pictures for name in ("alt", "title"))
    caption = next(filter(None, texts), None)
    return ImageParts(url, caption) if url or caption else None


def _is_icon(image: _Element) -> bool:
    for name in ("width", "height"):
        size = (image.get(name) or "").removesuffix("px")
        if size.isdecimal() and len(size) < 6 and int(size) < _MIN_PIXELS:
            return True
    return False


def _sources(image: _Element) -> list[_Element]:
    """Return the ``source`` elements of the ``picture`` around *image*; the parser nests them in each other."""
    parent = image.getparent()
    while parent is not None and parent.tag == "source":
        parent = parent.getparent()
    if parent is None or parent.tag != "picture":
        return []
    return list(islice(parent.iter("source"), _MAX_SOURCES))


def _addresses(image: _Element, base_url: str) -> Iterator[str]:
    """Yield the URLs in the attributes of *image*, else of its sources; those for lazy loading come first."""
    for holder in (image, *_sources(image)):
        for name in _SOURCES:
            value = (holder.get(name) or "").strip()
            if not value or value.startswith("data:"):
                continue
            if name.endswith("srcset"):
                value = value.split()[0].rstrip(",")
            if url := urls.absolute(base_url, value):
                yield url
