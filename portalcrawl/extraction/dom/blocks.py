"""Results of the walk over a page: blocks of text, pictures and controls, and the boxes around them.

They are read-only once the walk is over. Expensive attributes are computed on access.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from portalcrawl.extraction.dom.name_roles import Role, box_role, name_shape
from portalcrawl.extraction.dom.runs import Link, Part
from portalcrawl.text.counts import ends_sentence, sentence_count, text_size

if TYPE_CHECKING:
    from lxml.etree import _Element

BlockKind = Literal["line", "heading", "picture", "media", "control", "rule"]


class Place:
    """Bits of :attr:`Box.places`: what a box is or is within."""

    MAIN = 1 << 0
    ARTICLE = 1 << 1
    NAV = 1 << 2
    FOOTER = 1 << 3
    ASIDE = 1 << 4
    FORM = 1 << 5
    DIALOG = 1 << 6
    FIGURE = 1 << 7
    CAPTION = 1 << 8
    CELL = 1 << 9
    QUOTE = 1 << 10
    BUTTON = 1 << 11
    HEADING = 1 << 12


class Box:
    """A block-level element that holds at least one block.

    What the walk sets is not changed later. The rest is what the reading of the article makes of the box.
    """

    __slots__ = (
        *("_role", "_totals", "aria", "classes", "element", "first", "first_line", "first_link", "index", "inner"),
        *("is_content", "is_paragraph", "kind", "last", "last_line", "last_link", "level", "mass", "parent"),
        *("places", "tag", "whole"),
    )
    first_line: int
    """Its lines that can belong to the article are ``Layout.lines[first_line:last_line]``."""
    last_line: int
    kind: str
    """Kind of side matter by its tag and names (``nav``, ``comments`` ...), empty for none. It is cleared where the
    article's text shows that the names mislead."""
    is_paragraph: bool
    """Whether it is a ``p``, or one of several siblings with the same tag and classes that hold sentences."""
    whole: int
    """Weight of its text, including inner boxes."""
    inner: int
    """Weight of the text in its inner boxes."""
    mass: int
    """Weight of its text without side matter."""
    is_content: bool
    """Whether it is outside of side matter."""

    def __init__(
        self,
        element: _Element,
        tag: str,
        aria: str,
        classes: str,
        parent: Box | None,
        level: int,
        places: int,
        first: int,
        first_link: int,
        totals: Totals,
    ) -> None:
        self.element: Final = element
        self.tag: Final = tag
        self.aria: Final = aria
        """Its role attribute, empty where it has none."""
        self.classes: Final = classes
        """Its class attribute, empty where it has none."""
        self.parent = parent
        self.first: Final = first
        """Its blocks are ``blocks[first:last]``, including those of inner boxes."""
        self.last = first
        self.first_link: Final = first_link
        """The links that begin in it are ``links[first_link:last_link]``."""
        self.last_link = first_link
        self.index = 0
        """Its index in :attr:`Walk.boxes`."""
        self._totals: Final = totals
        self._role: Role | None = None
        self.level: Final = level
        """Level of the heading that it is or is within, 0 for none."""
        self.places: Final = places
        """Bits of :class:`Place`."""

    def __repr__(self) -> str:
        return f"<Box {self.index} {self.signature} blocks {self.first}:{self.last}>"

    @property
    def role(self) -> Role:
        """Its role by its tag, attributes and names; see :mod:`name_roles`."""
        if self._role is None:
            is_comment = self.element.get("itemtype", "").endswith("Comment")  # of schema.org
            aria = "comment" if is_comment else self.aria
            self._role = box_role(self.tag, aria, self.classes, self.element.get("id", ""))
        return self._role

    @property
    def signature(self) -> str:
        """Its tag and classes without numbers, states and layout: equal for boxes of one template."""
        return f"{self.tag}{name_shape(self.classes)}"

    def chain(self) -> Iterator[Box]:
        """Yield the box itself and the boxes around it, innermost first."""
        box: Box | None = self
        while box is not None:
            yield box
            box = box.parent

    def holds(self, other: Box | Block) -> bool:
        """Return whether *other*, or all blocks of it, are in this box."""
        if isinstance(other, Block):
            return self.first <= other.index < self.last
        return self.first <= other.first and other.last <= self.last

    @property
    def chars(self) -> int:
        """Number of characters of its text."""
        return self._totals.chars[self.last] - self._totals.chars[self.first]

    @property
    def link_chars(self) -> int:
        """Number of characters of its text in links, without white space."""
        return self._totals.link_chars[self.last] - self._totals.link_chars[self.first]

    @property
    def texts(self) -> int:
        """Number of its blocks of text."""
        return self._totals.texts[self.last] - self._totals.texts[self.first]

    @property
    def lines(self) -> int:
        """Number of its blocks of text that are not headings."""
        return self.texts - self.headings

    @property
    def headings(self) -> int:
        return self._totals.headings[self.last] - self._totals.headings[self.first]

    @property
    def pictures(self) -> int:
        return self._totals.pictures[self.last] - self._totals.pictures[self.first]

    @property
    def links(self) -> int:
        """Number of links that begin in it."""
        return self.last_link - self.first_link

    @property
    def link_share(self) -> float:
        """Share of its characters in links; 0 if it has no text."""
        return self.link_chars / max(1, self.chars)


