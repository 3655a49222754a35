"""Text of an element, read lazily where a beginning is enough: an element may hold the whole page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.etree import _Element

_ENOUGH = 400
MOST_TEXTS = 200
_SILENT = frozenset(("style", "script", "template"))
"""Elements whose text is not visible."""


def texts_in(element: _Element) -> Iterator[str]:
    """Yield the texts in *element* in document order, with their white space and without hidden descendants."""
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start" and (node.tag in _SILENT or (node is not element and "hidden" in node.keys())):  # noqa: SIM118
            walker.skip_subtree()
        elif event == "start":
            yield node.text or ""
        elif node is not element:
            yield node.tail or ""


def whole_text(element: _Element) -> str:
    """Return all text in *element* with its white space; only for small elements."""
    return "".join(texts_in(element))


def text_of(element: _Element, enough: int = _ENOUGH) -> str:
    """Return the text of *element* with white space collapsed, up to *enough* characters and one more."""
    return " ".join("".join(islice(texts_in(element), MOST_TEXTS)).split())[: enough + 1]
