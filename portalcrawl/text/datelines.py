"""Place and agency at the beginning of a news text: ``Los Angeles (dpa) - Beben in Hollywood ...``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from portalcrawl.text.normalize import clean
from portalcrawl.vocabulary import either, table, words
from portalcrawl.vocabulary.date_words import WEEKDAYS

AGENCIES: dict[str, list[str]] = table("agencies")["agencies"]
"""Usual short form of each news agency -> its other names."""

_NAMES = {alias.casefold(): short for short, aliases in AGENCIES.items() for alias in (short, *aliases)}
_SUFFIX = re.compile(rf"[/-](?:{'|'.join(table('agencies')['services'].split())})$", re.IGNORECASE)
"""Regional and thematic services of dpa: ``dpa/lby``, ``dpa-tmn``."""

_PLACE_WORD = r"[A-ZÄÖÜÀ-ÞĀ-Ž][\w.'’ßẞ-]{0,30}"
_PLACE = rf"{_PLACE_WORD}(?:(?:[ ]?/[ ]?|[ ](?:{either('datelines.small')}[ ]){{0,2}}){_PLACE_WORD}){{0,4}}"
_DATE = rf"(?:,?[ ](?:{either('datelines.before_date')}[ ])?[\w.]{{1,12}}(?:,?[ .][\w.]{{1,10}}){{0,2}})?"
_DASH = r"[ ]*(?:[-–—−]|--)[ ]+"
_WITH_AGENCY = re.compile(
    rf"(?P<place>{_PLACE})?{_DATE},?[ ]*[(\[](?P<agency>[^()\[\]]{{2,40}})[)\]]"
    rf"[ ]?(?:{_DASH}|[.:][ ]+|(?=[A-ZÄÖÜ„\"«»]))"
)
_AGENCY_FIRST = re.compile(
    rf"[(\[](?P<agency>[^()\[\]]{{2,40}})[)\]][ ]?[(\[][ ]?(?P<place>{_PLACE})(?:,[^()\[\]]{{1,20}})?[)\]]"
)
"""``(lifePR) (Karlsruhe, 05.12.2025) Der Text``."""
_PLACE_ONLY = re.compile(rf"(?P<place>{_PLACE})[ ][-–—][ ](?=[A-ZÄÖÜÀ-Þ0-9„\"'»«“‚])")
_NO_PLACES = words("datelines.no_places") | frozenset(WEEKDAYS)
_BETWEEN = re.compile(rf"[/,;]|\b{either('bylines.and')}\b")
_LONGEST_PLACE = 50
_LONGEST_DATELINE = 120
_SHORTEST_TEXT = 25


@dataclass(frozen=True, slots=True)
class Dateline:
    """Place and agency at the beginning of a text; None if absent."""

    place: str | None = None
    agency: str | None = None


NO_DATELINE = Dateline()


def agency_name(name: str, extra_agencies: Iterable[str] = ()) -> str | None:
    """Return the usual short form of the agency *name*; None if the agency is unknown.

    >>> agency_name("dts Nachrichtenagentur")
    'dts'
    >>> agency_name("DPA/lby")
    'dpa'
    """
    key = clean(name).strip(" .,;:()[]©").casefold()
    for known in (key, _SUFFIX.sub("", key)):
        if short := _NAMES.get(known):
            return short
        if short := next((extra for extra in extra_agencies if extra.casefold() == known), None):
            return short
    return None


def read_dateline(text: str, extra_agencies: Iterable[str] = ()) -> Dateline:
    """Return the place and agency that *text* begins with.

    >>> read_dateline("Karlsruhe, 05.12.2025 (lifePR) - Vorweihnachtliche Überraschung im Klinikum.")
    Dateline(place='Karlsruhe', agency='lifePR')
    >>> read_dateline("Berlin - In zahlreichen Städten sind am Freitag Leute unterwegs.")
    Dateline(place='Berlin', agency=None)
    """
    head = clean(text[:400])
    if match := _WITH_AGENCY.match(head) or _AGENCY_FIRST.match(head):
        agency = _one_agency(match["agency"], tuple(extra_agencies))
        if agency:
            return Dateline(match["place"], agency)
    match = _PLACE_ONLY.match(head)
    if match and _is_place(match["place"]) and len(head) - match.end() >= _SHORTEST_TEXT:
        return Dateline(match["place"], None)
    return NO_DATELINE


def is_dateline(text: str) -> bool:
    """Return whether *text* is a dateline only, i.e. the text after it is in the next paragraph.

    >>> is_dateline("Altenfurt (ots) -"), is_dateline("Altenfurt (ots) - Der Rat tagt.")
    (True, False)
    """
    match = _WITH_AGENCY.fullmatch(f"{text} ") if len(text) <= _LONGEST_DATELINE else None
    return match is not None and _one_agency(match["agency"], ()) is not None


def _one_agency(names: str, extra_agencies: tuple[str, ...]) -> str | None:
    """Return the first known agency of ``AFP/dpa`` or ``dpa, Reuters``."""
    whole = agency_name(names, extra_agencies)
    if whole:
        return whole
    parts = (agency_name(part, extra_agencies) for part in _BETWEEN.split(names))
    return next((name for name in parts if name), None)


def _is_place(place: str) -> bool:
    words = place.casefold().replace("/", " ").split()
    return len(place) <= _LONGEST_PLACE and not any(word in _NO_PLACES for word in words)
