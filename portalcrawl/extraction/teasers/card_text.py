"""A card as the reader sees it: its texts line by line, each with what the markup says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

from lxml.etree import _Element

from portalcrawl.extraction.dom.element_text import size_of
from portalcrawl.extraction.dom.walk import HEADINGS as HEADINGS
from portalcrawl.extraction.dom.walk import MACHINE_TIMES
from portalcrawl.extraction.dom.walk import SKIPPED as _UNSEEN
from portalcrawl.extraction.teasers.card_lines import INLINE, Context, Line, Piece, lines_of
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of, shows_count
from portalcrawl.extraction.teasers.line_forms import is_date
from portalcrawl.text.normalize import words

Node: TypeAlias = _Element | str
Stack: TypeAlias = "list[tuple[Node | None, Context, _Element | None]]"

SKIPPED = (_UNSEEN - {"source"}) | words("iframe object select textarea input video audio form title dialog")
"""Elements without text of the card; pictures stand in the sources of others where the parser nests them."""
_ALONE = SKIPPED | {"br", "img", "noscript"}
_SPLITTING = frozenset({"span", "time", "small", "label", "data", "b", "strong", "i", "em"})
_TELLING = frozenset({"a", "time", "figcaption", *_SPLITTING, *HEADINGS})
"""What says something of its text by its tag alone."""
_GLYPH = re.compile(r"[a-z]+(?:_[a-z]+)*")
_TIMES = frozenset((*MACHINE_TIMES, "title", "itemprop"))
_MACHINE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?:[T ].{4,30})?|1\d{9}(?:\d{3})?")
_DIGIT = re.compile(r"\d")
_SHORT = Hint.KICKER | Hint.LABEL
_MAX_SHORT = 80
"""Characters of a kicker or a label."""
_MAX_INNER = 30
_MAX_NODES = 600
"""Nodes of one card that are read; no teaser has more."""


@dataclass(slots=True)
class CardText:
    """Everything readable of a card."""

    lines: list[Line] = field(default_factory=list)
    images: list[_Element] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """``title`` of the links to the article."""
    labels: list[str] = field(default_factory=list)
    """``aria-label`` of the links to the article."""
    counts: list[str] = field(default_factory=list)
    """Texts of elements that show the number of comments by an icon or a class name alone."""
    times: list[str] = field(default_factory=list)
    """Machine-readable times without text around them."""

    @property
    def titles(self) -> tuple[str, ...]:
        """All names that the links to the article have, beside their text."""
        return (*self.names, *self.labels)


def read_card(nodes: Iterable[Node], links: Set[_Element], others: Set[_Element] = frozenset()) -> CardText:
    """Return the lines of *nodes*, in which *links* lead to the teaser's article; *others* in them are left out."""
    nodes = list(nodes)
    reader = _Reader(links, others - set(nodes))
    named = (node.get("aria-label") for node in nodes if not isinstance(node, str) and node not in links)
    reader.card.names.extend(" ".join(name.split()) for name in named if name)
    reader.walk(nodes)
    return reader.card


