"""Whole texts and lines: which of its parts date it, and whether the rest of it is nothing but a date's words."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from portalcrawl.dates.common_form import read_usual
from portalcrawl.dates.date_reading import DateReading
from portalcrawl.dates.dateparser_fallback import read_foreign
from portalcrawl.dates.machine_formats import read_machine
from portalcrawl.dates.moments import (
    MARKS,
    WORD,
    Moment,
    ages_ago_in,
    day_words_in,
    days_in,
    now_in,
    weekdays_in,
)
from portalcrawl.text.normalize import clean
from portalcrawl.vocabulary import either
from portalcrawl.vocabulary.date_words import AGE_WORDS, DAY_WORDS, KNOWN, LABELS, MODIFIED, WEEKDAYS

LONGEST_TEXT = 200
"""Characters; a longer text is no date."""
LONGEST_LINE = 400
"""Characters of a line that are looked at."""

_BREAK = re.compile(r"[|·•‧∙⋅●]")
_PHRASE_END = re.compile(rf"[,:;()\[\]|·•‧∙⋅●]|\s[-–—/]\s|\b{either('bylines.by')}\b")
_GLUED = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|(?<=(?:19|20)\d\d)(?=\d\d?:\d\d)")
_DIGIT = re.compile(r"\d")
_LONGEST_NOW = 8
"""Words of a text that may say "just now"."""
_LONGEST_NAME = 4
"""Words of an author's name."""
_MOST_WORDS = 8
"""Words beside the date in a line that is more than running prose."""


def parse_date(text: str, *, now: datetime, zone: tzinfo) -> DateReading | None:
    """Read the date that *text* as a whole is, with whatever labels, weekday and time stand around it.

    *now* (aware) is when the page was fetched: ages (``vor 2 Stunden``), ``gestern`` and days without a year count
    from it. Times without a zone are local times in *zone*. Of several dates in one text the one of publication
    counts, else the first. Text of another kind after a separator (``· Quelle: X``) is let be; any other word makes
    it no date: None, as for impossible dates, years before 1990 or after the next, and times without a day.

    >>> from zoneinfo import ZoneInfo
    >>> now = datetime.fromisoformat("2025-12-05T20:00:00+01:00")
    >>> parse_date("Stand: 02.12.2025, 18:15 Uhr", now=now, zone=ZoneInfo("Europe/Berlin")).when.isoformat()
    '2025-12-02T18:15:00+01:00'
    """
    text = text.strip()
    if not 2 < len(text) <= LONGEST_TEXT:
        return None
    reading = read_machine(text, now, zone)
    if reading is not None:
        return reading
    text = _on_one_line(text)
    line = text.lower().replace("’", "'")
    reading = read_usual(text, line, now, zone)
    if reading is not None:
        return reading
    found = _whole(line, now, zone)
    if not found and _GLUED.search(text):
        found = _whole(_GLUED.sub(" ", text).lower(), now, zone)
    if not found:
        return read_foreign(text, now, zone)
    best = _published(found)
    return DateReading(best.when, best.precision, text, best.role)


def _published(found: list[Moment]) -> Moment:
    """Return the first moment of publication, else the first."""
    if len(found) == 1:
        return found[0]
    return next((one for one in found if one.role == "published"), found[0])


def _on_one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if line.isprintable() else clean(line)


def _whole(line: str, now: datetime, zone: tzinfo) -> list[Moment]:
    """Read the moments in *line* if it holds nothing but words that stand beside dates."""
    words = WORD.findall(line)
    for applies, way in (
        (not AGE_WORDS.isdisjoint(words), ages_ago_in),
        (not DAY_WORDS.keys().isdisjoint(words), day_words_in),
        (_DIGIT.search(line), days_in),
        (not WEEKDAYS.keys().isdisjoint(words), weekdays_in),
        (len(words) <= _LONGEST_NOW, now_in),
    ):
        found = way(line, now, zone) if applies else []
        if found and not _other_words(line, found):
            return found
    return []


