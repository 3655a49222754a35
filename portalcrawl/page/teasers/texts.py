"""Text of an element, no further than is needed to judge it: an element may hold the whole page."""

from __future__ import annotations

from lxml.html import HtmlElement

_ENOUGH = 400


def text_of(element: HtmlElement, enough: int = _ENOUGH) -> str:
    """Return the text of *element*, white space folded, up to about *enough* characters."""
    if not len(element):
        return " ".join((element.text or "").split())
    found: list[str] = []
    size = 0
    for text in element.itertext():
        found.append(text)
        size += len(text.strip())
        if size > enough:
            break
    return " ".join("".join(found).split())


def size_of(element: HtmlElement, enough: int) -> int:
    """Return the number of characters of text in *element*, white space around texts left out, counted to *enough*."""
    if not len(element):
        return len((element.text or "").strip())
    size = 0
    for text in element.itertext():
        size += len(text.strip())
        if size > enough:
            break
    return size
