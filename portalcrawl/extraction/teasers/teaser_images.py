"""The image of a teaser: its URL and its text."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from lxml.etree import _Element

from portalcrawl.extraction.dom.pictures import addresses, is_picture, is_smaller
from portalcrawl.extraction.parts import ImageParts
from portalcrawl.text.normalize import clean
from portalcrawl.urls import absolute

_MIN_PIXELS = 40
_MAX_TRIES = 4


def read_image(images: Iterable[_Element], base_url: str) -> ImageParts:
    """Return the first of *images* that is not an icon, with the first text of any.

    The text is ``alt``, else ``title``; the URL is empty if none was found.
    """
    pictures = [image for image in islice(images, _MAX_TRIES) if not is_smaller(image, _MIN_PIXELS)]
    values = (value for image in pictures for value in addresses(image) if is_picture(value, drawings=True))
    urls = (absolute(base_url, value) for value in values)
    texts = (clean(image.get(name) or "") for image in pictures for name in ("alt", "title"))
    url, caption = next(filter(None, urls), ""), next(filter(None, texts), None)
    return ImageParts(url, caption)
