"""One walk over a page's tree: returns everything visible as a flat list of blocks in boxes.

:func:`walk_page` returns the :class:`Walk` that article, teasers, page type and page map are read from. It decides
nothing about content. Its time is linear in the number of nodes.

    walk = walk_page(root, base_url)
    for block in walk.blocks:
        print(block.kind, block.text, block.box.tag, block.box.role.name, block.link_share)
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from portalcrawl.extraction.dom.blocks import Block, BlockKind, Box, Place, TimeElement, Totals
from portalcrawl.extraction.dom.pictures import IMAGES
from portalcrawl.extraction.dom.preformatted import keeps_breaks, write_breaks
from portalcrawl.extraction.dom.runs import JOINT, PLAIN, Link, Part, Style
from portalcrawl.extraction.dom.visibility import Visibility
from portalcrawl.text.normalize import clean, with_initial, words
from portalcrawl.urls import BaseUrl

if TYPE_CHECKING:
    from lxml.etree import _Element

INLINE = words("""
    abbr acronym bdi bdo big cite code data del dfn font ins kbd label mark nobr q rp rt ruby s samp small span strike
    sub sup tt u var wbr amp-fit-text time picture source i em
""")
SKIPPED = words("""
    script style template svg canvas math map head datalist progress meter noframes frameset applet track link
    base param meta option optgroup
