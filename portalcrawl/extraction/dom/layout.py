"""The visible page as lines of text in boxes, read in one walk over the tree.

A *box* is a block-level element, a *line* an unbroken run of text in one: ``<p>a<br>b</p>`` is one box with two lines.
The walk keeps its own stack, so that neither depth nor size of a tree costs more than its number of nodes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.class_roles import box_kind
from portalcrawl.text.normalize import clean, words

if TYPE_CHECKING:
    from lxml.etree import _Element

INLINE = words("""
    a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp small
    source span strike strong sub sup time tt u var wbr amp-fit-text
""")
SKIPPED = words("""
    script style noscript template svg canvas iframe object embed select textarea input math map video audio head
    datalist dialog progress meter noframes frameset applet track link meta base param
""")
_DOUBLE = re.compile(r"(([^\W\d_])\s?)\2[^\W\d_A-ZÄÖÜ]")
_APART = re.compile(r"[BCDFGHJLMNPQRTX] [a-zäöüß]")
"""A letter that is no word in any usual language (unlike ``A``, ``I``, ``O``, ``W``), and the rest of its word."""
IMAGES = frozenset(("img", "amp-img"))
TIME_ATTRIBUTES = ("datetime", "data-timestamp", "data-time", "data-datetime", "data-date", "data-published", "title")
"""Attributes with a time for machines, the best first."""
_TIMES = frozenset(TIME_ATTRIBUTES)
_OF_ROWS = frozenset(("span", "a", "time", "small", "label", "data"))
"""Inline elements that are parts of a row where they follow each other, but for those in a text."""
_TEXTS = frozenset(("p", "li", "blockquote", "pre", "td", "dd", "h1", "h2", "h3", "h4", "h5", "h6"))
_ARTICLES = frozenset(("article", "main"))
_ROLES = {
    **dict.fromkeys(INLINE, "inline"),
    **dict.fromkeys(("a", "br"), "telling"),
    **dict.fromkeys((*SKIPPED, "nav"), "skipped"),
    **{"img": "image", "amp-img": "image", "footer": "foot"},
}
"""What the walk does with an element by its tag; one that is not here opens a box."""


class Box:
    """A block-level element: where it stands, what its names say, how much prose it holds."""

    __slots__ = ("element", "first", "images", "inner", "kind", "last", "mass", "parent", "sound", "tag", "whole")

    def __init__(self, element: _Element, tag: str, parent: Box | None, first: int, images: int) -> None:
        self.element = element
        self.tag = tag
        self.parent = parent
        self.kind = ""
        """What kind of side matter its tag and names tell (``nav``, ``comments`` ...), empty for none."""
        self.first = first
        """Its lines are ``lines[first:last]``, those of inner boxes among them."""
        self.last = first
        self.images = images
        """Number of pictures before it."""
        self.whole = 0
        """Weight of the text in it, inner boxes too."""
        self.inner = 0
        """Weight of the text in its inner boxes."""
        self.mass = 0
        """Weight of the text in it without side matter."""
        self.sound = True
        """Whether it stands outside of side matter."""


class Line:
    """A run of text between two block boundaries or line breaks."""

    __slots__ = ("box", "breaks", "href", "index", "linked", "note", "prose", "text", "weight")

    def __init__(self, text: str, box: Box, index: int, linked: int, href: str | None, breaks: int) -> None:
        self.text = text
        self.box = box
        self.index = index
        self.linked = linked
        """Characters that stand in links."""
        self.href = href
        """Target of its first link."""
        self.breaks = breaks
        """Line breaks (br) between it and the line before it in the same box; 0 where something else stands there."""
        self.prose = False
        """Whether it reads like sentences of an article."""
        self.note = False
        """Whether its wording tells that it is no part of a text (see ``notes``)."""
        self.weight = 0


@dataclass(slots=True)
class Layout:
    """Boxes and lines of a page in document order, but for empty boxes, and what the walk met on its way."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    images: list[tuple[_Element, Box, int]] = field(default_factory=list)
    """Pictures with their box and the number of lines before them."""
    times: list[tuple[_Element, int]] = field(default_factory=list)
    """Elements with a time for machines, with the number of lines before them."""
    asking: list[Box] = field(default_factory=list)
    """Boxes in which readers are asked for their e-mail address."""


