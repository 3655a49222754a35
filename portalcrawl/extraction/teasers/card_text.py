"""A card as the reader sees it: its texts line by line, each with what the markup says of it.

One line of the page may hold a kicker, a headline and an age in elements of their own; it is taken apart here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.element_text import size_of
from portalcrawl.extraction.dom.name_roles import name_shape
from portalcrawl.extraction.dom.runs import JOINT
from portalcrawl.extraction.dom.walk import HEADINGS
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of, shows_count
from portalcrawl.extraction.teasers.line_forms import MARKS, form_of, is_cut, is_date, split_marks

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Block, TimeElement
    from portalcrawl.extraction.teasers.cards import Card
    from portalcrawl.extraction.teasers.page_runs import PageRuns

_SPLITTING = frozenset(("span", "time", "small", "label", "data", "b", "strong", "i", "em"))
_INLINE = _SPLITTING | frozenset(("a", "abbr", "font", "mark", "u", "s", "sub", "sup", "tt", "q", "cite", "big", "ins"))
_GLYPH = re.compile(r"[a-z]+(?:_[a-z]+)*")
_MACHINE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?:[T ].{4,30})?|1\d{9}(?:\d{3})?")
_SHORT = Hint.KICKER | Hint.LABEL
_MAX_SHORT = 80
"""Characters of a kicker or a label."""
_MAX_INNER = 30
_MAX_RUNS = 400
"""Runs of one card that are read; no teaser has more."""
_ICON_LEVELS = 2
_ROLES = Hint.KICKER | Hint.DATE | Hint.AUTHOR | Hint.COUNT | Hint.LABEL | Hint.DURATION | Hint.MORE
_APART = frozenset(("date", "count", "label", "more", "reading_time", "byline", "ad", "number"))
_MAX_APART = 8
_MANY_LINKS = 3
_SLOT_LEVELS = 3
_CLOSING = frozenset(",;.!?)")
_SENTENCE = 3
"""Words after a link that are no part of its text."""


@dataclass(slots=True)
class Context:
    """What the elements around a text, up to the card, say of it."""

    heading: int = 0
    linked: bool = False
    """In a link to the teaser's article."""
    foreign: str = ""
    """Address of the link to somewhere else that it stands in."""
    hint: int = Hint.NONE
    """Of the innermost element whose class name hints at anything."""
    caption: bool = False
    strong: bool = False
    when: str | None = None
    """The machine-readable time of the ``time`` element around it."""
    span: _Element | None = None
    """The innermost inline element around it that says something of it."""


@dataclass(slots=True)
class Piece:
    """A run of text and what it stands in."""

    text: str
    context: Context
    element: _Element
    path: list[_Element]
    """The inline elements around it within its line, outermost first."""
    breaks: bool = False
    """Whether a line break within a heading follows it."""
    is_glued: bool = False
    """Whether the piece after it stands in another element without white space between."""


@dataclass(slots=True)
class Line(Context):
    """One line of a card and what its longest part stands in; ``text`` has its white space folded."""

    text: str = ""
    slot: str = ""
    """What the elements around it have in common with those of the same part of other cards."""
    block: int = -1
    """Index of the block of the walk that it is, or is a part of."""


Group = list[Piece]


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
    """Numbers of comments that an icon beside them explains."""
    times: list[str] = field(default_factory=list)
    """Machine-readable times without text around them."""

    @property
    def titles(self) -> tuple[str, ...]:
        """All names that the links to the article have, beside their text."""
        return (*self.names, *self.labels)


def read_card(card: Card, runs: PageRuns) -> CardText:
    """Return the texts of *card*."""
    return _Reader(card, runs).read()


