"""Elements in which the line breaks of the source are shown: CSS Text 3, "white-space", and ``pre`` of HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

_BREAK, _BLANK_LINE = re.compile(r"\n"), re.compile(r"\n[ \t\r]*\n")
_NO_TEXT = frozenset(("script", "style", "textarea"))


def keeps_breaks(element: _Element, tag: str, names: list[str], classes: str) -> bool:
    """Return whether *element* shows line breaks, by its tag, its style or a class of Tailwind CSS.

    *names* are those of its attributes. A ``pre`` with ``code`` or coloured words in it is a program.
    """
    return (
        (tag == "pre" and next(element.iter("code", "span"), None) is None)
        or "whitespace-pre" in classes
        or ("style" in names and "pre" in element.get("style", "").partition("white-space")[2])
    )


def write_breaks(within: _Element) -> None:
    """Turn the ends of paragraphs in an element that shows those of the source into pairs of ``br`` elements.

    In ``pre`` these are blank lines: its lines may be cut at 72 characters, or be those of a program.
    """
    ends = _BLANK_LINE if within.tag == "pre" else _BREAK
    for element in [*within.iter()]:
        if element.tag not in _NO_TEXT and element.text:
            element.text, *texts = ends.split(element.text)
            element[:0] = [line for text in texts for line in _breaks_before(text)]
        if element is not within and element.tail:
            first, *texts = ends.split(element.tail)
            element.tail = None
            for line in reversed([line for text in texts for line in _breaks_before(text)]):
                element.addnext(line)
            element.tail = first


def _breaks_before(text: str) -> tuple[_Element, _Element]:
    lines = etree.Element("br"), etree.Element("br")
    lines[1].tail = text
    return lines