""")
"""Elements without visible text. Drawings (``svg``, ``canvas``) are not pictures of an article."""
HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BOLD = words("b strong")
_MEDIA = words("iframe video audio object embed amp-video amp-iframe amp-youtube")
_CONTROLS = words("input select textarea")
ROW_PARTS = words("span a time small label data b strong em i")
"""Inline elements that form a row if they follow each other without white space, except in :data:`_TEXTS`."""
_TEXTS = words("p li blockquote pre td dd h1 h2 h3 h4 h5 h6")
_PLACES = {
    **{"main": Place.MAIN, "article": Place.ARTICLE, "nav": Place.NAV, "footer": Place.FOOTER, "aside": Place.ASIDE},
    **{"form": Place.FORM, "dialog": Place.DIALOG, "button": Place.BUTTON, "blockquote": Place.QUOTE},
    **{"figure": Place.FIGURE, "figcaption": Place.CAPTION, "caption": Place.CAPTION},
    **dict.fromkeys(("td", "th"), Place.CELL),
    **dict.fromkeys(HEADINGS, Place.HEADING),
}
_ARIA_PLACES = {
    **{"main": Place.MAIN, "navigation": Place.NAV, "contentinfo": Place.FOOTER, "complementary": Place.ASIDE},
    **{"article": Place.ARTICLE, "dialog": Place.DIALOG, "alertdialog": Place.DIALOG, "search": Place.FORM},
    **{"form": Place.FORM, "button": Place.BUTTON, "cell": Place.CELL},
}
"""ARIA roles that say what a box is (WAI-ARIA 1.2)."""
_ARIA_LEVELS = {"heading": 2}
MACHINE_TIMES = ("datetime", "data-timestamp", "data-time", "data-datetime", "data-date", "data-published")
"""Attributes with machine-readable times, the most reliable first."""
LOOSE_TIMES = ("content", "title")
"""Attributes that may hold one: a value for RDFa, a tooltip of an age (``2 hours ago``)."""
TIME_ATTRIBUTES = (*MACHINE_TIMES, *LOOSE_TIMES)
_TIMES = frozenset(TIME_ATTRIBUTES)
_DIGIT = re.compile(r"\d")


class Walk:
    """The visible parts of a page; all lists are in document order and read-only."""

    def __init__(self, base_url: BaseUrl) -> None:
        self.base_url = base_url
        self.blocks: list[Block] = []
        self.boxes: list[Box] = []
        """Block-level elements with at least one block, outer ones before inner ones."""
        self.links: list[Link] = []
        """Visible links with an ``href``, with or without text."""
        self.times: list[TimeElement] = []
        self._groups: dict[Box | None, dict[str, list[Box]]] = {}

    def times_in(self, first: int, last: int) -> Sequence[TimeElement]:
        """Return the machine-readable times in, right before or right after ``blocks[first:last]``."""
        keys = self._time_blocks
        return self.times[bisect_left(keys, first) : bisect_right(keys, last)]

    def children(self, box: Box) -> Sequence[Box]:
        """Return the boxes whose parent is *box*."""
        return self._children.get(box, ())

    def alike(self, box: Box) -> Sequence[Box]:
        """Return *box* and its siblings with the same :attr:`Box.signature`."""
        groups = self._groups.get(box.parent)
        if groups is None:
            groups = self._groups[box.parent] = {}
            for each in self._children[box.parent]:
                groups.setdefault(each.signature, []).append(each)
        return groups[box.signature]

    @cached_property
    def _time_blocks(self) -> list[int]:
        return [time.block for time in self.times]

    @cached_property
    def _children(self) -> dict[Box | None, list[Box]]:
        found: dict[Box | None, list[Box]] = {}
        for box in self.boxes:
            found.setdefault(box.parent, []).append(box)
        return found


def walk_page(root: _Element, base_url: BaseUrl) -> Walk:
    """Return the visible parts of the tree under *root*; links are resolved against *base_url*.

    Invisible elements get the ``hidden`` attribute, and line breaks that CSS shows become ``br``; nothing else in the
    tree is changed.
    """
    walk = Walk(base_url)
    _Walker(walk).run(root, Visibility(root).hides)
    return walk


def visible_lines(element: _Element) -> list[Block]:
    """Return the lines of text in *element*, which is part of a page whose invisible elements are marked as hidden."""
    walk = Walk(BaseUrl("", "utf-8"))
    _Walker(walk).run(element, lambda _, names, __: "hidden" in names)
    return [block for block in walk.blocks if block.text]


Hides = Callable[["_Element", list[str], str], bool]
"""Returns whether an element with these names of attributes and this class attribute is invisible."""


class _Walker:
    """The state of one walk."""

    __slots__ = ("blocks", "boxes", "breaks", "links", "outside", "parts", "totals", "walk")

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.blocks, self.boxes, self.links = walk.blocks, walk.boxes, walk.links
        self.totals = Totals()
        self.outside = Box(etree.Element("around"), "", "", "", None, 0, 0, 0, 0, self.totals)
        """Parent of the outermost boxes until the walk ends."""
        self.parts: list[Part] = []
        """Texts of the current line."""
        self.breaks = 0
        """Number of line breaks since the last line or box."""

    def run(self, root: _Element, hides: Hides) -> None:  # noqa: C901  # a call per node would cost most
        """Walk the tree under *root*, without the elements that *hides* returns True for."""
        parts, add, action_of = self.parts, self.parts.append, _ACTIONS.get
        box, style = self.outside, PLAIN
        saved = [(box.element, style)]  # elements that changed the style, each with the previous style
        joint = 0  # len(parts) when an element of a row has just ended, else 0
        walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start":
                tag = element.tag
                action = action_of(tag, _BOX)
                names = element.keys()
                classes = element.get("class", "") if names else ""
                if (
                    action == _SKIP
                    or (action == _DIALOG and "open" not in names)
                    or (names and hides(element, names, classes))
                ):
                    if tag == "meta":
                        self.take_date(element, box)
                    action = _SKIP
                elif action <= _BOX:
                    box = self.open_box(box, element, tag, names, classes)
                elif action == _STYLE:
                    saved.append((element, style))
                    style = self.changed_style(element, tag, style, box)
                elif action != _INLINE:
                    self.take(action, element, box, style)
                if action >= _SKIP:
                    walker.skip_subtree()
                    continue
                if (names or tag == "pre") and keeps_breaks(element, tag, names, classes):
                    write_breaks(element)
                joint = joint and self.join(joint, element, tag, style, box)
                if names and not _TIMES.isdisjoint(names):
                    self.take_time(element, names, box)
                text = element.text
                if text and (parts or not text.isspace()):
                    add((text, element, style))
                continue
            if element is box.element:
                box = self.close_box(box)
            elif element is saved[-1][0]:
                style = saved.pop()[1]
            tail = element.tail
            if tail and element is not root and (parts or not tail.isspace()):
                add((tail, element.getparent(), style))
            elif parts and not tail and element.tag in ROW_PARTS:
                joint = len(parts)
        self.finish(box)

    def open_box(self, outer: Box, element: _Element, tag: str, names: list[str], classes: str) -> Box:
        """Return the box that *element* opens, or *outer* for a custom element within a sentence."""
        if self.parts and "-" in tag and outer.tag in _TEXTS:
            return outer
        if self.parts:
            self.end_line(outer)
        self.breaks = 0
        role = element.get("role", "") if "role" in names else ""  # asking for what is not there takes longer
        places = outer.places | _PLACES.get(tag, 0) | _ARIA_PLACES.get(role, 0)
        level = HEADINGS.get(tag) or _ARIA_LEVELS.get(role, outer.level)
        first, first_link = len(self.blocks), len(self.links)
        box = Box(element, tag, role, classes, outer, level, places, first, first_link, self.totals)
        self.boxes.append(box)
        return box

    def close_box(self, box: Box) -> Box:
        """End *box*, which is dropped if it has no blocks, and return the box around it."""
        if self.parts:
            self.end_line(box)
        self.breaks = 0
        box.last, box.last_link = len(self.blocks), len(self.links)
        if box.first == box.last:
            self.boxes.pop()  # boxes within it are gone already
        return box.parent or self.outside

    def join(self, joint: int, element: _Element, tag: str, style: Style, box: Box) -> int:
        """Separate two elements of a row, since scripts write no white space between them; return 0."""
        if joint == len(self.parts) and tag in ROW_PARTS and box.tag not in _TEXTS:
            self.parts.append((JOINT, element, style))
        return 0

    def finish(self, box: Box) -> None:
        """End the last line, compute the sums and number the boxes."""
        self.end_line(box)
        self.totals.fill(self.blocks)
        for index, each in enumerate(self.boxes):
            each.index = index
            if each.parent is self.outside:
                each.parent = None

    def end_line(self, box: Box) -> None:
        """Make a block of the current line, if it has text."""
        parts = self.parts
        if not parts:
            return
        text = clean("".join([part[0] for part in parts]))
        if len(parts[0][0].strip()) == 1:
            text = with_initial(text)
        if text:
            self.add_block("heading" if box.level else "line", text, box, parts[:])
            self.breaks = 0
        parts.clear()

    def add_block(self, kind: BlockKind, text: str, box: Box, parts: list[Part]) -> None:
        """Add a block, and extend the links around or within it to it."""
        self.blocks.append(Block(len(self.blocks), kind, text, box, parts, self.breaks))
        for _, _, style in parts:
            if style.link is not None:
                style.link.last = len(self.blocks)

    def changed_style(self, element: _Element, tag: str, style: Style, box: Box) -> Style:
        """Return the style inside *element*, a link or an element for bold text."""
        if tag != "a":
            return Style(style.link, True)
        href = element.get("href")
        if not href:
            return style
        link = Link(element, href, len(self.links), len(self.blocks), box)
        self.links.append(link)
        return Style(link, style.bold)

    def take(self, action: int, element: _Element, box: Box, style: Style) -> None:
        """Add the block of an element whose descendants are not walked: a picture, control, separator or line break."""
        if action == _NOSCRIPT:
            images = [*element.iter(*IMAGES)]
            for image in images if images and _is_alone(element) else ():
                self.add_block("picture", "", box, [("", image, style)])
            return
        if action in _ENDS_LINE:
            self.end_line(box)
        elif self.parts and action == _PICTURE and style.link is not None:
            self.end_links_before(style.link, box)
        if action == _BREAK:
            self.breaks += 1
        elif action != _CONTROL or element.get("type") != "hidden":
            self.add_block(_OBJECTS[action], "", box, [("", element, style)])

    def end_links_before(self, link: Link, box: Box) -> None:
        """End the line before *link*, which holds a picture, unless both stand in a sentence."""
        parts = self.parts
        at = next((index for index, part in enumerate(parts) if part[2].link is link), len(parts))
        if at and (box.tag not in _TEXTS or any(part[2].link is not None for part in parts[:at])):
            rest = parts[at:]
            del parts[at:]
            self.end_line(box)
            parts.extend(rest)

    def take_date(self, meta: _Element, box: Box) -> None:
        """Record the date in a ``meta`` element among the visible ones (schema.org microdata)."""
        if meta.get("itemprop") == "datePublished" and (value := meta.get("content")):
            self.walk.times.append(TimeElement(meta, "content", value, len(self.blocks), box))

    def take_time(self, element: _Element, names: list[str], box: Box) -> None:
        attribute = next(name for name in TIME_ATTRIBUTES if name in names)
        value = element.get(attribute, "")
        if _DIGIT.search(value):
            self.walk.times.append(TimeElement(element, attribute, value, len(self.blocks), box))


def _is_alone(noscript: _Element) -> bool:
    """Return whether no sibling of *noscript* holds a picture, of which the one in it would be a copy."""
    around = noscript.getparent()
    return around is not None and all(each is noscript or next(each.iter(*IMAGES), None) is None for each in around)


_BOX, _INLINE, _STYLE, _SKIP, _BREAK, _RULE, _PICTURE, _MEDIUM, _CONTROL, _NOSCRIPT = range(10)
_DIALOG = -1
_ENDS_LINE = frozenset((_BREAK, _RULE, _MEDIUM))
_OBJECTS: dict[int, BlockKind] = {_RULE: "rule", _PICTURE: "picture", _MEDIUM: "media", _CONTROL: "control"}
_ACTIONS = {
    **dict.fromkeys(INLINE, _INLINE),
    **dict.fromkeys(SKIPPED, _SKIP),
    **dict.fromkeys((*_BOLD, "a"), _STYLE),
    **dict.fromkeys(_MEDIA, _MEDIUM),
    **dict.fromkeys(_CONTROLS, _CONTROL),
    **dict.fromkeys(IMAGES, _PICTURE),
    **{"dialog": _DIALOG, "br": _BREAK, "hr": _RULE, "noscript": _NOSCRIPT},
}
"""What the walk does with an element, by its tag; other elements open a box."""
IN_LINES = frozenset(tag for tag, action in _ACTIONS.items() if action in (_INLINE, _STYLE))
"""Elements that do not end the line of text that they are in."""
