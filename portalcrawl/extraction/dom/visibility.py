"""What readers of a page can't see: the one place that decides it.

The markup can hide an element in many ways. :func:`mark_hidden` writes each of them as the ``hidden`` attribute (HTML
Living Standard 6.1), once for each parsed page, so that all who walk the tree ask for that attribute alone and leave
out the element with all that it holds. ``aria-hidden`` hides an element from screen readers, not from the eye.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.class_roles import box_kind, class_hides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

_ALWAYS_SHOWN = frozenset(("html", "head", "body", "main", "img", "amp-img", "picture", "source"))
"""Whole pages are hidden until their scripts run; pictures until they are loaded."""
_NOT_SHOWN = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|clip\s*:\s*rect\(\s*(?:[01](?:px)?[\s,]*){4}\)|clip-path\s*:\s*(?:inset\(\s*(?:[5-9]\d|100)%|circle\(\s*0)"
    r"|(?:left|right|top|bottom|text-indent|margin-left)\s*:\s*-\d{4}"
    r"|(?:left|right|top|bottom|text-indent|margin-left)\s*:\s*-\d{3}r?em)",
    re.IGNORECASE,
)
"""Styles that hide by themselves, or put an element beside the screen."""
_SIGNS = ("none", "hidden", "collapse", "clip", ":-", ": -")
"""One of these stands in every style that hides."""
_CUT_OFF = re.compile(r"(?<![\w-])overflow\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_NO_HEIGHT = re.compile(r"(?<![\w-])(?:max-)?height\s*:\s*[01](?:px)?\s*(?:!|;|$)", re.IGNORECASE)
_FILLED = re.compile(r"(?<![\w-])padding(?:-top|-bottom)?\s*:\s*[^;]*[1-9]", re.IGNORECASE)
"""A box without a height of its own that padding makes as high as its picture or video."""
_SHOWN = re.compile(r"(?<![\w-])display\s*:\s*(?!none)\w", re.IGNORECASE)
"""A style of its own beats the browser's for ``hidden``."""
_STREAMED = re.compile(r"S:[0-9a-f]+")
"""Ids of parts that React's server sends as ``hidden`` and the script behind them puts into their place."""
MOST_WRAPPERS = 3
"""Elements of a page that are taken for shown by a script because they hold most of its paragraphs."""


def mark_hidden(root: _Element, elements: Iterable[_Element] | None = None) -> None:
    """Give the ``hidden`` attribute to each element in *root* that readers can't see, and take it from the others.

    What stands in a hidden element gets no mark of its own. *elements* are all in *root* in page order, where the
    caller has them at hand.
    """
    wrappers = whole = 0
    walk = iter(root.iter() if elements is None else elements)
    for element in walk:
        get = element.get
        classes = get("class")
        if classes is None or not class_hides(classes):
            style = get("style")
            if (style is None or not _style_hides(style)) and get("hidden") is None:
                continue
        if _is_shown_by_script(element):
            _show(element)
            continue
        if wrappers < MOST_WRAPPERS and (size := _size_of_paragraphs(element)) and not box_kind(element, element.tag):
            whole = whole or _size_of_paragraphs(root)
            if 2 * size > whole:
                wrappers += 1
                _show(element)
                continue
        element.set("hidden", "")
        inner = sum(1 for _ in element.iter()) - 1
        next(islice(walk, inner, inner), None)


def _show(element: _Element) -> None:
    if element.get("hidden") is not None:
        del element.attrib["hidden"]


def is_hidden(element: _Element) -> bool:
    """Return whether *element* itself is marked as hidden."""
    return element.get("hidden") is not None


def is_within_hidden(element: _Element | None) -> bool:
    """Return whether *element* or an element around it is marked as hidden."""
    while element is not None:
        if element.get("hidden") is not None:
            return True
        element = element.getparent()
    return False


def _is_shown_by_script(element: _Element) -> bool:
    """Return whether an element that is hidden in the source is shown once the page's scripts have run."""
    if element.tag in _ALWAYS_SHOWN:
        return True
    style, identifier = element.get("style"), element.get("id")
    if style and _SHOWN.search(style) and not _style_hides(style):
        return True
    return identifier is not None and _STREAMED.fullmatch(identifier) is not None


@lru_cache(maxsize=4096)
def _style_hides(style: str) -> bool:
    lower = style.lower()
    if not any(sign in lower for sign in _SIGNS):
        return False
    if _NOT_SHOWN.search(style):
        return True
    return bool(_CUT_OFF.search(style) and _NO_HEIGHT.search(style) and not _FILLED.search(style))


def _size_of_paragraphs(element: _Element) -> int:
    """Return the number of characters in the paragraphs in *element*, elements in elements of theirs left out."""
    size = 0
    for paragraph in element.iter("p"):
        size += len(paragraph.text or "") + sum(len(child.text or "") + len(child.tail or "") for child in paragraph)
    return size
