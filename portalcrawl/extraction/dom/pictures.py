"""The addresses of pictures, also of those that a script loads later or of which a browser chooses a size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portalcrawl.vocabulary import path_words

if TYPE_CHECKING:
    from lxml.etree import _Element

IMAGES = frozenset(("img", "amp-img"))
MOST_SOURCES = 8
_AROUND = ("picture", "source")
"""Elements around an image and its sources; the parser nests ``source`` elements in each other."""
_SOURCES = (
    *("data-src", "data-lazy-src", "data-original", "data-lazy", "data-full-src"),
    *("data-srcset", "data-lazy-srcset", "srcset", "src"),
)
"""Attributes with URLs of a picture, the most reliable first."""
_OF_SET = re.compile(r"(\S*[^\s,])(?:\s+([\d.]+)[wx])?\s*(?:,|$)")
"""One picture of a ``srcset`` with its width or density (WHATWG HTML, "srcset attributes")."""
_IS_SET = re.compile(r"\s[\d.]+[wx]\s*(?:,|$)")
_PLACEHOLDER = re.compile(rf"[/._-]{path_words('placeholders')}(?:[._-][^/]*)?$|^data:", re.IGNORECASE)
_SITE_PICTURE = re.compile(
    rf"/{path_words('site_pictures')}[/._-]|[._-]{path_words('site_pictures')}\.\w+(?:\?|$)",
    re.IGNORECASE,
)
"""URLs of logos and icons."""
_DRAWING = re.compile(r"\.(?:svg|gif)(?:\?|$)", re.IGNORECASE)
_SIZE = re.compile(rf"\d{{2,4}}x\d{{2,4}}|[-_](?:\d{{3,4}}(?:w|p|px|x)?|{path_words('picture_sizes')})(?=[-_.]|$)")


def addresses(image: _Element) -> Iterator[str]:
    """Yield the URLs of *image* as written, the most reliable first.

    They are in its attributes, in those of the ``source`` elements next to it, or in a copy of it in ``noscript``.
    """
    for holder in _holders(image):
        for name in _SOURCES:
            value = (holder.get(name) or "").strip()
            if value and (name.endswith("srcset") or _IS_SET.search(value)):
                value = max(_OF_SET.findall(value), key=lambda each: float(each[1] or 1), default=("",))[0]
            if value:
                yield value


def _holders(image: _Element) -> Iterator[_Element]:
    yield image
    around = image.getparent()
    while around is not None and around.tag in _AROUND:
        yield from islice(around.iter("source"), MOST_SOURCES)
        around = around.getparent()
    for part in (image, *islice(image.iterancestors(), 1)):
        for copy in islice(part.itersiblings("noscript"), 1):
            yield from islice(copy.iter(*IMAGES), 1)


def is_smaller(image: _Element, pixels: int) -> bool:
    """Return whether *image* has less than *pixels* on one side, by its attributes."""
    sides = ((image.get(name) or "").removesuffix("px") for name in ("width", "height"))
    return any(side.isdecimal() and len(side) < 6 and int(side) < pixels for side in sides)


def is_picture(address: str, *, captioned: bool = False, drawings: bool = False) -> bool:
    """Return whether the URL *address* can be the picture of an article or a card: not a placeholder, nor a logo.

    Drawings (SVG, GIF) on the page of an article are mostly logos and icons, too, unless they have a caption, as charts
    and maps do; with *drawings* they count.
    """
    if _PLACEHOLDER.search(address):
        return False
    return captioned or not (_SITE_PICTURE.search(address) or (not drawings and _DRAWING.search(address)))


def picture_key(address: str) -> str:
    """Return the file name in *address* without size and extension: equal for one picture in several sizes.

    >>> picture_key("https://x.example/a/bus-600x400.jpg?w=3"), picture_key("/b/bus-1200x800.webp")
    ('bus', 'bus')
    """
    name = urlsplit(address).path.rstrip("/").rpartition("/")[2]
    return _SIZE.sub("", name.rpartition(".")[0] or name).strip("-_.")
