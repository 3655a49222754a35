"""Runs of text within a line, and the links and styles of inline elements that they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from portalcrawl import urls

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Box


class Link:
    """An ``a`` element with an address; it may hold many blocks, or a part of one."""

    __slots__ = ("_url", "box", "element", "first", "href", "index", "last")

    def __init__(self, element: _Element, href: str, index: int, first: int, box: Box) -> None:
        self.element: Final = element
        self.box: Final = box
        """The innermost block-level element around it."""
        self.href: Final = href
        """As the page has it."""
        self.index: Final = index
        self.first: Final = first
        self.last = first
        """The blocks that it stands in are ``blocks[first:last]``."""
        self._url: str | Literal[False] | None = False

    def url(self, base: urls.BaseUrl) -> str | None:
        """Return its absolute http(s) address, None where it is none."""
        if self._url is False:
            self._url = urls.absolute(base, self.href)
        return self._url


class Style(NamedTuple):
    """What the inline elements around a piece of text make of it."""

    link: Link | None = None
    bold: bool = False
    italic: bool = False


PLAIN = Style()


Part = tuple[str, "_Element", Style]
"""A text as it stands, the innermost element around it, and its style."""


class _Joint(str):
    """A string of its own: Python has only one of each character otherwise."""


JOINT: Final = _Joint(" ")
"""Stands between two elements of a row whose markup has no white space between them; told by identity."""