class _Reader:
    """Reads one card."""

    def __init__(self, card: Card, runs: PageRuns) -> None:
        self.runs = runs
        self.card = card
        self.found = CardText()
        self.links = {link.link for link in card.links}
        self.outside = card.around.element
        self.contexts: dict[_Element, Context] = {}
        blocks = runs.block_range(card.start, card.end)
        self.times: dict[_Element, str] = {}
        for time in runs.walk.times_in(*blocks):
            if when := machine_time(time):
                self.times[time.element] = when

    def read(self) -> CardText:
        found, card = self.found, self.card
        if card.box is not None and (name := card.box.element.get("aria-label")):
            found.names.append(" ".join(name.split()))
        for link in card.links:
            for texts, attribute in ((found.names, "title"), (found.labels, "aria-label")):
                if text := link.link.element.get(attribute):
                    texts.append(" ".join(text.split()))
        pieces: Group = []
        last: Block | None = None
        for run in self.visible_runs():
            block = self.runs.walk.blocks[self.runs.blocks[run]]
            if block is not last:
                if pieces and last is not None and not _goes_on(last, block):
                    self.end_line(pieces, last)
                    pieces = []
                elif pieces:
                    pieces[-1].text += " "
                    pieces[-1].breaks = True
                last = block
            self.add(run, block, pieces)
        if pieces and last is not None:
            self.end_line(pieces, last)
        spoken = {context.when for context in self.contexts.values()}
        found.times.extend(when for when in self.times.values() if when not in spoken)
        return found

    def visible_runs(self) -> Iterator[int]:
        """Yield the runs of the card, without those that speak of other articles."""
        end = min(self.card.end, self.card.start + _MAX_RUNS)
        for run in range(self.card.start, end):
            if not any(start <= run < stop for start, stop in self.card.skipped):
                yield run

    def add(self, run: int, block: Block, pieces: Group) -> None:
        """Add a run of text to the line *pieces*, or the picture that it is to the card's."""
        text, element, style = self.runs.parts[run]
        if not text:
            if block.kind == "picture":
                self.found.images.append(element)
            return
        if text is JOINT:
            if pieces:
                pieces[-1].is_glued = True
            return
        if text.isspace():
            if pieces:
                pieces[-1].text += " "
            return
        around = self.context(element)
        if around.hint & Hint.ICON and _GLYPH.fullmatch(text.strip()):
            return  # readers see a picture for the name of a glyph of an icon font
        text = self.counted(text, element)
        if not text.strip():
            return
        context = Context(
            block.level, False, "", around.hint, around.caption, style.bold, around.when, around.span
        )
        if style.link is not None:
            if style.link in self.links:
                context.linked, context.caption = True, False
            else:
                context.foreign = style.link.href
            if context.span is None or context.span in style.link.element.iterancestors():
                context.span = style.link.element
        pieces.append(Piece(text, context, element, self.inline_path(element, block)))

    def context(self, element: _Element) -> Context:
        """Return what *element* and those around it, up to the card, say of their text."""
        known = self.contexts.get(element)
        if known is not None:
            return known
        path: list[_Element] = []
        node: _Element | None = element
        while node is not None and node is not self.outside and node not in self.contexts:
            path.append(node)
            node = node.getparent()
        outer = self.contexts.get(node, Context()) if node is not None else Context()
        for node in reversed(path):
            outer = self.contexts[node] = self.entered(node, outer)
        return outer

    def entered(self, element: _Element, outer: Context) -> Context:
        """Return the context inside *element*."""
        tag = element.tag
        hint = _own_roles(element, hints_of(element.get("class") or ""))
        inner = Context(0, False, "", hint or outer.hint, outer.caption, False, outer.when, outer.span)
        if tag in HEADINGS:
            inner.caption = False
            if not hint:
                inner.hint = Hint.NONE
        elif tag == "figcaption":
            inner.caption = True
        if tag not in _INLINE:
            inner.span = None
        elif tag in _SPLITTING or hint:
            inner.span = element
        if tag == "time":
            inner.when = self.times.get(element) or element.get("datetime")
            inner.hint |= Hint.DATE
        return inner

    def inline_path(self, element: _Element, block: Block) -> list[_Element]:
        path: list[_Element] = []
        node: _Element | None = element
        while node is not None and node is not block.box.element and node is not self.outside:
            path.append(node)
            node = node.getparent()
        return path[::-1]

    def counted(self, text: str, element: _Element) -> str:
        """Return *text* without a number at its beginning that an icon beside it calls the number of comments."""
        first = text.split(None, 1)[0]
        if not first.isdecimal() or len(first) > _ICON_LEVELS * 3 or not self.has_icon(element):
            return text
        self.found.counts.append(f"({first.zfill(2)})")
        return text.strip()[len(first) :]

    def has_icon(self, element: _Element) -> bool:
        """Return whether an icon for comments, which holds no text, stands before the text of *element*."""
        node: _Element | None = element
        for _ in range(_ICON_LEVELS):
            if node is None or node is self.outside:
                return False
            inner = islice((each for child in node for each in child.iter() if not child.tail or not child.tail.strip()), 8)
            before = node.getprevious()
            beside = islice(before.iter(), 8) if before is not None else ()
            for each in (*inner, *beside):
                if isinstance(each.tag, str) and not (each.text or "").strip() and shows_count(each.get("class") or ""):
                    return True
            node = node.getparent()
        return False

    def end_line(self, pieces: Group, block: Block) -> None:
        for line in _lines_of(pieces):
            line.block = block.index
            self.found.lines.append(line)


