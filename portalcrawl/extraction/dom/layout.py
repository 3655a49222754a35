"""The part of a page that can belong to its article, as lines of text in boxes; derived from the walk.

A *box* is a block-level element, a *line* an unbroken run of text in one: ``<p>a<br>b</p>`` is one box with two lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.blocks import Place
from portalcrawl.extraction.dom.name_roles import WHOLE_PAGES, possible_kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Block, Box
    from portalcrawl.extraction.dom.walk import Walk

STRONG = frozenset(("nav", "overlay", "form", "button", "footer", "comments", "caption", "figure"))
"""Kinds that hold the article's text only if they hold most of the page's. Names of other kinds are sometimes used for
a whole layout (``sidebar-grid``)."""
NEVER = frozenset(("footer", "comments", "figure"))
"""Kinds that never hold the article's text."""
WEAK = frozenset(("related", "ad", "subscription", "share", "aside", "byline", "tags", "player", "teaser", "picture"))
_FIGURES = frozenset(("figure", "figcaption", "caption"))
_TEXTS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "article"))
_OF_TEXTS = frozenset(("caption", "byline", "ad", "share", "subscription"))
"""Kinds that a paragraph, a heading or an article can get from its names."""
_MEDIA = frozenset(("picture", "player"))
_NO_PARAGRAPHS = frozenset(("p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", *_FIGURES))
LEAST_ALIKE = 3
SHORTEST_SENTENCES = 60
MOST_MEDIA_LINES, MOST_MEDIA_CHARS = 3, 600


class Line:
    """A run of text between two block boundaries or line breaks."""

    __slots__ = ("block", "box", "breaks", "href", "index", "linked", "note", "prose", "text", "weight")

    def __init__(self, block: Block, index: int) -> None:
        self.block = block
        self.text = block.text
        self.box = block.box
        self.index = index
        linked = [(text, style.link) for text, _, style in block.parts if style.link is not None]
        self.linked = sum(len(text.strip()) for text, _ in linked)
        """Number of characters in links."""
        self.href = next((link.href for _, link in linked), None)
        """Target of its first link."""
        self.breaks = block.breaks
        """Line breaks (``br``) between it and the previous line of the same box; 0 if anything else is between them."""
        self.prose = False
        """Whether it looks like sentences of an article."""
        self.note = False
        """Whether it is boilerplate by its wording (see ``article.boilerplate``)."""
        self.weight = 0


@dataclass(slots=True)
class Layout:
    """The non-empty boxes and the lines, pictures and times of a page, each in document order."""

    walk: Walk
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    images: list[tuple[_Element, Box, int]] = field(default_factory=list)
    """Pictures, each with its box and the number of lines before it."""
    times: list[tuple[_Element, int]] = field(default_factory=list)
    """Elements with a machine-readable time, each with the number of lines before it."""
    asking: list[Box] = field(default_factory=list)
    """Boxes with a field for an e-mail address."""
    reasons: dict[int, str] = field(default_factory=dict)
    """Index of a line -> the part of the article that it was read as: ``headline``, ``lead``, ``text``, ``subhead``,
    ``byline``; or why it was dropped from the text: ``comments`` (written by readers), ``weight`` (too low)."""


def read_layout(walk: Walk) -> Layout:
    """Return the layout of a walked page, without the lines of menus and of the page's footer."""
    layout = Layout(walk)
    own = [block.text != "" and _can_belong(block.box) for block in walk.blocks]
    starts = list(accumulate(own, initial=0))
    for box in walk.boxes:
        box.first_line, box.last_line = starts[box.first], starts[box.last]
        box.kind, box.is_paragraph = "", box.tag == "p"
        if box.first_line < box.last_line or box.pictures:
            box.kind = _kind_of(box)
            layout.boxes.append(box)
    for block in walk.blocks:
        if own[block.index]:
            layout.lines.append(Line(block, len(layout.lines)))
    pictures = (block for block in walk.blocks if block.kind == "picture")
    layout.images = [(picture.element, picture.box, starts[picture.index]) for picture in pictures]
    controls = (block for block in walk.blocks if block.kind == "control")
    layout.asking = [control.box for control in controls if control.element.get("type") == "email"]
    layout.times = [(time.element, starts[time.block]) for time in walk.times]
    _find_paragraphs(layout.lines)
    return layout


def _find_paragraphs(lines: Iterable[Line]) -> None:
    """Mark the boxes that are paragraphs: several siblings with the same tag and classes that hold sentences."""
    rows: dict[tuple[Box | None, str, str], list[Line]] = {}
    for line in lines:
        if line.box.tag not in _NO_PARAGRAPHS:
            rows.setdefault((line.box.parent, line.box.tag, line.box.classes), []).append(line)
    for row in rows.values():
        if sum(line.block.size >= SHORTEST_SENTENCES and line.block.ends_sentence for line in row) >= LEAST_ALIKE:
            for line in row:
                line.box.is_paragraph = True


def _kind_of(box: Box) -> str:
    """Return the kind of side matter of *box* by its tag, role and names, empty for none.

    An ambiguous name counts unless the content contradicts it: a box for a picture or a player holds a caption and a
    credit; a larger one is an article that is named after it.
    """
    if box.tag in _FIGURES:
        return "figure"
    name = box.role.name
    if box.tag in _TEXTS:
        return name if name in _OF_TEXTS else ""
    if name or box.tag in WHOLE_PAGES:
        return name
    kind = possible_kind(box.classes, box.element.get("id", ""))
    is_large = box.last_line - box.first_line > MOST_MEDIA_LINES or box.chars > MOST_MEDIA_CHARS
    return "" if kind in _MEDIA and is_large else kind


def _can_belong(box: Box) -> bool:
    places = box.places
    in_footer = places & Place.FOOTER and not places & (Place.ARTICLE | Place.MAIN)
    return not (places & Place.NAV or in_footer)