class Block:
    """A line of text (between block boundaries or line breaks), or a picture, medium, control or separator."""

    __slots__ = ("box", "breaks", "index", "kind", "link_chars", "parts", "size", "text")

    def __init__(self, index: int, kind: BlockKind, text: str, box: Box, parts: list[Part], breaks: int = 0) -> None:
        self.index: Final = index
        self.kind: Final = kind
        self.text: Final = text
        """White space collapsed, invisible characters removed; empty for pictures, media, controls and rules."""
        self.box: Final = box
        """The innermost block-level element around it."""
        self.parts: Final = parts
        """Its runs of text; for blocks without text an empty run with the element itself."""
        self.breaks: Final = breaks
        """Line breaks (``br``) before it in the same box."""
        self.size: Final = text_size(text)
        """Length of the text in Latin letters; see :func:`text_size`."""
        linked = [part[0] for part in parts if part[2].link is not None]
        self.link_chars: Final = len("".join("".join(linked).split())) if linked else 0
        """Number of characters in links, without white space."""

    def __repr__(self) -> str:
        return f"<Block {self.index} {self.kind} {self.box.signature} {self.text[:40]!r}>"

    @property
    def level(self) -> int:
        """Level of the heading that it is within, 0 for none."""
        return self.box.level

    @property
    def element(self) -> _Element:
        """The picture, medium, control or separator; for text the innermost element around its beginning."""
        return self.parts[0][1]

    @property
    def links(self) -> tuple[Link, ...]:
        """Links around it or within it."""
        return tuple(dict.fromkeys(part[2].link for part in self.parts if part[2].link is not None))

    @property
    def sentences(self) -> int:
        """Number of sentence ends."""
        return sentence_count(self.text)

    @property
    def ends_sentence(self) -> bool:
        """Whether a sentence ends with its last word."""
        return ends_sentence(self.text)

    @property
    def link_share(self) -> float:
        """Share of its characters in links, from 0 to 1."""
        if not self.link_chars:
            return 0.0
        return min(1.0, self.link_chars / max(1, len(self.text) - self.text.count(" ")))

    @property
    def is_linked(self) -> bool:
        """Whether all of its text is in links."""
        return all(part[2].link is not None for part in self.parts if not part[0].isspace())

    @property
    def is_bold(self) -> bool:
        """Whether all of its text is in bold elements."""
        return all(part[2].bold for part in self.parts if part[0] and not part[0].isspace())


class TimeElement(NamedTuple):
    """An element with a machine-readable time."""

    element: _Element
    attribute: str
    """The attribute that holds the value."""
    value: str
    block: int
    """Index of the block that it is in, or of the next one if it has no text."""
    box: Box


class Totals:
    """Running sums over the blocks of a page: ``chars[i]`` is the sum over ``blocks[:i]``.

    They hold no references to the blocks, so that no reference cycle keeps the tree alive.
    """

    __slots__ = ("chars", "headings", "link_chars", "pictures", "texts")
    chars: list[int]
    link_chars: list[int]
    texts: list[int]
    headings: list[int]
    pictures: list[int]

    def fill(self, blocks: list[Block]) -> None:
        """Compute the sums over all blocks of the page."""
        self.chars = _sums([len(block.text) for block in blocks])
        self.link_chars = _sums([block.link_chars for block in blocks])
        self.texts = _sums([block.text != "" for block in blocks])
        self.headings = _sums([block.kind == "heading" for block in blocks])
        self.pictures = _sums([block.kind == "picture" for block in blocks])


def _sums(values: list[int]) -> list[int]:
    return list(accumulate(values, initial=0))
