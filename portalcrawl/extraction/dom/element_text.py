"""Text of an element, read lazily where a beginning is enough: an element may hold the whole page."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

_ENOUGH = 400
_SILENT = frozenset(("style", "script", "template"))
"""Elements whose text is not visible."""


def texts_in(element: _Element) -> Iterator[str]:
    """Yield the texts in *element* in document order, with their white space and without hidden descendants."""
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event != "start":
            if node.tail and node is not element:
                yield node.tail
        elif node.tag in _SILENT or (node is not element and node.get("hidden") is not None):
            walker.skip_subtree()
        elif node.text:
            yield node.text


def whole_text(element: _Element) -> str:
    """Return all text in *element* with its white space; only for small elements."""
    return "".join(texts_in(element))


def text_of(element: _Element, enough: int = _ENOUGH) -> str:
    """Return the text of *element* up to about *enough* characters, with white space collapsed."""
    found: list[str] = []
    size = 0
    for text in texts_in(element):
        found.append(text)
        size += len(text.strip())
        if size > enough:
            break
    return " ".join("".join(found).split())
