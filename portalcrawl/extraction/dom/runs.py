"""Runs of text within a line, and the links and styles that apply to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Box


class Link:
    """An ``a`` element with an ``href``; it may hold many blocks, or a part of one."""

    __slots__ = ("box", "element", "first", "href", "index", "last")

    def __init__(self, element: _Element, href: str, index: int, first: int, box: Box) -> None:
        self.element: Final = element
        self.box: Final = box
        """The innermost block-level element around it."""
        self.href: Final = href
        """The attribute as written."""
        self.index: Final = index
        self.first: Final = first
        self.last = first
        """Its blocks are ``blocks[first:last]``; the outer ones may hold other text too."""


class Style(NamedTuple):
    """The style of a piece of text by the inline elements around it."""

    link: Link | None = None
    bold: bool = False


PLAIN = Style()


Part = tuple[str, "_Element", Style]
"""A text with its white space, the innermost element around it, and its style."""


class _Joint(str):
    """A string with its own identity: CPython shares plain strings of one character."""


JOINT: Final = _Joint(" ")
"""Separates two elements of a row without white space between them in the markup; compare by identity."""
