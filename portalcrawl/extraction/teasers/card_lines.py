"""Splits the lines of a card: one line may hold a kicker, a headline and a date in separate elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.name_roles import name_shape
from portalcrawl.extraction.teasers.class_hints import Hint
from portalcrawl.extraction.teasers.line_forms import MARKS, form_of, is_cut, split_marks
from portalcrawl.text.counts import word_count

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROLES = Hint.KICKER | Hint.DATE | Hint.AUTHOR | Hint.COUNT | Hint.LABEL | Hint.DURATION | Hint.MORE
_APART = frozenset(("date", "count", "label", "more", "reading_time", "byline", "ad", "number"))
_MAX_APART = 8
_SLOT_LEVELS = 3
_CLOSING = frozenset(",;.!?)")
_OPENING = " [("
_BRACKETS = "[]()"
_SENTENCE = 3
"""Fewest words after a link that are not part of its text."""


@dataclass(slots=True)
class Context:
    """What is known about a text from the elements around it, up to the card."""

    heading: int = 0
    linked: bool = False
    """Whether it is in a link to the teaser's article."""
    foreign: str = ""
    """URL of the link around it if that leads to another page, else empty."""
    hint: int = Hint.NONE
    """Hint of the innermost element whose class name has one."""
    caption: bool = False
    strong: bool = False
    when: str | None = None
    """The machine-readable time of the ``time`` element around it."""
    span: _Element | None = None
    """The innermost inline element around it that is relevant for its meaning."""


@dataclass(slots=True)
class Piece:
    """A run of text and its context."""

    text: str
    context: Context
    element: _Element
    block: int
    """Index of its block in the walk."""
    path: list[_Element]
    """The inline elements around it within its line, outermost first."""
    breaks: bool = False
    """Whether a line break within a heading follows it."""
    is_glued: bool = False
    """Whether the next piece is in another element, without white space between."""


@dataclass(slots=True)
class Line(Context):
    """One line of a card, with the context of its longest part; white space in ``text`` is collapsed."""

    text: str = ""
    slot: str = ""
    """Its place in the markup: the same for the same part of other cards."""
    blocks: tuple[int, ...] = ()
    """Indexes of its blocks in the walk."""
    field: str = "other"
    """The field of the teaser that it was read as: ``headline``, ``date`` ..."""


Group = list[Piece]


def lines_of(pieces: Group, *, inner: bool = False) -> Iterator[Line]:
    """Yield the lines in *pieces*, the texts of one block; *inner*: they are part of a line already."""
    groups, parents = _grouped(pieces)
    if len(groups) > 1 and _stand_side_by_side(groups, parents, inner=inner):
        for group in groups:
            yield from lines_of(group, inner=not group[0].context.linked)
        return
    is_whole = len(groups) < 2 or inner or _is_date_of_parts(groups)
    parts = [pieces] if is_whole else _split_ends(groups)
    for group in parts:
        text = _text(group)
        if not group[0].context.linked and form_of(text) == "text":  # without what separates it from its neighbours
            text = text.lstrip(f"{MARKS},") if group[0] is not pieces[0] else text
            text = text.rstrip(_OPENING) if group[-1] is not pieces[-1] else text
        if text.strip(_BRACKETS):
            yield _line(text, group)


