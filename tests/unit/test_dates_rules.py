"""Dates: time zones and clock changes, and properties for any text."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html
from support.shared import SHARED

from portalcrawl.dates import find_date, parse_date
from portalcrawl.dates.date_parsing import LONGEST_TEXT
from portalcrawl.dates.fixed_formats import read_common_format
from portalcrawl.dates.moments import days_in
from portalcrawl.dates.resolve import local_time

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2025, 12, 5, 19, 3, 27, tzinfo=UTC)
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC", "America/Sao_Paulo"]
).map(ZoneInfo)


def iso(text: str, zone: str) -> str:
    reading = parse_date(text, now=NOW, zone=ZoneInfo(zone))
    return reading.when.isoformat() if reading else "nothing"


def test_the_first_of_two_moments_counts_when_clocks_go_back() -> None:
    assert iso("26.10.2025, 02:30 Uhr", "Europe/Berlin") == "2025-10-26T02:30:00+02:00"
    assert iso("2025-10-26T02:30", "Europe/Berlin") == "2025-10-26T02:30:00+02:00"
    assert iso("Oct 26, 2025, 2:30 AM CET", "Europe/Berlin") == "2025-10-26T02:30:00+01:00"


def test_a_time_that_does_not_exist_comes_later_by_the_gap() -> None:
    assert iso("30.03.2025, 02:30 Uhr", "Europe/Berlin") == "2025-03-30T03:30:00+02:00"
    assert iso("2025-03-30T02:00", "Europe/Berlin") == "2025-03-30T03:00:00+02:00"
    assert iso("Stand: 30.3.2025, 2.59 Uhr", "Europe/Berlin") == "2025-03-30T03:59:00+02:00"


def test_ages_run_over_clock_changes_in_real_hours() -> None:
    now = datetime(2025, 10, 26, 8, 0, tzinfo=BERLIN)
    reading = parse_date("vor 7 Stunden", now=now, zone=BERLIN)
    assert reading is not None
    assert reading.when.isoformat() == "2025-10-26T02:00:00+02:00"


@pytest.mark.parametrize(
    ("text", "zone", "result"),
    [
        ("2025-12-02T17:15:00Z", "Europe/Berlin", "2025-12-02T18:15:00+01:00"),
        ("2025-12-02T12:15:00-05:00", "Europe/Berlin", "2025-12-02T18:15:00+01:00"),
        ("2025-12-02T12:15:00-05:00", "UTC", "2025-12-02T12:15:00-05:00"),
        ("2025-12-02T12:15:00", "UTC", "2025-12-02T12:15:00+00:00"),
        ("Dec. 2, 2025 at 6:15 p.m. ET", "UTC", "2025-12-02T18:15:00-05:00"),
        ("Jul. 2, 2025 at 6:15 p.m. ET", "America/New_York", "2025-07-02T18:15:00-04:00"),
        ("02.12.2025, 18:15 Uhr", "Asia/Kolkata", "2025-12-02T18:15:00+05:30"),
        ("12/2/2025", "America/New_York", "2025-12-02T00:00:00-05:00"),
        ("12/2/2025", "Europe/London", "2025-02-12T00:00:00+00:00"),
        ("12/2/2025 6:15 PM", "UTC", "2025-12-02T18:15:00+00:00"),
        ("12/2/2025 6:15 p.m.", "UTC", "2025-12-02T18:15:00+00:00"),
        ("12/2/2025 18:15", "UTC", "2025-02-12T18:15:00+00:00"),
        ("13/2/2025", "America/New_York", "2025-02-13T00:00:00-05:00"),
        ("2/13/2025", "Europe/London", "2025-02-13T00:00:00+00:00"),
        ("heute", "Pacific/Auckland", "2025-12-06T00:00:00+13:00"),
    ],
)
def test_zones(text: str, zone: str, result: str) -> None:
    assert iso(text, zone) == result


MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober"]
MONTHS += ["November", "Dezember"]
FORMS: dict[str, Callable[[datetime], str]] = {
    "numbers": lambda t: f"{t:%d.%m.%Y, %H:%M} Uhr",
    "short": lambda t: f"{t.day}.{t.month}.{t:%y %H:%M}",
    "words": lambda t: f"{t.day}. {MONTHS[t.month - 1]} {t.year}, {t:%H:%M} Uhr",
    "label": lambda t: f"Stand: {t:%d.%m.%Y} um {t:%H.%M} Uhr",
    "seed line": lambda t: f"{t.day:02}. {MONTHS[t.month - 1]} {t.year}, {t:%H:%M} Uhr · Quelle: Beispielblatt",
    "seed byline": lambda t: f"[Beispielblatt] · {t:%d.%m.%Y · %H:%M} Uhr",
    "slashes": lambda t: f"{t:%d/%m/%Y - %H:%M}",
    "american": lambda t: f"{t:%B} {t.day}, {t.year} at {t:%I:%M %p}",
    "british": lambda t: f"{t.day} {t:%b %Y, %I:%M%p}",
    "iso": lambda t: f"{t:%Y-%m-%dT%H:%M:%S}",
    "basic": lambda t: f"{t:%Y%m%dT%H%M%S}",
    "space": lambda t: f"{t:%Y-%m-%d %H:%M}",
    "asctime": lambda t: f"{t:%a %b %e %H:%M:%S %Y}",
}
YEARS = (datetime(1990, 1, 1), datetime(2025, 12, 5))  # noqa: DTZ001
TIMES = st.datetimes(*YEARS).map(lambda t: t.replace(second=0, microsecond=0, fold=0))


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None)
@given(wall=TIMES, name=st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata"]))
def test_round_trip(form: str, wall: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    reading = parse_date(FORMS[form](wall), now=NOW, zone=zone)
    assert reading is not None
    assert reading.when == local_time(wall, zone)
    assert reading.precision == "minute"


@settings(deadline=None)
@given(TIMES, st.integers(-14 * 60, 14 * 60), ZONES)
def test_round_trip_with_offsets(wall: datetime, minutes: int, zone: ZoneInfo) -> None:
    moment = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    for text in (moment.isoformat(), f"{moment:%a, %d %b %Y %H:%M:%S %z}"):
        reading = parse_date(text, now=NOW, zone=zone)
        assert reading is not None
        # Not compared as they are: a time that its zone has twice equals no time of another zone (PEP 495).
        assert reading.when.timestamp() == moment.timestamp()


@settings(deadline=None)
@given(wall=TIMES, form=st.sampled_from(["numbers", "words", "seed line", "seed byline"]))
def test_the_usual_lines_read_as_the_grammar_reads_them(wall: datetime, form: str) -> None:
    text = FORMS[form](wall)
    usual = read_common_format(text, text.lower(), NOW, BERLIN)
    general = days_in(text.lower(), NOW, BERLIN)
    assert usual is not None
    assert [(usual.when, usual.precision, usual.role)] == [(one.when, one.precision, one.role) for one in general]


WORDS = """
    2. 12. 2025 25 18:15 02.12. 31.02. 02/12/2025 2025-12-02 T18:15 Z +01:00 +9999 Uhr am um vor Stunden Tagen
    Stand: Aktualisiert Montag heute gestern jetzt Dezember May Mai PM ET GMT+1 · | , - – ( ) ago fa il y a
    ноября назад 1764695751 99999999 ½ ² ١٢ １２ 年 月 日 einer halben
