"""Runs of text and the lines they make: one line may hold a kicker, a headline and an age in elements of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from portalcrawl.extraction.teasers.class_hints import Hint
from portalcrawl.extraction.teasers.line_forms import form_of, is_cut


@dataclass(slots=True)
class Context:
    """What the ancestors of a text, up to the card, say of it."""

    heading: int = 0
    linked: bool = False
    """In a link to the teaser's article."""
    foreign: bool = False
    """In a link to somewhere else."""
    hint: int = Hint.NONE
    """Of the innermost element whose class name hints at anything."""
    caption: bool = False
    strong: bool = False
    when: str | None = None
    """The machine-readable time of the ``time`` element around it."""
    span: _Element | None = None
    """The outermost inline element in the line around it, but for links."""


@dataclass(slots=True)
class Piece:
    """A run of text of one context."""

    text: str
    context: Context
    breaks: bool = False
    """Whether a line break within a heading follows it."""


@dataclass(slots=True)
class Line:
    """One line of a card; ``text`` has its white space folded."""

    text: str
    heading: int = 0
    linked: bool = False
    foreign: bool = False
    hint: int = Hint.NONE
    caption: bool = False
    strong: bool = False
    when: str | None = None


_ROLES = Hint.KICKER | Hint.DATE | Hint.AUTHOR | Hint.COUNT | Hint.LABEL | Hint.DURATION | Hint.MORE
_APART = frozenset({"date", "count", "label", "more", "reading_time", "byline", "ad", "number"})
_MAX_APART = 8
_MANY_LINKS = 3
_SENTENCE = 3
"""Words after a link that are no part of its text."""
Group = list[Piece]


def lines_of(pieces: list[Piece]) -> Iterator[Line]:
    """Yield the lines in *pieces*, the texts between two line breaks."""
    groups = _grouped(pieces)
    if len(groups) > 1:
        groups = groups if _stand_side_by_side(groups) else _peeled(groups)
    for group in groups:
        if text := _text(group):
            yield _line(text, group)


def _grouped(pieces: list[Piece]) -> list[Group]:
    """Put neighbours of one inline element together."""
    groups: list[Group] = []
    for piece in pieces:
        last = groups[-1][-1].context if groups else None
        if last and last.span is piece.context.span:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _stand_side_by_side(groups: list[Group]) -> bool:
    """Tell whether inline elements, none in another, make up the whole line, each with words of its own.

    Elements of one class are the lines of one headline; of links to elsewhere each says something of its own.
    """
    contexts = [group[0].context for group in groups]
    if sum(context.foreign for context in contexts) >= _MANY_LINKS:
        return True
    spans = [context.span for context in contexts]
    if len(groups) > _MAX_APART or any(span is None for span in spans):
        return False
    kinds = {(span.tag, span.get("class")) for span in spans if span is not None}
    if len(kinds) == 1 and contexts[0].heading:
        return False
    return not any(_within(span, spans) for span in spans)


def _within(span: _Element | None, spans: list[_Element | None]) -> bool:
    steps = 0
    parent = span.getparent() if span is not None else None
    while parent is not None and steps < _MAX_APART:
        if parent in spans:
            return True
        parent = parent.getparent()
        steps += 1
    return False


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
    context = group[0].context
    return bool(context.span is not None and context.hint & _ROLES) or form_of(_text(group)) in _APART


def _peels_off_ahead(groups: list[Group], index: int) -> bool:
    """Tell whether the text at *index* is another than what follows: a kicker, or a title before its snippet."""
    group = groups[index]
    head, rest = group[0].context, groups[index + 1][0].context
    if _peels_off(group) or (_text(group).endswith(":") and (head.span is not None or rest.linked)):
        return True
    text = " ".join(_text(other) for other in groups[index + 1 :])
    if group[-1].breaks and head.span is not None and (rest.span is None or rest.span.tag == "a"):
        return text[:1].isupper() and text.count(" ") + 1 >= _SENTENCE
    if rest.linked and not head.linked and all(other[0].context.linked for other in groups[index + 1 :]):
        return _text(group)[:1].isupper() and text.count(" ") + 1 >= _SENTENCE
    if head.linked and not rest.linked:
        return text.count(" ") + 1 >= _SENTENCE
    return head.strong and not rest.strong and is_cut(text)


def _text(group: Group) -> str:
    return " ".join("".join(piece.text for piece in group).split())


def _line(text: str, group: Group) -> Line:
    longest = max(group, key=lambda piece: len(piece.text)).context
    when = next((piece.context.when for piece in group if piece.context.when), None)
    return Line(
        text,
        longest.heading,
        longest.linked,
        longest.foreign,
        longest.hint,
        longest.caption,
        longest.strong,
        when,
    )