def _goes_on(last: Block, block: Block) -> bool:
    """Return whether a line break within a heading parts two blocks, which readers see as one text."""
    return bool(block.level) and block.box is last.box and block.breaks > 0


def machine_time(time: TimeElement) -> str | None:
    """Return when the article appeared as an attribute tells: for machines, or in the words shown at an age."""
    value = time.value.strip()
    if time.attribute == "title":
        return value if time.element.tag not in ("a", "img") and is_date(value) else None
    return value if _MACHINE.fullmatch(value) else None


def _own_roles(element: _Element, hints: int) -> int:
    """Return what the text of *element* is by its class; nothing where the class names what it holds among others."""
    roles = hints & (Hint.ROLES | Hint.ICON)
    if not roles & _SHORT or not len(element):
        return roles
    inner = element.iterdescendants(*HEADINGS)
    others = (other for other in islice(element.iterdescendants("*"), _MAX_INNER) if other.get("class"))
    is_container = (element.tag not in HEADINGS and next(inner, None) is not None) or (
        size_of(element, _MAX_SHORT) > _MAX_SHORT
        or any(hints_of(other.get("class") or "") & ~roles & Hint.ROLES for other in others)
    )
    return roles & ~_SHORT if is_container else roles


def _lines_of(pieces: Group, *, inner: bool = False) -> Iterator[Line]:
    """Yield the lines in *pieces*, the texts of one block; *inner*: in an element that is a line itself."""
    groups, parents = _grouped(pieces)
    if len(groups) > 1 and _stand_side_by_side(groups, parents, inner=inner):
        for group in groups:
            yield from _lines_of(group, inner=True)
        return
    for group in _peeled(groups) if len(groups) > 1 and not inner else [pieces]:
        if text := _text(group):
            yield _line(text, group)


def _grouped(pieces: Group) -> tuple[list[Group], list[_Element | None]]:
    """Return the texts of the outermost inline elements in which *pieces* differ, and these elements.

    Marks between elements belong to none: a colon ends what stands before it, others are left out.
    """
    shared = 0
    first = pieces[0].path
    while all(len(piece.path) > shared and piece.path[shared] is first[shared] for piece in pieces):
        shared += 1
    groups: list[Group] = []
    parents: list[_Element | None] = []
    for piece in pieces:
        parent = piece.path[shared] if len(piece.path) > shared else None
        if groups and (parents[-1] is parent or (parent is None and piece.text.strip() == ":")):
            groups[-1].append(piece)
        else:
            groups.append([piece])
            parents.append(parent)
    return groups, parents