class _Walk:
    """State of one walk."""

    def __init__(self) -> None:
        self.layout = Layout()
        self.box: Box | None = None
        self.parts: list[str] = []
        self.linked = self.in_link = self.in_article = self.breaks = 0
        self.href: str | None = None
        self.initial = False
        self.joint = 0
        """Parts of the line before which a part of its own, such as an author's name, has just ended."""

    def add(self, text: str) -> None:
        """Add *text* to the line under way."""
        if not self.parts:
            self.initial = len(text.strip()) == 1
        self.parts.append(text)
        if self.in_link:
            self.linked += len(text.strip())

    def end_line(self) -> None:
        text = clean("".join(self.parts))
        self.parts.clear()
        if text and self.box is not None:
            if self.initial:
                text = with_initial(text)
            lines = self.layout.lines
            lines.append(Line(text, self.box, len(lines), self.linked, self.href, self.breaks))
        self.breaks = self.linked = self.joint = 0
        self.href = None

    def open(self, element: _Element, tag: str) -> None:
        if self.parts:
            self.end_line()
        self.breaks = 0
        layout = self.layout
        self.box = Box(element, tag, self.box, len(layout.lines), len(layout.images))
        layout.boxes.append(self.box)
        if tag in _ARTICLES:
            self.in_article += 1

    def close(self, tag: str) -> None:
        if self.parts:
            self.end_line()
        self.breaks = 0
        box, layout = self.box, self.layout
        if box is not None:
            self.box = box.parent
            box.last = len(layout.lines)
            if box.first < box.last or box.images < len(layout.images):
                box.kind = box_kind(box.element, tag)
            else:
                layout.boxes.pop()
        if tag in _ARTICLES:
            self.in_article -= 1

    def join(self, tag: str) -> None:
        """Part two elements of a row: scripts write no white space between them."""
        if self.joint == len(self.parts) and tag in _OF_ROWS:
            self.parts.append(" ")

    def tell(self, element: _Element, tag: str) -> None:
        """Take in the start of an inline element that says more than its text."""
        if tag == "a":
            self.in_link += 1
            if self.href is None:
                self.href = element.get("href")
        elif tag == "br":
            if self.parts:
                self.end_line()
            self.breaks += 1

    def start(self, element: _Element, tag: str, role: str) -> bool:
        """Take in the start of an element that is more than text in its line, but no box by its tag alone.

        Return False where nothing in it belongs to an article.
        """
        if role == "telling":
            self.tell(element, tag)
        elif role == "foot" and self.in_article:
            self.open(element, tag)
        elif role == "image":
            if self.box is not None:
                self.layout.images.append((element, self.box, len(self.layout.lines)))
        elif tag == "noscript" and self.box is not None and _is_alone(element):
            self.layout.images += [(image, self.box, len(self.layout.lines)) for image in element.iter(*IMAGES)]
            return False
        else:
            if tag == "input" and self.box is not None and element.get("type") == "email":
                self.layout.asking.append(self.box)
            return False
        return True

    def is_mid_sentence(self) -> bool:
        """Tell whether an element of the site's own making would run on with the line of a paragraph."""
        return bool(self.parts) and self.box is not None and self.box.tag in _TEXTS

    def enter(self, element: _Element, tag: str, role: str | None) -> bool:
        """Take in *element* up to its first child; return False where nothing in it belongs to an article."""
        if self.joint:
            self.join(tag)
        if not _TIMES.isdisjoint(element.keys()):
            self.layout.times.append((element, len(self.layout.lines)))
        if role is None:
            if "-" not in tag or not self.is_mid_sentence():
                self.open(element, tag)
        elif role != "inline" and not self.start(element, tag, role):
            return False
        text = element.text
        if text and (self.parts or not text.isspace()):
            self.add(text)
        return True

    def leave(self, element: _Element, tag: str, role: str | None) -> None:
        """Take in the end of *element* and the text behind it."""
        if role is None:
            if "-" not in tag or (self.box is not None and self.box.tag == tag):
                self.close(tag)
        elif tag == "a":
            self.in_link -= 1
        elif role == "foot" and self.in_article:
            self.close(tag)
        text = element.tail
        if text:
            if self.parts or not text.isspace():
                self.add(text)
        elif tag in _OF_ROWS and self.box is not None and self.box.tag not in _TEXTS:
            self.joint = len(self.parts)


def _is_alone(noscript: _Element) -> bool:
    """Return whether no picture stands beside what is shown without scripts: there it would be a second copy."""
    around = noscript.getparent()
    if around is None or noscript.find(".//img") is None:
        return False
    return all(child is noscript or next(child.iter(*IMAGES), None) is None for child in around)


def read_layout(root: _Element) -> Layout:
    """Return the layout of the tree under *root*; what is hidden, menus and the page's own foot are left out."""
    walk = _Walk()
    role_of = _ROLES.get
    todo: list[_Element | None] = [root]  # None stands for the end of the innermost element of ``opened``
    opened: list[tuple[_Element, str, str | None]] = []
    while todo:
        element = todo.pop()
        if element is None:
            walk.leave(*opened.pop())
            continue
        tag = element.tag
        if element.get("hidden") is not None:
            walk.leave(element, "", "inline")
            continue
        role = role_of(tag)
        if walk.enter(element, tag, role) and len(element):
            opened.append((element, tag, role))
            todo.append(None)
            todo += element[::-1]  # type: ignore[index]  # the stubs know no slices
        else:
            walk.leave(element, tag, role)
    return walk.layout


def with_initial(text: str) -> str:
    """Return a line that opens with a drop cap with its first word whole and the letter there once.

    >>> with_initial("N a endlich"), with_initial("NNa endlich"), with_initial("A man")
    ('Na endlich', 'Na endlich', 'A man')
    """
    if match := _DOUBLE.match(text):
        return text[match.end(1) :].lstrip()
    return text[0] + text[2:] if _APART.match(text) else text
