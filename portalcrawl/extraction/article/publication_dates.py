"""Reads the publication date from the visible page: times and date lines near the headline and the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from portalcrawl.dates import DateReading, Role, find_change, find_date, parse_date
from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.element_text import text_of
from portalcrawl.extraction.dom.layout import Layout, Line
from portalcrawl.extraction.dom.walk import LOOSE_TIMES, TIME_ATTRIBUTES
from portalcrawl.text.normalize import clean
from portalcrawl.vocabulary import class_words, either, either_word

if TYPE_CHECKING:
    from lxml.etree import _Element

LONGEST_LINE = 200
LEVELS = 2
"""How many boxes around the headline may hold its date."""
LONGEST_MIXED_LINE = 120
"""Most characters of a line with a date and other words (``28. Jan. 2022 Paula Muster``)."""
_MAY_BE_DATE = re.compile(
    rf"\d|{either_word('dates.today', 'dates.yesterday', 'dates.ago_ahead', 'dates.ago_behind', 'dates.now')}",
    re.IGNORECASE,
)
_CLOCK = either("dates.clock", "dates.am", "dates.pm")
_DATE_PART = re.compile(
    r"(?<![\d./-])(?:\d{4}[./-]\s?\d{1,2}[./-]\s?\d{1,2}|\d{1,2}[./]\s?\d{1,2}[./]\s?\d{2,4}|\d{1,2}\.?\s[^\s\d,|]{3,12}\s\d{4}|[^\W\d]{3,9}\.?\s\d{1,2},?\s\d{4})"
    rf"(?!\d)(?:,?\s*(?:-\s*)?(?i:{either('dates.before_clock')}\s*)?\d{{1,2}}[:.]\d{{2}}(?i:\s*{_CLOCK}\b)?)?"
)
_NUMBER_BEFORE = re.compile(
    rf"(?:\b{either('numbers.names')}\b[\s.:]*|[+(]\d[\d\s().]{{0,9}}|\d\s?[./-]\s?)[\s\d()./+-]{{0,12}}$",
    re.IGNORECASE,
)
"""What precedes digits that are not a date: the name of the number, a country code, more digits."""
_NUMBER_AFTER = re.compile(
    rf"[./-]\d|\s?[./-]\s?\d{{3}}|(?<=\D\d\d)\s\d\d(?![:.h]\d|\s?(?:{_CLOCK}|{either('reading_time.units')})|\w)",
    re.IGNORECASE,
)
"""What follows digits that are only the first part of a longer number."""
_BEFORE = 30
"""Characters before digits that are searched for :data:`_NUMBER_BEFORE`."""
_URL_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/_.]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)")
_URL_DATE_REVERSED = re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])([-_.]?)(0[1-9]|1[0-2])\2((?:19|20)\d\d)(?!\d)")
_FULL_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[./-]\d{1,2}[./-]\d\d")
_OPENING_DATE = re.compile(
    r"[(\[]?(?P<date>\d{1,2}\.\s?(?:\d{1,2}\.\s?|[^\W\d]{3,9}\.?\s)\d{4}|\d{4}-\d\d-\d\d)(?:[)\]]?\s*[-–—:|]\s|[)\]]\s|\.\s)"
)
_MODIFIED_NAME = re.compile(class_words("dates.modified"), re.IGNORECASE)
_PUBLISHED_NAME = re.compile(class_words("dates.published"), re.IGNORECASE)
"""Names that win over those of a change: hAtom wants the class ``updated`` at each date."""
_MODIFIED_WORD = re.compile(rf"\b(?:{either('dates.modified')}\b|{either('dates.modified_phrases')})", re.IGNORECASE)
LONGEST_LABEL = 40
_LABEL = re.compile(rf"{either('dates.published')}\b", re.IGNORECASE)
_ABOUT = re.compile(rf"(?:^|[\s_-]){class_words('article.about')}(?:$|[\s_-])", re.IGNORECASE)
_ELSEWHERE = frozenset(("comments", "related", "aside", "nav", "ad", "overlay", "form", "button", "tags"))
_DIGIT = re.compile(r"\d")
_OF_BARS = frozenset(("comments", "button", "tags"))
"""Kinds whose names may be given to a bar with the date for its other contents (``date-and-comments``)."""


class Clock:
    """Reads dates relative to *now*, when the page was fetched, and in *zone* if they name none.

    *month_first* says whether 2/12/2025 is 12 February if *zone* is unknown.
    """

    __slots__ = ("month_first", "now", "zone")

    def __init__(self, now: datetime, zone: tzinfo, *, month_first: bool = False) -> None:
        self.now = now
        self.zone = zone
        self.month_first = month_first

    def parse(self, text: str) -> DateReading | None:
        return parse_date(text, now=self.now, zone=self.zone, month_first=self.month_first)

    def find(self, text: str) -> DateReading | None:
        """Return the date in a line; see :func:`find_date`."""
        reading = find_date(text, now=self.now, zone=self.zone, month_first=self.month_first)
        if reading is None and len(text) <= LONGEST_MIXED_LINE and (part := _date_part(text)):
            reading = self.parse(part)
        return reading

    def find_change(self, text: str) -> DateReading | None:
        """Return the time of change in a line that names the time of publication too; see :func:`find_change`."""
        return find_change(text, now=self.now, zone=self.zone, month_first=self.month_first)


def _date_part(text: str) -> str | None:
    """Return the first part of *text* in a form of dates, except parts of longer numbers and phone numbers, else None.

    >>> _date_part("Ada Muster, Tel. 02.12.20.25, am 5.12.2025"), _date_part("Fax: 02.12.20 25")
    ('5.12.2025', None)
    """
    for match in _DATE_PART.finditer(text):
        start, end = match.span()
        if not _NUMBER_AFTER.match(text, end) and not _NUMBER_BEFORE.search(text[max(0, start - _BEFORE) : start]):
            return match[0]
    return None


def read_dates(
    layout: Layout, lines: Sequence[Line], clock: Clock, *, anchor: int, whole: bool = False, alone: bool = False
) -> tuple[str | None, str | None]:
    """Return the texts or attributes with the dates of publication and modification in *lines*, None if absent.

    Lines in side matter count only if the line *anchor*, the headline, is in it too. With *whole*, a line counts only
    if it is nothing but a date. With *alone*, different days are ignored, as are ages (``vor 2 Stunden``) and days
    without a year: they may be teasers'. Ages and days without a year in the headline itself are its topic. The day of
    the fetch without a time, above the headline or far from it, is what the site's header shows every day.
    """
    lines = [line for line in lines if not _is_elsewhere(line, anchor, whole=whole)]
    times = list(_elements(layout, lines, clock))
    changed = {index for index, reading in times if reading.role == "modified"}
    changed -= {line.index for line in lines if line.index in changed and clock.find_change(line.text)}
    dated = [*times, *_texts(lines, clock, changed, whole=whole)]
    found = [
        reading
        for index, reading in dated
        if not (
            ((alone or index == anchor) and not _FULL_DATE.search(reading.raw))
            or (_may_be_today(reading, clock) and (alone or index < anchor) and not is_beside(layout, index, anchor))
        )
    ]
    if alone and len({reading.when.date() for reading in found}) > 1:
        return None, None
    modified = next((reading for reading in found if reading.role == "modified"), None)
    published: DateReading | None = None
    for reading in found:
        if reading.role == "published" and (published is None or _refines(reading, published)):
            published = reading
    return (published.raw if published else None), (modified.raw if modified else None)


def _may_be_today(reading: DateReading, clock: Clock) -> bool:
    return reading.precision == "day" and reading.when.date() == clock.now.astimezone(clock.zone).date()


def is_beside(layout: Layout, index: int, anchor: int) -> bool:
    """Return whether a line is in one of the :data:`LEVELS` boxes around the line *anchor*, or is labelled."""
    box: Box | None = layout.lines[anchor].box
    for _ in range(LEVELS):
        box = box.parent if box is not None else None
        if box is None or box.tag == "body":
            break
        if box.first_line <= index < box.last_line:
            return True
    return _LABEL.match(layout.lines[index].text) is not None


def _refines(one: DateReading, other: DateReading) -> bool:
    """Return whether *one* has the same day as *other* and a time, which *other* has not."""
    return other.precision == "day" != one.precision and one.when.date() == other.when.date()


def _is_elsewhere(line: Line, anchor: int, *, whole: bool) -> bool:
    whole = whole or _LABEL.match(line.text) is not None
    box: Box | None = line.box
    while box is not None and not box.first_line <= anchor < box.last_line:
        is_bar = box.kind in _OF_BARS and box.last_line - box.first_line == 1
        if box.kind in _ELSEWHERE and not is_bar and not (box.kind == "aside" and (whole or _is_about(box))):
            return True
        box = box.parent
    return False


def _is_about(box: Box) -> bool:
    """Return whether a box next to the text holds information about the article, by its names."""
    return _ABOUT.search(box.classes) is not None


def _may_date(line: Line) -> bool:
    return len(line.text) <= LONGEST_LINE and _MAY_BE_DATE.search(line.text) is not None


def labelled(lines: Sequence[Line]) -> list[Line]:
    """Return the lines that begin with a word for publication (``Erstellt am:``)."""
    return [line for line in lines if _LABEL.match(line.text)]


def _elements(layout: Layout, lines: Sequence[Line], clock: Clock) -> Iterator[tuple[int, DateReading]]:
    """Yield the dates in attributes of elements in *lines*, each with the index of its line."""
    wanted = {line.index: line for line in lines}
    for element, index in layout.times:
        line = wanted.get(index)
        reading = machine_time(element, clock) if line is not None else None
        if line is not None and reading is not None and element.tag != "meta":  # it may be within a comment's item
            text = line.text if len(line.text) <= LONGEST_LINE else ""
            shown, change = clock.find(text), clock.find_change(text)
            role = _role(element, reading, shown, change)
            if shown and shown.zoned and not reading.zoned and reading.precision == shown.precision:
                reading = shown
            if role:
                yield index, replace(reading, role=role)


def machine_time(element: _Element, clock: Clock) -> DateReading | None:
    """Return the date in an attribute of *element*, else None; one in a loose attribute counts only if it is exact."""
    for name in TIME_ATTRIBUTES:
        found = clock.parse(element.get(name) or "")
        if found and (name not in LOOSE_TIMES or found.precision == "minute"):
            return found
    return None


def _role(
    element: _Element, reading: DateReading, shown: DateReading | None, change: DateReading | None
) -> Role | None:
    """Return whether the time of *element* is that of publication or change; None if its line shows neither."""
    names = " ".join(element.get(name) or "" for name in ("class", "itemprop", "property"))
    of_change = _MODIFIED_NAME.search(names) and not _PUBLISHED_NAME.search(names)
    named = of_change or _MODIFIED_WORD.search(_label_before(element))
    if shown and change:
        same = (each.role for each in (shown, change) if _is_same_moment(each, reading))
        return "modified" if named else next(same, None)
    return "modified" if named or (shown and shown.role == "modified") else "published"


def _is_same_moment(shown: DateReading, reading: DateReading) -> bool:
    """Return whether the visible date *shown* can be the same moment as *reading*."""
    if shown.precision == "day":
        return shown.when.date() == reading.when.date()
    return abs(shown.when - reading.when) < timedelta(minutes=1)


def _label_before(time: _Element) -> str:
    """Return the words right before a time element in its line, which may hold several."""
    before, around = time.getprevious(), time.getparent()
    if before is None:
        return ((around.text if around is not None else None) or "")[-LONGEST_LABEL:]
    if label := (before.tail or "").strip():
        return label[-LONGEST_LABEL:]
    label = text_of(before, LONGEST_LABEL)
    return label if len(label) <= LONGEST_LABEL else ""


def _texts(lines: Sequence[Line], clock: Clock, changed: Set[int], *, whole: bool) -> Iterator[tuple[int, DateReading]]:
    """Yield the dates in the text of *lines*, each with the index of its line.

    *changed* are the indexes of lines whose time element is a time of change.
    """
    for line in lines:
        if _may_date(line):
            reading = clock.parse(line.text) if whole else clock.find(line.text)
            if reading is None and not whole:
                reading = next(filter(None, map(clock.find, _pieces(line))), None)
            if reading is not None:
                yield line.index, replace(reading, role="modified") if line.index in changed else reading
                if change := clock.find_change(line.text):
                    yield line.index, change


def _pieces(line: Line) -> list[str]:
    """Return the texts with digits of the elements in a line, which may hold a name and a date side by side."""
    texts = [clean(text) for text, _, _ in line.block.parts]
    return [text for text in texts if text != line.text and _DIGIT.search(text)]


def opening_date(text: str, clock: Clock) -> str | None:
    """Return the full date before the first sentence of a paragraph (``27.1.2022 - Der Rat ...``), else None."""
    if match := _OPENING_DATE.match(text):
        return match["date"] if clock.parse(match["date"]) else None
    return None


def date_in_url(url: str) -> str | None:
    """Return the day in a URL (``/2025/12/02/``, ``-20251202``, ``/02-12-2025``) as ISO 8601, else None."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    if match := _URL_DATE.search(path):
        return f"{match[1]}-{int(match[3]):02}-{int(match[4]):02}"
    if match := _URL_DATE_REVERSED.search(path):
        return f"{match[4]}-{match[3]}-{match[1]}"
    return None
