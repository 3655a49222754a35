"""The lines of a card, sorted by what their form says: texts are left over, to be told apart by their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from portalcrawl.extraction.teasers import line_forms
from portalcrawl.extraction.teasers.card_lines import Line
from portalcrawl.extraction.teasers.card_text import CardText
from portalcrawl.extraction.teasers.class_hints import Hint
from portalcrawl.extraction.teasers.wording import DATED
from portalcrawl.text.normalize import fold

_TELLING = frozenset({"date", "count", "reading_time"})
_POINTER = re.compile(r"[←→⟵⟶◄►«»‹›]\s+(?P<before>.+)|(?P<after>.+)\s+[←→⟵⟶◄►«»‹›]")
"""A text with a sign at one end that points to the article before or after."""
_POINTING = frozenset("←→⟵⟶◄►«»‹›")
_MIN_WORDS = 3
"""Words of a part of a mixed line that is the headline, not the name of a section."""


@dataclass(slots=True)
class Sorted:
    """The lines of a card by what their form says."""

    lines: list[Line]
    texts: list[Line] = field(default_factory=list)
    """Those that are left over."""
    date: str | None = None
    when: str | None = None
    count: int | None = None
    label: str | None = None
    caption: str | None = None
    lead_in: str | None = None
    """What introduces the link: ``Lesen Sie auch:``."""
    clock: str | None = None
    """A bare time of day, which may also be how long a film lasts."""
    ad: bool = False


def sort_lines(card: CardText) -> Sorted:
    """Sort the lines of *card*."""
    lines = list(_joined(card.lines))
    found = Sorted(lines)
    linked = sum(line.linked and line_forms.form_of(line.text) == "text" for line in lines)
    if all(line.caption or line_forms.form_of(line.text) != "text" for line in lines):
        _free_captions(lines, card)
    for line in lines:
        line.field = _sort(line, found, alone=linked < 2)
    for text in (*card.counts, *card.titles):
        if found.count is None:
            found.count = line_forms.comment_count(text)
    if found.when is None and card.times:
        found.when = card.times[0]
    return found


def _joined(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield *lines*, a number and the word for comments beside it as one."""
    last: Line | None = None
    for line in lines:
        if last is not None and "number" in (line_forms.form_of(last.text), line_forms.form_of(line.text)):
            text = f"{last.text} {line.text}"
            if line_forms.comment_count(text) is not None:
                line, last = replace(line, text=text), None
        if last is not None:
            yield last
        last = line
    if last is not None:
        yield last


def _free_captions(lines: list[Line], card: CardText) -> None:
    """Make the linked text under a picture that is all of a card's text its headline, unless the picture has no other.

    What a picture shows stands in its alternative text then.
    """
    shown = {fold(image.get("alt") or image.get("title") or "") for image in card.images} - {""}
    for line in lines:
        line.caption = line.caption and not (line.linked and shown and fold(line.text) not in shown)


def _sort(line: Line, found: Sorted, *, alone: bool) -> str:
    """Put *line* where its form says it belongs, and return the field; *alone*: no other text leads to the article."""
    form = line_forms.form_of(line.text)
    if line.when and line.hint & Hint.DATE:
        found.when = found.when or line.when
        found.date = found.date or line.text
        return "date"
    if line.caption:
        found.caption = found.caption or line.text
        return "caption"
    if form == "date":
        _note_date(line, found)
        return "date"
    if form == "count" or (form == "number" and line.hint & Hint.COUNT):
        found.count = _first(found.count, line_forms.comment_count(line.text), line.text)
        return "count"
    if form == "label" and not line.hint & Hint.KICKER:
        found.label = found.label or line.text
        return "label"
    return _sort_text(line, found, form, alone=alone)


def _sort_text(line: Line, found: Sorted, form: line_forms.Form, *, alone: bool) -> str:
    if form == "ad":
        found.ad = True
    elif (not line.linked or (form == "text" and not alone)) and line_forms.is_block_name(line.text):
        found.lead_in = found.lead_in or line.text
        return "block"
    elif form == "label" or (form == "text" and not _sort_mixed(line, found)):
        _note_text(line, found)
    return "author" if form == "byline" else "other"


def _first(known: int | None, count: int | None, text: str) -> int | None:
    if known is not None:
        return known
    return count if count is not None else int(text)


def _note_date(line: Line, found: Sorted) -> None:
    if line_forms.is_bare_clock(line.text) and (line.hint & Hint.DURATION or not (line.hint & Hint.DATE)):
        if not line.hint & Hint.DURATION:
            found.clock = found.clock or line.text
        return
    found.date = found.date or line.text


def _sort_mixed(line: Line, found: Sorted) -> bool:
    """Sort the parts of a line such as ``vor 2 Stunden · 3 Kommentare``; False where it is no such line."""
    if (dated := DATED.fullmatch(line.text)) and line_forms.is_date(day := dated["ahead"] or dated["behind"]):
        found.date = found.date or day
        return True
    parts = line_forms.split_marks(line.text)
    kinds = [line_forms.form_of(part) for part in parts]
    if _TELLING.isdisjoint(kinds):
        return False
    for part, kind in zip(parts, kinds, strict=True):
        if kind == "date":
            found.date = found.date or part
        elif kind == "count" and found.count is None:
            found.count = line_forms.comment_count(part)
        elif kind == "text" and (line.linked or line.heading) and part.count(" ") + 1 >= _MIN_WORDS:
            line.text = part
            _note_text(line, found)
    return True


def _without_pointer(text: str) -> str:
    """Return *text* without the arrow at one end; signs in pairs are quotation marks."""
    if text[:1] not in _POINTING and text[-1:] not in _POINTING:
        return text
    match = _POINTER.fullmatch(text) if sum(map(_POINTING.__contains__, text)) == 1 else None
    return match["before"] or match["after"] if match else text


def _note_text(line: Line, found: Sorted) -> None:
    """Keep a line of running text, less the count and the time that stand in it."""
    text, count, age = line_forms.split_tail(line.text)
    found.date = found.date or age
    if found.count is None:
        found.count = count
    clock, text = line_forms.split_clock(text)
    found.date = found.date or clock
    lead_in, text = line_forms.split_lead_in(_without_pointer(text))
    found.lead_in = found.lead_in or lead_in
    line.text = text
    if text:
        found.texts.append(line)