def find_date(text: str, *, now: datetime, zone: tzinfo) -> DateReading | None:
    """Read the date that stands somewhere in a longer visible line, such as a byline; None for running prose.

    A line that :func:`parse_date` reads is read so. Else a full date (with its year) must stand between
    punctuation, with only its own words around it (``Karlsruhe, 05.12.2025 (lifePR)``), or beside a name
    (``Von Erika Muster am 2.12.2025``, ``2. Dez. 2025 Erika Muster``). ``raw`` is the piece that it was read from.
    """
    line = clean(text[: 2 * LONGEST_LINE])[:LONGEST_LINE]
    reading = parse_date(line, now=now, zone=zone)
    if reading is not None or not _DIGIT.search(line):
        return reading
    lower = line.lower()
    if len(lower) != len(line) or len(WORD.findall(line)) > _MOST_WORDS + 8:
        return None
    found = days_in(lower, now, zone, full_only=True)
    if not found or not _stands_alone(line, lower, found[0]) or len(_other_words(lower, found)) > _MOST_WORDS:
        return None
    best = _published(found)
    return DateReading(best.when, best.precision, line[best.start : best.end].strip(" ,"), best.role)


def find_change(text: str, *, now: datetime, zone: tzinfo) -> DateReading | None:
    """Read when something was changed in a line that tells first when it was published.

    >>> from datetime import UTC
    >>> now = datetime.fromisoformat("2025-12-05T20:00:00+00:00")
    >>> find_change("Publié le 3.12.2025, mis à jour le 4.12.2025", now=now, zone=UTC).when.isoformat()
    '2025-12-04T00:00:00+00:00'
    """
    line = clean(text[: 2 * LONGEST_LINE])[:LONGEST_LINE]
    lower = line.lower()
    if len(lower) != len(line) or MODIFIED.isdisjoint(WORD.findall(lower)):
        return None
    found = days_in(lower, now, zone, full_only=True)
    change = next((one for one in found[1:] if one.role == "modified"), None)
    return change and DateReading(
        change.when, change.precision, line[change.start : change.end].strip(" ,"), change.role
    )


def _stands_alone(line: str, lower: str, one: Moment) -> bool:
    """Tell whether the phrase around a date, from punctuation to punctuation, is only the date or a byline."""
    starts = list(_PHRASE_END.finditer(lower, 0, one.start))
    end = _PHRASE_END.search(lower, one.end)
    start = starts[-1] if starts else None
    if start and start[0] == ":" and LABELS.isdisjoint(WORD.findall(lower[: start.start()])[-3:]):
        return False
    before = WORD.findall(line[start.end() if start else 0 : one.start])
    after = WORD.findall(line[one.end : end.start() if end else len(line)])
    if start is not None and start[0].isalpha():  # "von Erika Muster am"
        return len(before) <= _LONGEST_NAME + 1 and _are_known(after)
    if _are_known(before):
        return _are_known(after) or (start is None and _is_name(after))
    return one.precision == "minute" and not after and _is_name(before)


def _are_known(words: list[str]) -> bool:
    return KNOWN.issuperset(map(str.lower, words))


def _is_name(words: list[str]) -> bool:
    return 2 <= len(words) <= _LONGEST_NAME and all(word[0].isupper() for word in words)


def _piece(line: str, position: int) -> tuple[int, int]:
    """Return start and end of the part between separators that holds *position*."""
    start = 0
    for match in _BREAK.finditer(line):
        if match.start() >= position:
            return start, match.start()
        start = match.end()
    return start, len(line)


def _other_words(line: str, found: list[Moment]) -> list[str]:
    """Return the words beside the moments *found*, in the same parts of *line*, that say more than a date does."""
    if found[0].start == 0 and found[0].end == len(line):
        return []
    position = _piece(line, found[0].start)[0]
    rest = []
    for one in found:
        rest.append(line[position : one.start])
        position = one.end
    rest.append(line[position : max(_piece(line, found[-1].start)[1], position)])
    words = " ".join(rest).strip(MARKS)
    return [word for word in WORD.findall(words) if word not in KNOWN] if words else []
