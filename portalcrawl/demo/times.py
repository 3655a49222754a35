"""Dates as the portal writes them, each with the time that it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from portalcrawl.demo.story_model import ZONE

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
Precision = Literal["minute", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A date text and the time a reader takes from it (portal's zone)."""

    text: str
    when: datetime
    precision: Precision


def long_date(when: datetime) -> str:
    """``02. Dezember 2025``"""
    return f"{when.day:02d}. {MONTHS[when.month - 1]} {when.year}"


def short_date(when: datetime) -> str:
    """``02.12.2025``"""
    return f"{when:%d.%m.%Y}"


def clock_time(when: datetime) -> str:
    """``18:15``"""
    return f"{when:%H:%M}"


def today(clock: datetime) -> str:
    """The line in the portal's head: ``Freitag, 5. Dezember 2025``"""
    return f"{WEEKDAYS[clock.weekday()]}, {clock.day}. {MONTHS[clock.month - 1]} {clock.year}"


def exact(when: datetime) -> Shown:
    """``05.12.2025, 14:03 Uhr``"""
    return Shown(f"{short_date(when)}, {clock_time(when)} Uhr", when, "minute")


def ago(when: datetime, clock: datetime) -> Shown:
    """The age as teasers show it: minutes, then whole hours for a day, then the day, then the date.

    ``vor 2 Stunden`` means the clock less two hours, to the second; a day means its midnight.
    """
    minutes = int(clock.timestamp() - when.timestamp()) // 60
    if minutes < 1 or minutes >= 7 * 24 * 60:
        return exact(when)
    if minutes < 60:
        return Shown(_count(minutes, "Minute", "Minuten"), _back(clock, minutes), "minute")
    if minutes < 24 * 60:
        hours = minutes // 60
        return Shown(_count(hours, "Stunde", "Stunden"), _back(clock, 60 * hours), "hour")
    day = when.replace(hour=0, minute=0, second=0)
    if (clock.astimezone(ZONE).date() - when.date()).days == 1:
        return Shown(f"gestern, {clock_time(when)} Uhr", when, "minute")
    return Shown(short_date(when), day, "day")


def _back(clock: datetime, minutes: int) -> datetime:
    return (clock.astimezone(UTC) - timedelta(minutes=minutes)).astimezone(ZONE)


def _count(number: int, one: str, many: str) -> str:
    return f"vor {number} {one if number == 1 else many}"