class _Reader:
    """One walk over a card, without recursion."""

    def __init__(self, links: Set[_Element], others: Set[Node]) -> None:
        self.links = links
        self.others = others
        self.card = CardText()
        self.pieces: list[Piece] = []
        self.comment_icon = False

    def walk(self, nodes: Iterable[Node]) -> None:
        """Read *nodes* in page order."""
        stack: Stack = []
        stack.extend((node, Context(), None) for node in nodes)
        stack.reverse()
        budget = _MAX_NODES
        while stack and budget:
            node, context, parent = stack.pop()
            if node is None:
                self.end_line()
            elif isinstance(node, str):
                self.add_text(node, context, parent)
            else:
                budget -= 1
                self.open(node, context, stack)
        self.end_line()

    def open(self, element: _Element, context: Context, stack: Stack) -> None:
        """Take *element* in: what it says itself now, its content by way of *stack*."""
        tag = element.tag
        if element in self.others:
            self.end_line()
            return
        if not isinstance(tag, str) or tag in _ALONE:
            self.note_alone(element, context)
            return
        given = element.keys()  # to ask for one attribute costs as much as to ask for the names of all
        when = machine_time(element, given)
        if when and tag != "time":
            self.card.times.append(when)
        hints = hints_of(element.get("class") or "") if "class" in given else Hint.NONE
        if "hidden" in given or (hints & Hint.ICON and _is_glyph(element)):
            return
        inner = self.enter(element, tag, context, _own_roles(element, hints), when)
        if not len(element) and not (element.text and element.text.strip()):
            self.note_empty(element, inner)
        if tag not in INLINE:
            self.end_line()
            stack.append((None, context, None))
        for child in element[::-1]:  # type: ignore[index]  # the stubs know no slices
            if child.tail:
                stack.append((child.tail, inner, element))
            stack.append((child, inner, element))
        if element.text:
            stack.append((element.text, inner, element))

    def note_alone(self, element: _Element, context: Context) -> None:
        """Take in an element whose content is no text of the card."""
        tag = element.tag
        if tag == "img":
            self.card.images.append(element)
        elif tag == "noscript":
            self.card.images.extend(element.iter("img"))
        elif tag == "br":
            self.break_line(context)
        elif tag == "svg":
            self.note_icon(element)
        elif tag == "meta" and (when := machine_time(element, element.keys())):
            self.card.times.append(when)

    def note_empty(self, element: _Element, inner: Context) -> None:
        """Take in an element that says something by its attributes alone."""
        self.note_icon(element)
        if inner.when:
            self.card.times.append(inner.when)

    def enter(self, element: _Element, tag: str, outer: Context, hint: int, when: str | None) -> Context:
        """Return the context inside *element*, whose class hints at *hint*."""
        if not hint and tag not in _TELLING and (outer.span is None or tag in INLINE):
            return outer
        inner = Context(
            outer.heading,
            outer.linked,
            outer.foreign,
            hint or outer.hint,
            outer.caption,
            outer.strong,
            outer.when,
            outer.span,
        )
        if tag not in INLINE:
            inner.span = None
            if tag in HEADINGS:
                inner.heading, inner.caption = HEADINGS[tag], False
                if not hint:
                    inner.hint = Hint.NONE
            elif tag == "figcaption":
                inner.caption = True
        elif tag == "a":
            self.enter_link(element, inner)
        elif tag in _SPLITTING or hint:
            inner.span = element
        if tag in ("b", "strong"):
            inner.strong = True
        elif tag == "time":
            inner.when = when or element.get("datetime")
            inner.hint |= Hint.DATE
        return inner

    def enter_link(self, link: _Element, inner: Context) -> None:
        """Note what *link* says of its text."""
        if link.get("href"):
            inner.span = link
        if link in self.links:
            inner.linked, inner.caption = True, False
            if name := link.get("title"):
                self.card.names.append(" ".join(name.split()))
            if label := link.get("aria-label"):
                self.card.labels.append(" ".join(label.split()))
        else:
            inner.foreign = link.get("href") or ""

    def note_icon(self, element: _Element) -> None:
        """Remember an empty element that may be the icon beside a number of comments."""
        names = f"{element.get('class') or ''}"
        if names and shows_count(names):
            self.comment_icon = True
        if label := element.get("aria-label"):
            self.card.counts.append(label)

    def add_text(self, text: str, context: Context, parent: _Element | None) -> None:
        """Add a run of text to the line."""
        if not text.strip():
            if self.pieces:
                self.pieces[-1].text += " "
            return
        if self.comment_icon:
            self.comment_icon = False
            first = text.split(None, 1)[0]
            if first.isdecimal():
                self.card.counts.append(f"({first.zfill(2)})")
                text = text.strip()[len(first) :]
                if not text.strip():
                    return
        self.pieces.append(Piece(text, context, parent))

    def break_line(self, context: Context) -> None:
        """End the line, but for a line break within a heading."""
        if not context.heading:
            self.end_line()
        elif self.pieces:
            self.pieces[-1].text += " "
            self.pieces[-1].breaks = True

    def end_line(self) -> None:
        """Close the line, taken apart where its markup shows several texts."""
        if self.pieces:
            self.card.lines.extend(lines_of(self.pieces))
            self.pieces = []


def machine_time(element: _Element, names: Sequence[str | bytes]) -> str | None:
    """Return when the article appeared as an attribute of *element* tells, which has attributes of these *names*.

    As HTML and scripts write it for machines, as the value of ``datePublished`` (https://schema.org/datePublished), or
    in the words that readers see when they point at an age.
    """
    if _TIMES.isdisjoint(names):
        return None
    values = [element.get(name) or "" for name in MACHINE_TIMES if name in names]
    if element.get("itemprop") == "datePublished":
        values.append(element.get("content") or "")
    title = element.get("title") or ""
    if title and element.tag not in ("a", "img") and _DIGIT.search(title) and is_date(title):
        values.append(title)
    return next((value for value in map(str.strip, values) if value == title or _MACHINE.fullmatch(value)), None)


def _own_roles(element: _Element, hints: int) -> int:
    """Return what the text of *element* is by its class; nothing where the class names what it holds among others."""
    roles = hints & Hint.ROLES
    if not roles & _SHORT or not len(element):
        return roles
    inner = element.iterdescendants(*HEADINGS)
    others = (other for other in islice(element.iterdescendants("*"), _MAX_INNER) if other.get("class"))
    is_container = (element.tag not in HEADINGS and next(inner, None) is not None) or (
        size_of(element, _MAX_SHORT) > _MAX_SHORT
        or any(hints_of(other.get("class") or "") & ~roles & Hint.ROLES for other in others)
    )
    return roles & ~_SHORT if is_container else roles


def _is_glyph(element: _Element) -> bool:
    """Return whether readers see a picture for the text of an icon: the name of a glyph of an icon font."""
    return bool(element.text and not len(element) and _GLYPH.fullmatch(element.text.strip()))
