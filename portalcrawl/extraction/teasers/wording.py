"""Wording of teasers and of what surrounds them, compiled from the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portalcrawl.text.counts import LETTER
from portalcrawl.vocabulary import Openings, either, either_word, words
from portalcrawl.vocabulary import date_words as dates

_LETTERS = re.compile(rf"{LETTER}+")
_LONGEST_UNIT = 4


def _parts(texts: Iterable[str]) -> frozenset[str]:
    """Return the runs of letters in *texts*, as ``line_forms`` splits words (``aujourd'hui``)."""
    return frozenset(part for text in texts for part in _LETTERS.findall(text))


MONTHS = _parts(dates.MONTHS)
DAYS = _parts(dates.DAY_WORDS)
DAY = re.compile(
    rf"(?!{either_word('dates.no_day')}){either_word('dates.today', 'dates.yesterday', 'dates.day_before_yesterday')}"
)
"""Words that are a date by themselves."""
AGO = _parts(dates.AGE_WORDS)
UNITS = _parts(dates.UNITS)


def _bare(*units: int) -> re.Pattern[str]:
    """Return the pattern of a number with an abbreviation of one of the *units*."""
    names = (word for word, unit in dates.UNITS.items() if unit in units and len(word) <= _LONGEST_UNIT)
    return re.compile(rf"\d{{1,2}} ?(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})\.?")


BARE_AGE = _bare(dates.HOUR, dates.DAY)
"""An age without a word that says so (``3h``)."""
BARE_MINUTES = _bare(dates.MINUTE)
"""The same in minutes, which may also be the time that it takes to read or hear."""
DATE_WORDS = (
    MONTHS
    | DAYS
    | AGO
    | UNITS
    | _parts(
        (
            *(*dates.KNOWN, *dates.NUMBERS, *dates.ZONES),
            *words("dates.ago_ahead", "dates.ago_lead", "dates.ago_behind"),
            *words("dates.about", "dates.half", "dates.and", "dates.clock", "dates.clock_or_hours"),
            *words("dates.am", "dates.pm", "dates.ordinals"),
            *words("dates.year_sign", "dates.month_sign", "dates.day_sign", "dates.hour_sign", "dates.minute_sign"),
        )
    )
)
"""All words in dates, times and ages."""
NOW = dates.NOW_WORDS

_MEDIA = words("labels.media", "labels.live", "labels.paid", "labels.others")
LABELS = _MEDIA | words("labels.phrases")
"""Marks on teasers: media, paywall, live."""
MARKED_PLUS = re.compile(r"[^\W\d_]{0,12}\s?\+|\+?plus\+?|[^\W\d_]{1,12}\s?plus\b")
"""The paywall mark of many portals (``+``, ``abo+``, ``s+``)."""

MORE_ANCHORS = words("calls.words")
"""Words of calls to read more, to share or to print; each call has at least one."""
MORE = MORE_ANCHORS | words("calls.others")
"""All words of such calls."""

READING_TIME = re.compile(
    rf"(?:{either('reading_time.names', 'reading_time.lengths')})\W*[\w.:, ]{{0,20}}"
    rf"|(?:ca\.?\s*)?\d{{1,3}}\s*[-–]?\s*(?:{either('reading_time.units')}|′|')\s*\.?\s*(?:{either('reading_time.behind')})?"
)
ADS = words("ads.words")
AD_PHRASES = words("ads.phrases")
"""Labels of advertisements that do not begin with such a word."""
GENRES = words("labels.genres")
"""Genres of articles."""

BLOCK_NAMES = (Openings("pointers.whole"), Openings("pointers.open", behind=r"\b.{0,40}"))
"""Introductions of other articles: the name of a list, or words before a single link."""
SERVICE_NAME = re.compile(
    rf"{either('services.names', 'ads.words', 'ads.phrases')}(?: {either('services.of')}|$|\s*[:&|])", re.IGNORECASE
)
"""Names of lists of other things than articles."""
TO_ARTICLE = re.compile(rf"{either('pointers.to_article')}\s*:?\s+", re.IGNORECASE)
"""Words in the label of a link before the name of the article."""

_COMMENTS = either("comments.words")
_COUNTER = "[\u3040-\u9fff\uac00-\ud7af]{0,2}"
"""Word behind a number in Chinese, Japanese and Korean."""
COUNT = re.compile(
    rf"[\[(]?\s*(\d{{1,3}}(?:[.,'’]\d{{3}})+|\d{{1,6}})\s*{_COUNTER}{either('comments.by')}?-?{_COMMENTS}\s*[\])]?",
    re.IGNORECASE,
)
COUNT_AFTER = re.compile(rf"{_COMMENTS}\s*[:(\[]?\s*(\d{{1,6}})\s*{_COUNTER}[\])]?", re.IGNORECASE)
_NONE = either("comments.none")
NO_COMMENTS = re.compile(rf"\[?(?:{_NONE}\s*{_COMMENTS}|{_COMMENTS}\s*{_NONE})\]?", re.IGNORECASE)

BYLINE = re.compile(
    rf"(?i:{either('bylines.openers', 'bylines.openers_with_colon', 'bylines.pictures')}(?::\s?|\s))(?=\W?[^\W\d_])"
)
NAME_PARTICLES = words("bylines.particles", "bylines.and", "bylines.here")
"""Words in lower case that may be part of names."""
BY = re.compile(
    rf"\b(?:{either('bylines.by')}(?=\s)|{either('bylines.openers', 'bylines.openers_with_colon')}\s?(?:[:：]|(?=\s)))",
    re.IGNORECASE,
)
"""Words before the name of an author."""
BESIDE_DAY = re.compile(
    r"\s*(?:,(?!\s(?:19|20)\d\d(?!\w|\s?[^\s\w,]\s?\d))|[|·•●–—()\[\]]|\s[-/]\s|(?<=[^\W\d_])\s?[:：]\s?(?=\d))\s*"
)
"""Marks between a day and a name, section or label: ``Ada Muster, 5. Dezember 2025``."""
BESIDE_DAY_AND_NAME = re.compile(
    rf"(?:{BESIDE_DAY.pattern}|\s*{BY.pattern}\s*|\s+{either('bylines.on')}\s+)", re.IGNORECASE
)
"""The same, and the words there: ``05.12.2025 von Ada Muster``, ``Von Ada Muster am 5. Dezember 2025``."""
