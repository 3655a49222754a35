"""Parse the date that is a whole text, or part of a line."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from functools import partial

from portalcrawl.dates.date_reading import DateReading
from portalcrawl.dates.dateparser_fallback import read_foreign
from portalcrawl.dates.fixed_formats import read_common_format, read_machine_format
from portalcrawl.dates.moments import (
    PUNCTUATION,
    WORD,
    Moment,
    age_in,
    days_in,
    past_in,
    present_in,
    relative_days_in,
    weekdays_in,
)
from portalcrawl.text.normalize import clean
from portalcrawl.vocabulary import either
from portalcrawl.vocabulary.date_words import AGE_WORDS, DAY_SIGNS, KNOWN, LABELS, MODIFIED, WEEKDAYS

LONGEST_TEXT = 200
"""Characters; longer texts are not dates."""
LONGEST_LINE = 400
"""Characters of a line that are read."""

_SEPARATOR = re.compile(r"[|·•‧∙⋅●]")
_PHRASE_END = re.compile(rf"[,:;()\[\]，：；（）【】|·•‧∙⋅●]|\s[-–—/]\s|\b{either('bylines.by')}\b")
_MISSING_SPACE = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|(?<=(?:19|20)\d\d)(?=\d\d?:\d\d)|(?<=[^\W\d_]:)(?=\d)")
_DIGIT = re.compile(r"\d")
_LONGEST_PRESENT = 8
"""Most words of a text that may mean "just now"."""
_LONGEST_NAME = 4
"""Most words of an author's name."""
_MOST_WORDS = 8
"""Most words next to the date in a line that is not running prose."""


def parse_date(text: str, *, now: datetime, zone: tzinfo, month_first: bool = False) -> DateReading | None:
    """Return the date in *text*, which may have labels, a weekday and a time of day too; None if it is not a date.

    *now* (aware) is when the page was fetched: ages (``vor 2 Stunden``), ``gestern`` and days without a year are
    relative to it. Times without a zone are local times in *zone*. If that is UTC, i.e. unknown, *month_first* says
    that 2/12/2025 is 12 February. Of several dates, the first date of publication is returned, else the first. Text
    after a separator (``· Quelle: X``) is ignored. *text* is not a date if it has any other word, an impossible day, a
    year before 1990 or after the next one, or only a time of day.

    >>> from zoneinfo import ZoneInfo
    >>> now = datetime.fromisoformat("2025-12-05T20:00:00+01:00")
    >>> parse_date("Stand: 02.12.2025, 18:15 Uhr", now=now, zone=ZoneInfo("Europe/Berlin")).when.isoformat()
    '2025-12-02T18:15:00+01:00'
    """
    text = text.strip()
    if not 2 < len(text) <= LONGEST_TEXT:
        return None
    reading = read_machine_format(text, now, zone)
    if reading is not None:
        return reading
    text = _on_one_line(text)
    line = text.lower().replace("’", "'")
    reading = read_common_format(text, line, now, zone)
    if reading is not None:
        return reading
    found = _moments(line, now, zone, month_first)
    if not found and _MISSING_SPACE.search(text):
        found = _moments(_MISSING_SPACE.sub(" ", text).lower(), now, zone, month_first)
    if not found:
        return read_foreign(text, now, zone)
    best = _published(found)
    return DateReading(best.when, best.precision, text, best.role, best.zoned)


def _published(found: list[Moment]) -> Moment:
    """Return the first moment of publication, else the first."""
    return next((moment for moment in found if moment.role == "published"), found[0])


def _on_one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if line.isprintable() else clean(line)


def _moments(line: str, now: datetime, zone: tzinfo, month_first: bool) -> list[Moment]:
    """Return the moments in *line* (lower case) if its other words all belong to dates, else an empty list."""
    words = WORD.findall(line)
    for applies, read in (
        (not AGE_WORDS.isdisjoint(words), past_in),
        (not DAY_SIGNS.isdisjoint(words), relative_days_in),
        (_DIGIT.search(line), partial(days_in, month_first=month_first)),
        (not WEEKDAYS.keys().isdisjoint(words), weekdays_in),
        (len(words) <= _LONGEST_PRESENT, present_in),
    ):
        found = read(line, now, zone) if applies else []
        if found and not _other_words(line, found):
            return found
    return []


def parse_age(text: str, *, now: datetime, zone: tzinfo) -> DateReading | None:
    """Return the time that *text*, which is only an amount of time (``3h``), was before *now*; None if it is none."""
    found = age_in(text.strip().lower(), now, zone)
    return DateReading(found.when, found.precision, text, found.role, found.zoned) if found else None