"""
PIECES = st.sampled_from([*WORDS.split(), "\x00", "\u200b", "\ud800", "\u0130"])
TEXTS = st.one_of(
    st.text(max_size=220), st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES, max_size=8).map("".join)
)


@settings(deadline=None)
@given(TEXTS, ZONES)
@example("vor 99999 Jahren", BERLIN)
@example("2025-12-02T18:15:00+25:00", BERLIN)
@example("99999-12-31", BERLIN)
@example("⁵.¹².2025", BERLIN)
@example("2²Dezember 2025", BERLIN)
@example("2² Uhr heute", BERLIN)
def test_never_raises_and_is_always_aware(text: str, zone: ZoneInfo) -> None:
    for reader in (parse_date, find_date):
        reading = reader(text, now=NOW, zone=zone)
        if reading is not None:
            assert reading.when.utcoffset() is not None
            assert reading.when.microsecond == 0
            assert 1989 <= reading.when.year <= NOW.year + 2
            assert len(reading.raw) <= 2 * LONGEST_TEXT


@settings(deadline=None)
@given(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=ZONES), TEXTS)  # noqa: DTZ001
def test_any_fetch_time_will_do(now: datetime, text: str) -> None:
    for each in (text, "vor 3 Monaten", "29.02.", "Montag, 14:03 Uhr", "gestern"):
        reading = parse_date(each, now=now, zone=BERLIN)
        assert reading is None or reading.when.utcoffset() is not None


def saved_times() -> Iterator[tuple[str, str]]:
    """Text and ``datetime`` of each time element of the saved pages that gives a whole date in both."""
    for folder in ("articles", "dates"):
        for line in (SHARED / "corpus" / folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
            page = SHARED / "corpus" / folder / f"{json.loads(line)['id']}.html.gz"
            root = html.fromstring(gzip.decompress(page.read_bytes()))
            for element in root.iter("time"):
                text = " ".join(element.text_content().split())
                declared = element.get("datetime") or ""
                if re.search(r"(?:19|20)\d\d", text) and re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", declared):
                    yield text, declared


@pytest.mark.shared
def test_visible_times_agree_with_their_attributes() -> None:
    """The wall clock of the text is that of the attribute, or the same moment in Berlin."""
    pairs = set(saved_times())
    assert len(pairs) > 100
    wrong = []
    for text, declared in pairs:
        seen = parse_date(text, now=NOW + timedelta(days=400), zone=BERLIN)
        meant = parse_date(declared, now=NOW + timedelta(days=400), zone=BERLIN)
        if seen is None or meant is None:
            wrong.append(text)
        elif seen.precision == "day":
            days = {declared[:10], meant.when.date().isoformat()}
            wrong += [] if seen.when.date().isoformat() in days else [text]
        elif f"{seen.when:%Y-%m-%dT%H:%M}" != declared[:16] and abs(seen.when - meant.when) >= timedelta(minutes=1):
            wrong.append(text)
    assert len(wrong) <= 0.05 * len(pairs), wrong
