"""Recognizes lines of teasers by their text alone: date, count, label, byline, "read more".

Every test is linear in the length of its text and cheap enough to run on each line of each card.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from portalcrawl.dates import looks_foreign
from portalcrawl.extraction.teasers import wording as known
from portalcrawl.text.counts import LETTER, word_count
from portalcrawl.vocabulary import either, words

Form = Literal["text", "date", "count", "label", "byline", "more", "reading_time", "number", "ad", "empty"]

TITLE_WORDS = 3
"""Fewest words of a title; a label or the name of a section has fewer."""
HEADLINE_WORDS = 4
"""Fewest words of a headline by its length alone."""
SNIPPET_WORDS = 5
"""Fewest words of a snippet by its length alone."""
_MAX_FORM = 80
_MAX_NAME = 60
_WORD = re.compile(rf"{LETTER}+|\d+")
_LETTER = re.compile(r"[^\W\d_]")
_YEAR_SIGNS, _MONTH_SIGNS = ("".join(sorted(words(f"dates.{unit}_sign"))) for unit in ("year", "month"))
_FULL_DAY = re.compile(
    rf"\b\d{{4}}\s?[-/.{_YEAR_SIGNS}]\s?\d{{1,2}}\s?[-/.{_MONTH_SIGNS}]\s?\d{{1,2}}"
    r"|\b\d{1,2}(?P<sign>[-/.])\s?\d{1,2}(?P=sign)\s?\d{4}\b"
)
_CALENDAR = re.compile(rf"{_FULL_DAY.pattern}|\b\d{{1,2}}\.\s?\d{{1,2}}\.|\b\d{{1,2}}/\d{{1,2}}/\d{{2}}\b")
_CLOCK = re.compile(r"\b(?:[01]?\d|2[0-3])[:.h][0-5]\d\b")
_BARE_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_CLOCK_AHEAD = re.compile(rf"((?:[01]?\d|2[0-3])[:.][0-5]\d(?i: {either('dates.clock')})?)(?:\s*[|:·–-])?\s+(?=\D)")
_PADDED = re.compile(r"[\[(](\d{2,5})[\])]")
_NUMBER = re.compile(r"\d{1,6}")
_DAY_AND_YEAR = re.compile(r"(?<!\d)\d{1,2}(?!\d)\D.*\b(?:19|20)\d\d\b|\b(?:19|20)\d\d\D.*(?<!\d)\d{1,2}(?!\d)")
_DAY_AHEAD = re.compile(r"([^|–—]{6,40}?)\s*(?:\s-|[|–—])\s+(?:(?:…|\.{3})\s*)?(?=\S)")
_LAST_DAY = 31
_LABEL_WORDS = 2
"""Most words before a day that say what it is, or name the author."""
_NAME_WORDS = 4
"""Most words of a name, and letters of its words in lower case."""
_LEAD_IN = re.compile(r"\W{0,3}([^:|►▶»→]{4,40}?)\s?[:|►▶»→]\s?(\S.{9,})$")
_MARKS = re.compile(r"\s[·|•●/–—-]\s|[·|•●]")
_CUT_MARK = r"(?:\[\s?(?:…|\.{3})\s?\]|\(\s?(?:…|\.{3})\s?\)|…|\.{3})"
_CUT = re.compile(rf"{_CUT_MARK}$")
_TAIL = re.compile(rf"(?P<cut>{_CUT_MARK})\s*(?:\((?P<count>\d{{1,5}})\))?(?P<rest>.{{0,60}})$")
"""What follows a snippet: ellipsis, count and date."""
MARKS = " ·|•●/–—-"
"""Separators between the parts of a line."""
FRAME = " :»›→←«‹-–|>"
"""Characters around the name of a list."""


def form_of(text: str) -> Form:
    """Return the form of *text* (one line, white space collapsed).

    >>> form_of("vor 12 Minuten"), form_of("[0 Kommentare]"), form_of("Weiterlesen"), form_of("Von Ada Muster")
    ('date', 'count', 'more', 'byline')
    """
    return _form_of(text) if len(text) <= _MAX_FORM else "text"


@lru_cache(maxsize=8192)
def _form_of(text: str) -> Form:
    lowered = text.lower()
    if lowered in known.LABELS or known.MARKED_PLUS.fullmatch(lowered):
        return "label"
    words = _WORD.findall(lowered)
    if _is_date(text, lowered, words):
        return "date"
    if comment_count(text) is not None:
        return "count"
    if not _LETTER.search(text):
        return "number" if _NUMBER.fullmatch(text) else "empty"
    if len(words) <= 3 and (words[0] in known.ADS or lowered.strip(" :*") in known.AD_PHRASES):
        return "ad"
    if _are_call(words):
        return "more"
    if known.READING_TIME.fullmatch(lowered):
        return "reading_time"
    return "byline" if is_byline(text) else "text"


def is_date(text: str) -> bool:
    """Return whether *text* is a date, a time or an age and nothing else; a bare ``19:00`` is.

    >>> is_date("Stand: 02.12.2025, 18:15 Uhr"), is_date("3 Minuten"), is_date("Dezember-Hilfe 2025 kommt")
    (True, False, False)
    """
    lowered = text.lower()
    return _is_date(text, lowered, _WORD.findall(lowered))


def _is_date(text: str, lowered: str, words: list[str]) -> bool:
    if known.NOW.fullmatch(lowered.strip(" .")):
        return True
    if not words or not all(word.isdigit() or word in known.DATE_WORDS for word in words):
        return any(map(str.isdigit, words)) and looks_foreign(lowered)
    return _has_date_anchor(text, lowered, words)


def _has_date_anchor(text: str, lowered: str, words: list[str]) -> bool:
    found = set(words)
    is_day = bool(found & known.DAYS and known.DAY.search(lowered))
    is_in_month = bool(found & known.MONTHS) and any(map(str.isdigit, words))
    is_age = bool(found & known.AGO and found & known.UNITS) or is_bare_age(lowered)
    return is_day or is_in_month or is_age or bool(_CALENDAR.search(text) or _CLOCK.search(text))


def has_full_day(text: str) -> bool:
    """Return whether *text*, a date, has a day with its year, or is an age.

    >>> has_full_day("5. Dezember 2025"), has_full_day("vor 3 Stunden"), has_full_day("Dezember 2025")
    (True, True, False)
    """
    lowered = text.lower()
    found = set(_WORD.findall(lowered))
    is_foreign = looks_foreign(lowered)
    is_age = not found.isdisjoint(known.UNITS) and (is_foreign or not found.isdisjoint(known.AGO))
    is_spelled = is_foreign or not found.isdisjoint(known.MONTHS)
    return is_age or bool(_FULL_DAY.search(text)) or (is_spelled and _DAY_AND_YEAR.search(text) is not None)


def split_row(text: str) -> list[tuple[Form, str]]:
    """Return day, count and reading time, with their forms, in a line that holds only them and names.

    >>> split_row("5. Dezember 2025, Ada Muster"), split_row("Posted by Ada Muster on 5 December 2025, 3 comments")
    ([('date', '5. Dezember 2025')], [('date', '5 December 2025'), ('count', '3 comments')])
    >>> split_row("Am 5. Dezember 2025 tagt der Rat wieder im alten Saal")
    []
    """
    if len(text) > _MAX_FORM or not any(map(str.isdigit, text)):
        return []
    by = known.BY.search(text) is not None
    parts = [part for part in (known.BESIDE_DAY_AND_NAME if by else known.BESIDE_DAY).split(text) if part]
    found: list[tuple[Form, str]] = []
    for part in parts:
        day = _day_in(part, _LABEL_WORDS * by)
        form = form_of(part)
        if day or form in ("count", "reading_time"):
            found.append(("date", day) if day else (form, part))
        elif form == "text" and not _can_be_name(part.split()):
            return []
    return found


def _can_be_name(words: list[str]) -> bool:
    """Return whether *words* may be a name: few, and only short ones begin in lower case (``de``, ``dans``)."""
    return word_count(" ".join(words)) <= _NAME_WORDS and all(
        len(word) <= _NAME_WORDS or not word[0].islower() for word in words
    )


def _day_in(part: str, labels: int) -> str | None:
    """Return the full day in *part*, which may also have up to *labels* words before it, and a section behind it."""
    words = part.split()
    for first in range(min(len(words), labels + 1)):
        for last in range(len(words), max(first, len(words) - _NAME_WORDS), -1):
            day = " ".join(words[first:last])
            if is_date(day) and has_full_day(day):
                return day if _can_be_name(words[last:]) else None
    return None


def split_day(text: str) -> tuple[str | None, str]:
    """Return the full date before a snippet and the snippet; None without one.

    >>> split_day("05.12.2025 – Der Rat tagt heute wieder")
    ('05.12.2025', 'Der Rat tagt heute wieder')
    """
    match = _DAY_AHEAD.match(text)
    is_day = match is not None and is_date(match[1]) and has_full_day(match[1])
    return (match[1], text[match.end() :]) if match and is_day else (None, text)


def is_parted_day(number: str, other: str) -> bool:
    """Return whether a *number* beside *other* is the day beside the name of a month, or the year of such a day.

    >>> is_parted_day("03", "Nov"), is_parted_day("2025", "03 Nov"), is_parted_day("12", "3. November")
    (True, True, False)
    """
    is_year = len(number) == len("2025") and not re.search(r"\d{4}", other)
    is_day = int(number) <= _LAST_DAY and not any(map(str.isdigit, other))
    return (is_day or (is_year and is_date(other))) and len(other.split()) <= 2 and is_date(f"{number} {other}")


def is_byline(text: str) -> bool:
    """Return whether *text* consists of the names of its authors.

    >>> is_byline("Von Ada Muster und Jo Beispiel"), is_byline("Von Basel bis Wien: Züge fallen aus")
    (True, False)
    """
    match = known.BYLINE.match(text)
    if not match:
        return False
    names = _WORD.findall(text[match.end() :])
    if (
        match[0].rstrip()[-1] == ":"
        and len(names) <= _NAME_WORDS
        and text[match.end() :].upper() == text[match.end() :]
    ):
        return bool(names)  # in a script without capitals
    return 1 <= len(names) <= 10 and all(name[0].isupper() or name in known.NAME_PARTICLES for name in names)


def is_call(lowered: str) -> bool:
    """Return whether *lowered* is a call to action: to read more, to share or to print.

    >>> is_call("artikel teilen"), is_call("mehr geld für den hafen")
    (True, False)
    """
    return len(lowered) <= _MAX_FORM and _are_call(_WORD.findall(lowered))


def _are_call(words: list[str]) -> bool:
    return not known.MORE_ANCHORS.isdisjoint(words) and known.MORE.issuperset(words)


def is_genre(text: str) -> bool:
    """Return whether *text* is the genre of an article (``Kommentar``), not its topic."""
    return text.lower().strip(" :") in known.GENRES


def is_block_name(text: str) -> bool:
    """Return whether *text* introduces other articles: the name of a list, or words before a single link.

    >>> is_block_name("Das könnte Sie auch interessieren"), is_block_name("Mehr Geld")
    (True, False)
    """
    name = text.strip(FRAME).lower() if len(text) <= _MAX_NAME and text[-1:] != "." else ""
    return any(names.are(name) for names in known.BLOCK_NAMES)


def is_service_name(text: str) -> bool:
    """Return whether *text* names a list of other things than articles: topics, jobs, events, products."""
    return len(text) <= _MAX_NAME and bool(known.SERVICE_NAME.match(text))


def is_bare_clock(text: str) -> bool:
    """Return whether *text* is just ``19:00``: a time of day, or the length of a video."""
    return bool(_BARE_CLOCK.fullmatch(text))


def is_bare_age(text: str) -> bool:
    """Return whether *text* is just an age in hours or days, without a word that says so (``3h``)."""
    return bool(known.BARE_AGE.fullmatch(text.lower()))


def is_bare_minutes(text: str) -> bool:
    """Return whether *text* is just a number of minutes: an age, or the time to read or hear something."""
    return bool(known.BARE_MINUTES.fullmatch(text.lower()))


def comment_count(text: str) -> int | None:
    """Return the number of comments that *text* states, else None.

    >>> comment_count("(04)"), comment_count("[1 Kommentar]"), comment_count("Keine Kommentare"), comment_count("2025")
    (4, 1, 0, None)
    """
    text = text.strip(FRAME)
    for pattern in (known.COUNT, known.COUNT_AFTER, _PADDED):
        if match := pattern.fullmatch(text):
            return int(re.sub(r"\D", "", match[1]))
    return 0 if known.NO_COMMENTS.fullmatch(text) else None


def split_marks(text: str) -> list[str]:
    """Return the parts of a line between its separators.

    >>> split_marks("vor 2 Stunden · 3 Kommentare | Von Ada Muster")
    ['vor 2 Stunden', '3 Kommentare', 'Von Ada Muster']
    """
    return [part.strip() for part in _MARKS.split(text) if part.strip()] if len(text) <= 120 else [text]


def split_clock(text: str) -> tuple[str | None, str]:
    """Return the time at the beginning of a ticker line, None without one, and the rest.

    >>> split_clock("18:52 Neuer Fahrplan gilt ab Montag")
    ('18:52', 'Neuer Fahrplan gilt ab Montag')
    """
    match = _CLOCK_AHEAD.match(text)
    return (match[1], text[match.end() :]) if match else (None, text)


def split_lead_in(text: str) -> tuple[str | None, str]:
    """Return the words that introduce another article, None without them, and the headline after them.

    >>> split_lead_in("Leggi anche: Il mercato chiude"), split_lead_in("Mehr Geld: Was der Rat plant")
    (('Leggi anche', 'Il mercato chiude'), (None, 'Mehr Geld: Was der Rat plant'))
    """
    match = _LEAD_IN.match(text)
    return (match[1], match[2]) if match and is_block_name(match[1]) else (None, text)


def is_cut(text: str) -> bool:
    """Return whether *text* is a truncated snippet, with or without a count or a date after the ellipsis.

    >>> is_cut("Der Rat tagt […] (00) vor 2 Stunden"), is_cut("Er sagte: Nun ... wir werden sehen")
    (True, False)
    """
    return _tail(text) is not None


def split_tail(text: str) -> tuple[str, int | None, str | None]:
    """Return a snippet with its ellipsis, and the count and the date after it, None if absent.

    >>> split_tail("Der Rat tagt […] (00) vor 2 Stunden"), split_tail("Bericht (2025)")
    (('Der Rat tagt […]', 0, 'vor 2 Stunden'), ('Bericht (2025)', None, None))
    """
    match = _tail(text)
    if match is None:
        return text, None, None
    count = int(match["count"]) if match["count"] else None
    return text[: match.end("cut")], count, match["rest"].strip() or None


def _tail(text: str) -> re.Match[str] | None:
    match = _TAIL.search(text)
    rest = match["rest"].strip() if match else ""
    return match if not rest or is_date(rest) else None


def split_cut(text: str) -> tuple[str, bool]:
    """Return a snippet without its ellipsis, and whether it had one.

    >>> split_cut("Der Rat tagt […]")
    ('Der Rat tagt', True)
    """
    match = _CUT.search(text)
    return (text[: match.start()].rstrip(), True) if match else (text, False)