def _stand_side_by_side(groups: list[Group], parents: list[_Element | None], *, inner: bool) -> bool:
    """Return whether inline elements make up the whole line, each with words of its own.

    Elements of one class are the lines of one headline; of links to elsewhere each says something of its own.
    """
    if sum(bool(group[0].context.foreign) for group in groups) >= _MANY_LINKS:
        return True
    if len(groups) > _MAX_APART or any(
        parent is None and _text(group).strip(MARKS) for parent, group in zip(parents, groups, strict=True)
    ):
        return False
    kinds = {(parent.tag, parent.get("class")) for parent in parents if parent is not None}
    return len(kinds) > 1 or not (inner or groups[0][0].context.heading)


def _peeled(groups: list[Group]) -> list[Group]:
    """Take texts of another kind off both ends of the line; what is left is one text."""
    start, end = 0, len(groups)
    while start < end - 1 and _peels_off_ahead(groups, start):
        start += 1
    while end - 1 > start and _peels_off(groups[end - 1]):
        end -= 1
    middle = [piece for group in groups[start:end] for piece in group]
    return [*groups[:start], middle, *groups[end:]]


def _peels_off(group: Group) -> bool:
    context, text = group[0].context, _text(group)
    if context.span is not None and context.hint & _ROLES:
        return True
    return form_of(text) in _APART or any(form_of(part) == "count" for part in split_marks(text))


def _peels_off_ahead(groups: list[Group], index: int) -> bool:
    """Return whether the text at *index* is another than what follows: a kicker, or a title before its snippet."""
    group = groups[index]
    head, rest = group[0].context, groups[index + 1][0].context
    if _text(groups[index + 1])[:1] in _CLOSING:
        return False
    if _peels_off(group) or (_text(group).endswith(":") and (head.span is not None or rest.linked)):
        return True
    text = " ".join(_text(other) for other in groups[index + 1 :])
    if group[-1].text[-1].islower() and groups[index + 1][0].text[0].isupper():
        return text.count(" ") + 1 >= _SENTENCE  # glued in the markup, so apart by the style
    if head.heading and head.span is not None and head.span.tag == "span" and rest.span is not head.span:
        marked = head.span.get("class") and _text(group).count(" ") < _SENTENCE
        if marked and not text[:1].islower() and text.count(" ") + 1 >= _SENTENCE:
            return True
    if group[-1].breaks and head.span is not None and (rest.span is None or rest.span.tag == "a"):
        return text[:1].isupper() and text.count(" ") + 1 >= _SENTENCE
    if rest.linked and not head.linked and all(other[0].context.linked for other in groups[index + 1 :]):
        return _text(group)[:1].isupper() and text.count(" ") + 1 >= _SENTENCE
    if head.linked and not rest.linked:
        return text.count(" ") + 1 >= _SENTENCE
    return head.strong and not rest.strong and is_cut(text)


def _text(group: Group) -> str:
    return " ".join("".join([f"{piece.text} " if piece.is_glued else piece.text for piece in group]).split())


def _line(text: str, group: Group) -> Line:
    longest = max(group, key=lambda piece: len(piece.text))
    when = next((piece.context.when for piece in group if piece.context.when), None)
    line = Line(text=text, slot=_slot(longest))
    for name in Context.__slots__:
        setattr(line, name, getattr(longest.context, name))
    line.when = when
    return line


def _slot(piece: Piece) -> str:
    """Return what kind of link *piece* is, and tags and classes of what is around it, without numbers and states."""
    names = [f"{'article' * piece.context.linked}{'elsewhere' * bool(piece.context.foreign)}"]
    element = piece.element
    while element is not None and len(names) <= _SLOT_LEVELS:
        names.append(f"{element.tag}{name_shape(element.get('class') or '')}")
        element = element.getparent()
    return "<".join(names)