def find_date(text: str, *, now: datetime, zone: tzinfo, month_first: bool = False) -> DateReading | None:
    """Return the date in a visible line, such as a byline; None for running prose. For the rest see :func:`parse_date`.

    If the whole line is not a date, it must contain a full date (with a year): between punctuation without other words
    (``Karlsruhe, 05.12.2025 (lifePR)``), or next to a name (``Von Erika Muster am 2.12.2025``, ``2. Dez. 2025 Erika
    Muster``). ``raw`` is then the part of the line with the date.
    """
    line = clean(text[: 2 * LONGEST_LINE])[:LONGEST_LINE]
    reading = parse_date(line, now=now, zone=zone, month_first=month_first)
    if reading is not None or not _DIGIT.search(line):
        return reading
    lower = line.lower()
    if len(lower) != len(line) or len(WORD.findall(line)) > _MOST_WORDS + 8:
        return None
    found = days_in(lower, now, zone, month_first=month_first, with_year=True)
    if not found or not _stands_alone(line, lower, found[0]) or len(_other_words(lower, found)) > _MOST_WORDS:
        return None
    return _reading(_published(found), line)


def find_change(text: str, *, now: datetime, zone: tzinfo, month_first: bool = False) -> DateReading | None:
    """Return the date of change in a line that has a date of publication too; None without either.

    >>> from datetime import UTC
    >>> now = datetime.fromisoformat("2025-12-05T20:00:00+00:00")
    >>> find_change("Publié le 3.12.2025, mis à jour le 4.12.2025", now=now, zone=UTC).when.isoformat()
    '2025-12-04T00:00:00+00:00'
    """
    line = clean(text[: 2 * LONGEST_LINE])[:LONGEST_LINE]
    lower = line.lower()
    if len(lower) != len(line) or MODIFIED.isdisjoint(WORD.findall(lower)):
        return None
    found = days_in(lower, now, zone, month_first=month_first, with_year=True)
    change = next((moment for moment in found if moment.role == "modified"), None)
    return _reading(change, line) if change and {moment.role for moment in found} == {"published", "modified"} else None


def _reading(moment: Moment, line: str) -> DateReading:
    return DateReading(
        moment.when, moment.precision, line[moment.start : moment.end].strip(" ,"), moment.role, moment.zoned
    )


def _stands_alone(line: str, lower: str, moment: Moment) -> bool:
    """Return whether the phrase around a date, from punctuation to punctuation, is only the date or a byline."""
    starts = list(_PHRASE_END.finditer(lower, 0, moment.start))
    end = _PHRASE_END.search(lower, moment.end)
    start = starts[-1] if starts else None
    if start and start[0] == ":" and LABELS.isdisjoint(WORD.findall(lower[: start.start()])[-3:]):
        return False
    before = WORD.findall(line[start.end() if start else 0 : moment.start])
    after = WORD.findall(line[moment.end : end.start() if end else len(line)])
    if start is not None and start[0].isalpha():  # "von Erika Muster am"
        return len(before) <= _LONGEST_NAME + 1 and _are_known(after)
    if _are_known(before):
        return _are_known(after) or (start is None and _is_name(after))
    unknown = [word for word in before if word.lower() not in KNOWN]  # "Erika Muster, published on"
    return moment.precision == "minute" and not after and (_is_name(unknown) or _are_caseless(unknown))


def _are_known(words: list[str]) -> bool:
    return KNOWN.issuperset(map(str.lower, words))


def _is_name(words: list[str]) -> bool:
    return 2 <= len(words) <= _LONGEST_NAME and all(word[0].isupper() for word in words)


def _are_caseless(words: list[str]) -> bool:
    """Return whether *words* are few, and in a script without capitals: together with a time they can be a name."""
    return 1 <= len(words) <= _LONGEST_NAME and not any(word[0].islower() or word[0].isupper() for word in words)


def _other_words(line: str, found: list[Moment]) -> list[str]:
    """Return the words between the separators around the moments *found* that do not belong to dates."""
    if found[0].start == 0 and found[0].end == len(line):
        return []
    position = _part(line, found[0].start)[0]
    rest = []
    for moment in found:
        rest.append(line[position : moment.start])
        position = moment.end
    rest.append(line[position : max(_part(line, found[-1].start)[1], position)])
    words = " ".join(rest).strip(PUNCTUATION)
    return [word for word in WORD.findall(words) if word not in KNOWN] if words else []


def _part(line: str, position: int) -> tuple[int, int]:
    """Return start and end of the part of *line*, from separator to separator, that contains *position*."""
    start = 0
    for match in _SEPARATOR.finditer(line):
        if match.start() >= position:
            return start, match.start()
        start = match.end()
    return start, len(line)