def _grouped(pieces: Group) -> tuple[list[Group], list[_Element | None]]:
    """Return *pieces* grouped by the outermost inline elements in which they differ, and these elements.

    Of the punctuation between elements, a colon is added to the group before it; the rest is dropped.
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
    """Return whether the whole line consists of inline elements that are separate texts.

    Elements of one class are lines of one headline.
    """
    if len(groups) > _MAX_APART or any(
        parent is None and _text(group).strip(MARKS) for parent, group in zip(parents, groups, strict=True)
    ):
        return False
    kinds = {(parent.tag, parent.get("class")) for parent in parents if parent is not None}
    return len(kinds) > 1 or not (inner or groups[0][0].context.heading)


def _is_date_of_parts(groups: list[Group]) -> bool:
    """Return whether *groups* are one date, of which a part is none alone: ``Prieš <b>24 val.</b>``."""
    forms = [form_of(_text(group)) for group in groups]
    return "text" in forms and form_of(" ".join(map(_text, groups))) == "date"


def _split_ends(groups: list[Group]) -> list[Group]:
    """Return the groups with separate texts at both ends split off and the rest joined to one text."""
    start, end = 0, len(groups)
    while start < end - 1 and _is_separate_before(groups, start):
        start += 1
    while end - 1 > start and (_is_separate(groups[end - 1]) or _goes_on(groups[:end])):
        end -= 1
    middle = [piece for group in groups[start:end] for piece in group]
    return [*groups[:start], middle, *groups[end:]]


def _is_separate(group: Group) -> bool:
    context, text = group[0].context, _text(group)
    if context.span is not None and context.hint & _ROLES:
        return True
    return form_of(text) in _APART or any(form_of(part) == "count" for part in split_marks(text))


def _goes_on(groups: list[Group]) -> bool:
    """Return whether the last of *groups* links from a snippet to the rest of its article, or is a bracket behind."""
    head, last = groups[-2][0].context, groups[-1][0].context
    text = _text(groups[-1])
    if not text.strip(_BRACKETS):
        return True
    is_call = form_of(groups[-1][0].text.strip()) == "more" or (
        word_count(text) <= _SENTENCE and not is_cut(f"x{text}")
    )
    return last.linked and not head.linked and is_call and word_count(_text(groups[-2])) > _SENTENCE


def _is_separate_before(groups: list[Group], index: int) -> bool:
    """Return whether the text at *index* is separate from what follows: a kicker, or a title before its snippet."""
    group = groups[index]
    head, rest = group[0].context, groups[index + 1][0].context
    if _text(groups[index + 1])[:1] in _CLOSING:
        return False
    if _is_separate(group) or (_text(group).endswith(":") and (head.span is not None or rest.linked)):
        return True
    text = " ".join(_text(other) for other in groups[index + 1 :])
    if word_count(text) < _SENTENCE:
        return False
    glued_by_style = group[-1].text[-1].islower() and groups[index + 1][0].text[0].isupper()
    in_span = head.span is not None and head.span.tag == "span" and rest.span is not head.span
    marked = in_span and head.heading > 0 and word_count(_text(group)) <= _SENTENCE and not text[:1].islower()
    goes_on = text[:1].islower() or (rest.span is not None and not text[:1].isupper())
    broken = group[-1].breaks and head.span is not None and not goes_on
    linked_behind = not head.linked and all(other[0].context.linked for other in groups[index + 1 :])
    linked = (head.linked and not rest.linked) or (linked_behind and _text(group)[:1].isupper())
    return glued_by_style or marked or broken or linked or (head.strong and not rest.strong and is_cut(text))


def _text(group: Group) -> str:
    texts: list[str] = []
    for piece, after in zip(group, [*group[1:], None], strict=True):
        texts.append(piece.text)
        if piece.is_glued and after is not None and piece.text[-1].isalnum() and after.text[0].isalnum():
            texts.append(" ")
    return " ".join("".join(texts).split())


def _line(text: str, group: Group) -> Line:
    longest = max(group, key=lambda piece: len(piece.text))
    around = longest.context
    return Line(
        around.heading,
        around.linked,
        around.foreign,
        around.hint,
        around.caption,
        around.strong,
        next((piece.context.when for piece in group if piece.context.when), None),
        around.span,
        text,
        _slot(longest),
        tuple(dict.fromkeys(piece.block for piece in group)),
    )


def _slot(piece: Piece) -> str:
    """Return the kind of link of *piece*, and the tags and classes around it, without numbers and states."""
    names = [f"{'article' * piece.context.linked}{'elsewhere' * bool(piece.context.foreign)}"]
    element: _Element | None = piece.element
    while element is not None and len(names) <= _SLOT_LEVELS:
        names.append(f"{element.tag}{name_shape(element.get('class') or '')}")
        element = element.getparent()
    return "<".join(names)
