"""Sorts the lines of a card by their form; the rest are texts, which are distinguished by their place later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portalcrawl.extraction.teasers import line_forms
from portalcrawl.extraction.teasers.card_lines import Line
from portalcrawl.extraction.teasers.card_text import CardText
from portalcrawl.extraction.teasers.class_hints import Hint
from portalcrawl.text.counts import word_count
from portalcrawl.text.normalize import fold

_TELLING = frozenset(("date", "count", "reading_time"))
_FIELD_OF = {
    **{form: form for form in ("date", "count", "label", "caption")},
    **{"byline": "author", "lead_in": "block", "ad": "other"},
}
"""Form of a line -> field of the teaser."""
FIELDS = ("headline", "kicker", "snippet", "date", "count", "label", "caption", "author", "block", "link", "other")
"""The fields of lines, the most important first: a block of several lines has the first of their fields."""
_POINTER = re.compile(r"[←→⟵⟶◄►«»‹›]\s+(?P<before>[^←→⟵⟶◄►«»‹›]+)|(?P<after>[^←→⟵⟶◄►«»‹›]+)\s+[←→⟵⟶◄►«»‹›]")
"""A text with an arrow at one end, which points to the previous or next article; at both ends they are quotes."""


Values = list[tuple[str, Any]]
"""Names and values read from lines."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """The lines of a card by their form."""

    lines: list[Line]
    texts: list[Line]
    """The lines without a special form."""
    values: Mapping[str, Any]
    """The first ``date``, ``when``, ``count``, ``label``, ``caption``, ``ad``; ``lead_in``: the words before the link
    (``Lesen Sie auch``); ``clock``: a bare time of day or a bare ``5 min``, which may also be a length."""


def sort_lines(card: CardText) -> Sorted:
    """Sort the lines of *card*."""
    lines = _joined(card.lines)
    linked = sum(line.linked and line_forms.form_of(line.text) == "text" for line in lines)
    if all(line.caption or line.hint & Hint.CAPTION or line_forms.form_of(line.text) != "text" for line in lines):
        _free_captions(lines, card)
    values = [
        *(each for line in lines for each in _sort(line, alone=linked < 2)),
        *(("count", line_forms.comment_count(text)) for text in (*card.counts, *card.titles)),
        *(("when", when) for when in card.times),
    ]
    first = {name: value for name, value in reversed(values) if value is not None}
    return Sorted(lines, [line for name, line in values if name == "text" and line], first)


def _joined(lines: Iterable[Line]) -> list[Line]:
    """Return *lines*, with a number and the word for comments or the month next to it joined to one."""
    found: list[Line] = []
    for line in lines:
        before = found[-1].text if found else ""
        if _belong_together(before, line.text):
            found[-1] = replace(line, text=f"{before} {line.text}")
        else:
            found.append(line)
    return found


def _belong_together(text: str, other: str) -> bool:
    """Return whether two lines are a number and the word for comments, or the parts of a date."""
    forms = line_forms.form_of(text), line_forms.form_of(other)
    if "number" not in forms:
        return False
    number, word = (text, other) if forms[0] == "number" else (other, text)
    return line_forms.comment_count(f"{text} {other}") is not None or line_forms.is_parted_day(number, word)


def _free_captions(lines: list[Line], card: CardText) -> None:
    """Unset ``caption`` of linked *lines* that differ from the pictures' ``alt`` or ``title``: one is the headline.

    Called if the card has no other text. If the pictures have no such text, it stays set, but no line is a caption by
    its class alone.
    """
    shown = {fold(image.get("alt") or image.get("title") or "") for image in card.images} - {""}
    for line in lines:
        line.caption = line.caption and not (line.linked and shown and fold(line.text) not in shown)
        if line.linked:
            line.hint &= ~Hint.CAPTION


def _sort(line: Line, *, alone: bool) -> Values:
    """Return the values in *line*; *alone*: no other text links to the article."""
    form = _form_in_card(line, alone=alone)
    line.field = _FIELD_OF.get(form, "other")
    if form == "text":
        return _parts(line, alone=alone)
    when = [("when", line.when)] if form == "date" and line.hint & Hint.DATE else []
    return [_take(form, line.text, line.hint), *when]


def _form_in_card(line: Line, *, alone: bool) -> str:
    """Return the form of *line*, considering its markup and the rest of the card."""
    form = line_forms.form_of(line.text)
    if line.when and line.hint & Hint.DATE:
        return "date"
    if line.caption:
        return "caption"
    if form == "number" and line.hint & Hint.COUNT:
        return "count"
    if form == "label" and line.hint & Hint.KICKER:
        return "text"
    may_introduce = (form not in _FIELD_OF and not line.linked) or (form == "text" and not alone)
    return "lead_in" if may_introduce and line_forms.is_block_name(line.text) else form


def _take(form: str, text: str, hint: int) -> tuple[str, Any]:
    """Return the name and value of a text of this *form*; a bare time of day may be the length of a video, and bare
    minutes the time to read it.
    """
    if form == "count":
        count = line_forms.comment_count(text)
        return form, int(text) if count is None else count
    if form == "date" and hint & (Hint.DATE | Hint.DURATION) != Hint.DATE and line_forms.is_bare_clock(text):
        return "clock", text
    if form == "reading_time" and line_forms.is_bare_minutes(text):
        return "clock", text
    return form, text


def _parts(line: Line, *, alone: bool) -> Values:
    """Return the values in the parts of a line such as ``vor 2 Stunden · 3 Kommentare``, else the whole text."""
    is_plain = not (line.heading or (line.linked and alone) or line.hint & Hint.TITLE)
    ahead, snippet = line_forms.split_day(line.text) if is_plain else (None, "")
    if ahead and word_count(next(iter(line_forms.split_marks(snippet)), "")) >= line_forms.SNIPPET_WORDS:
        return [("date", ahead), *_text(line, snippet)]
    parts = [(line_forms.form_of(part), part) for part in line_forms.split_marks(line.text)]
    values = [_take(form, part, Hint.DATE) for form, part in parts if form in _TELLING]
    row = line_forms.split_row(line.text) if is_plain and "date" not in dict(values) else []
    if row:
        return [*values, *(_take(form, part, Hint.DATE) for form, part in row)]
    if not values:
        return _text(line, line.text)
    titles = [part for form, part in parts if form == "text" and word_count(part) >= line_forms.TITLE_WORDS]
    return [*values, *(_text(line, titles[-1]) if titles and (line.linked or line.heading) else ())]


def _without_pointer(text: str) -> str:
    """Return *text* without an arrow at one end."""
    match = _POINTER.fullmatch(text)
    return match["before"] or match["after"] if match else text


def _text(line: Line, text: str) -> Values:
    """Set the text of *line* to *text* without its count, time and introductory words, and return these."""
    text, count, age = line_forms.split_tail(text)
    clock, text = line_forms.split_clock(text)
    lead_in, line.text = line_forms.split_lead_in(_without_pointer(text))
    parts = [("count", count), ("date", age), ("date", clock), ("lead_in", lead_in)]
    return [*parts, ("text", line if line.text else None)]
