"""The visible lines of an element: the text between two block boundaries or line breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from portalcrawl.text.normalize import clean, words

if TYPE_CHECKING:
    from lxml.etree import _Element

INLINE = words("""
    a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp small
    span strike strong sub sup time tt u var wbr amp-fit-text
""")
SKIPPED = words("""
    script style noscript template svg canvas iframe object embed select textarea input math map video audio head
    datalist dialog progress meter noframes frameset applet source track link meta base param
""")
MAX_LINE = 20_000
SIDE_MATTER = frozenset({"aside", "nav", "footer", "figcaption", "button", "form", "dialog"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text with white space collapsed."""

    text: str
    is_aside: bool = False
    """Whether all of it is linked, or it is within side matter (``aside``, ``figcaption``, ``nav`` ...)."""


def visible_lines(root: _Element) -> list[str]:
    """Return the texts of :func:`read_lines`."""
    return [line.text for line in read_lines(root)]


def read_lines(root: _Element) -> list[Line]:
    """Return the non-empty lines of *root* in document order.

    Scripts, styles, templates, form fields and hidden elements are skipped. Lines are cut at ``MAX_LINE`` characters.
    The time is linear in the number of nodes.
    """
    walk = _Walk()
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event in ("start", "end") and _breaks_line(element):
            walk.end_line()
        if event == "start" and (element.tag in SKIPPED or element.get("hidden") is not None):
            walker.skip_subtree()
        elif event == "start":
            walk.enter(element)
            walk.add(element.text)
        else:
            if event == "end":
                walk.leave(element)
            if element is not root:
                walk.add(element.tail)
    walk.end_line()
    return walk.lines


class _Walk:
    """The current line and those before it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.links = 0
        self.sides = 0
        self.unlinked = False

    def enter(self, element: _Element) -> None:
        self.links += element.tag == "a"
        self.sides += element.tag in SIDE_MATTER

    def leave(self, element: _Element) -> None:
        """Undo :meth:`enter`, which was not called for skipped elements."""
        if element.tag not in SKIPPED and not element.get("hidden") is not None:
            self.links -= element.tag == "a"
            self.sides -= element.tag in SIDE_MATTER

    def add(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            self.unlinked = self.unlinked or (not self.links and not text.isspace())

    def end_line(self) -> None:
        if self.parts:
            text = clean("".join(self.parts))[:MAX_LINE]
            if text:
                self.lines.append(Line(text, bool(self.sides) or not self.unlinked))
            self.parts.clear()
            self.unlinked = False


def _breaks_line(element: _Element) -> bool:
    tag = element.tag
    return tag == "br" or (tag not in INLINE and tag not in SKIPPED and tag != "img")
