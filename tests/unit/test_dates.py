"""Dates: every known form, read in Europe/Berlin at 20:03:27 on Friday, 5 December 2025."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portalcrawl.dates import DateReading, find_date, parse_date

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2025, 12, 5, 19, 3, 27, 999, tzinfo=UTC)


def read(text: str, zone: str = "Europe/Berlin") -> DateReading | None:
    return parse_date(text, now=NOW, zone=ZoneInfo(zone))


def told(reading: DateReading | None) -> str:
    """The reading as ``2025-12-02T18:15:00+01:00 minute``, with ``modified`` where it is."""
    if reading is None:
        return "nothing"
    role = " modified" if reading.role == "modified" else ""
    return f"{reading.when.isoformat()} {reading.precision}{role}"


EVENING = "2025-12-02T18:15:00+01:00 minute"
DAY = "2025-12-02T00:00:00+01:00 day"
SAME_EVENING = """
    02. Dezember 2025, 18:15 Uhr · Quelle: Beispielblatt
    [Beispielblatt] · 02.12.2025 · 18:15 Uhr
    am 02.12.2025 um 18:15 Uhr
    02.12.2025 18:15
    2.12.2025, 18.15 Uhr
    2. 12. 2025, 18:15
    02.12.25 | 18:15 Uhr
    02/12/2025 - 18:15
    02-12-2025 18:15
    Dienstag, 2. Dezember 2025, 18:15 Uhr
    Di., 2. Dez. 2025 / 18:15
    DIENSTAG, 2. DEZEMBER 2025 – 18:15 UHR
    Veröffentlicht am 2. Dezember 2025 um 18:15 Uhr
    Erstellt: 02.12.2025, 18:15 Uhr MEZ
    Von Erika Muster | 02.12.2025, 18:15 Uhr | Lesezeit 3 Min.
    18:15 Uhr, 2. Dezember 2025
    2 Dec 2025, 6:15pm
    December 2, 2025 at 6:15 p.m.
    Dec. 2, 2025 12:15 PM ET
    Tue, Dec 2, 2025 · 9:15 AM PST
    Published: 18:15, 2 Dec 2025
    Dec 2, 20256:15 PM
    Tue, 02 Dec 2025 18:15:00 +0100
    02 Dec 2025 17:15 GMT
    Tuesday, 02-Dec-25 17:15:00 GMT
    Tue Dec  2 18:15:00 2025
    Tue Dec 02 18:15:00 CET 2025
    Tue Dec 02 2025 17:15:00 GMT+0000 (Coordinated Universal Time)
    2025-12-02T18:15:00+01:00
    2025-12-02T18:15:00.123+0100
    2025-12-02T18:15+01
    2025-12-02T17:15:00Z
    2025-12-02 17:15:00 UTC
    2025-12-02 18:15
    2025-12-02T18:15:00+01:00[Europe/Berlin]
    20251202T181500+0100
    20251202T171500Z
    1764695700
    1764695700000
    mardi 2 décembre 2025 à 18h15
    mardi 2 décembre 2025 à 18 h 15
    2 / Dezember / 2025, 18:15
    02/Dec/2025 18:15
    Martes, 2 diciembre 2025 - 18:15
    2 de diciembre de 2025, 18:15
    2 dicembre 2025 alle 18:15
    2 dezembro 2025 às 18:15
    dinsdag 2 december 2025 om 18:15
    Publicerad 2 dec 2025 kl 18.15
    2 grudnia 2025, 18:15
    2 Aralık 2025 18:15
    2025年12月2日 18:15
    2 декабря 2025 г., 18:15
    2. joulukuuta 2025 klo 18.15
    2. prosince 2025 18:15
"""


@pytest.mark.parametrize("text", [line.strip() for line in SAME_EVENING.strip().splitlines()])
def test_one_evening_in_all_forms(text: str) -> None:
    assert told(read(text)) == EVENING


SAME_DAY = """
    02.12.2025
    2.12.25
    2. Dezember 2025
    2. Dez 2025
    2.Dezember 2025
    Dienstag, 02.12.2025
    (02.12.2025)
    vom 2.12.2025
    2025-12-02
    20251202
    2025/12/02
    December 2nd, 2025
    2nd of December 2025
    02-Dec-2025
    2 December
    2.12.
    vor 3 Tagen
    3 days ago
    il y a 3 jours
    3 дня назад
"""


@pytest.mark.parametrize("text", [line.strip() for line in SAME_DAY.strip().splitlines()])
def test_one_day_in_all_forms(text: str) -> None:
    assert told(read(text)) == DAY


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Stand: 02.12.2025", f"{DAY} modified"),
        ("Stand 02.12.2025, 18:15 Uhr", f"{EVENING} modified"),
        ("Aktualisiert am 2. Dezember 2025 um 18.15 Uhr", f"{EVENING} modified"),
        ("Zuletzt geändert: 02.12.2025, 18:15", f"{EVENING} modified"),
        ("02.12.2025, 18:15 Uhr (aktualisiert)", f"{EVENING} modified"),
        ("Last updated: Dec 2, 2025 6:15 PM", f"{EVENING} modified"),
        ("Aktualisiert vor 2 Stunden", "2025-12-05T18:03:27+01:00 hour modified"),
        ("Veröffentlicht: 02.12.2025, 18:15 Uhr, aktualisiert: 03.12.2025, 9:00 Uhr", EVENING),
        ("Veröffentlicht am 02.12.2025 um 18:15 Uhr | Stand: 03.12.2025", EVENING),
        ("Aktualisiert: 03.12.2025, 9:00 Uhr | Veröffentlicht: 02.12.2025, 18:15 Uhr", EVENING),
        ("02.12.2025, 18:15 Uhr | aktualisiert 03.12.2025, 9:00 Uhr", EVENING),
        ("vor 9 StundenAktualisiert vor 2 Stunden", "2025-12-05T11:03:27+01:00 hour"),
    ],
)
def test_roles(text: str, result: str) -> None:
    assert told(read(text)) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("vor 12 Minuten", "2025-12-05T19:51:27+01:00 minute"),
        ("vor 5 Min.", "2025-12-05T19:58:27+01:00 minute"),
        ("vor 1 Stunde", "2025-12-05T19:03:27+01:00 hour"),
        ("vor einer Stunde", "2025-12-05T19:03:27+01:00 hour"),
        ("Vor 2 Stunden", "2025-12-05T18:03:27+01:00 hour"),
        ("vor 1 Std.", "2025-12-05T19:03:27+01:00 hour"),
        ("vor etwa 2 Stunden", "2025-12-05T18:03:27+01:00 hour"),
        ("vor 1 Stunde 20 Minuten", "2025-12-05T18:43:27+01:00 minute"),
        ("vor einer halben Stunde", "2025-12-05T19:33:27+01:00 minute"),
        ("vor 22 Stunden", "2025-12-04T22:03:27+01:00 hour"),
        ("vor einem Tag", "2025-12-04T00:00:00+01:00 day"),
        ("vor einer Woche", "2025-11-28T00:00:00+01:00 day"),
        ("vor 2 Monaten", "2025-10-05T00:00:00+02:00 day"),
        ("vor 1 Jahr", "2024-12-05T00:00:00+01:00 day"),
        ("2 hours ago", "2025-12-05T18:03:27+01:00 hour"),
        ("an hour ago", "2025-12-05T19:03:27+01:00 hour"),
        ("half an hour ago", "2025-12-05T19:33:27+01:00 minute"),
        ("1h ago", "2025-12-05T19:03:27+01:00 hour"),
        ("2 days ago at 07:52 am", "2025-12-03T07:52:00+01:00 minute"),
        ("il y a 2 heures", "2025-12-05T18:03:27+01:00 hour"),
        ("hace 5 minutos", "2025-12-05T19:58:27+01:00 minute"),
        ("2 ore fa", "2025-12-05T18:03:27+01:00 hour"),
        ("för 2 timmar sedan", "2025-12-05T18:03:27+01:00 hour"),
        ("2 uur geleden", "2025-12-05T18:03:27+01:00 hour"),
        ("2 часа назад", "2025-12-05T18:03:27+01:00 hour"),
        ("3時間前", "2025-12-05T17:03:27+01:00 hour"),
    ],
)
def test_ages_count_from_now_and_are_not_cut(text: str, result: str) -> None:
    assert told(read(text)) == result


@pytest.mark.parametrize(
    "text",
    ["jetzt", "gerade eben", "soeben", "vor wenigen Minuten", "vor wenigen Sekunden", "just now", "a few minutes ago"],
)
def test_the_present(text: str) -> None:
    assert told(read(text)) == "2025-12-05T20:03:27+01:00 minute"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("heute", "2025-12-05T00:00:00+01:00 day"),
        ("heute um 9 Uhr", "2025-12-05T09:00:00+01:00 hour"),
        ("Heute, 11:07 Uhr", "2025-12-05T11:07:00+01:00 minute"),
        ("Heute, 05.12.2025, 14:03 Uhr", "2025-12-05T14:03:00+01:00 minute"),
        ("gestern, 14:03 Uhr", "2025-12-04T14:03:00+01:00 minute"),
        ("Gestern Abend, 20:15 Uhr", "2025-12-04T20:15:00+01:00 minute"),
        ("vorgestern", "2025-12-03T00:00:00+01:00 day"),
        ("Yesterday at 2:45 PM", "2025-12-04T14:45:00+01:00 minute"),
        ("Montag, 14:03 Uhr", "2025-12-01T14:03:00+01:00 minute"),
        ("Freitag, 14:03 Uhr", "2025-12-05T14:03:00+01:00 minute"),
        ("Freitag, 23:03 Uhr", "2025-11-28T23:03:00+01:00 minute"),
        ("Mi, 14:03 Uhr", "2025-12-03T14:03:00+01:00 minute"),
        ("Monday 2:30PM", "2025-12-01T14:30:00+01:00 minute"),
        ("вчера в 14:03", "2025-12-04T14:03:00+01:00 minute"),
        ("23.03.", "2025-03-23T00:00:00+01:00 day"),
        ("6. Dezember", "2025-12-06T00:00:00+01:00 day"),
        ("7. Dezember", "2024-12-07T00:00:00+01:00 day"),
        ("31.12., 14 Uhr", "2024-12-31T14:00:00+01:00 hour"),
        ("29. Februar", "2024-02-29T00:00:00+01:00 day"),
        ("2. Jänner 2025", "2025-01-02T00:00:00+01:00 day"),
        ("3. Feber 2025", "2025-02-03T00:00:00+01:00 day"),
        ("1. Mrz 2025", "2025-03-01T00:00:00+01:00 day"),
        ("Nov 19, 9:41 AM", "2025-11-19T09:41:00+01:00 minute"),
        ("02.12.99", "1999-12-02T00:00:00+01:00 day"),
    ],
)
def test_days_by_name_and_without_year(text: str, result: str) -> None:
    assert told(read(text)) == result


NOTHING = """
    Mai | Sonntag | am Sonntag | Sonntag in Berlin | Marzo | August der Starke | heute journal | Heute im Bundestag
    2:1 | 03:02 | 14:03 Uhr | 18.47 | 9 Uhr | 12,50 Euro | 1.101 | 1.2.3 | v1.2.2020 | +49 30 123456 | 030 / 12 34 56
    31.02.2025 | 2025-02-30 | 2025-13-01 | 99.99.2025 | 32. Dezember 2025 | 02.12.1970 | 02.12.2027
    0001-01-01T00:00:00Z
    Dezember 2025 | 12/2025 | 2025 | Q4 2025 | 5. Platz | 2. Bundesliga | 1. FC Köln | 24/7 | 50/50 | 9/11
    5 Min. | Lesezeit 5 Min. | 5 min read | vor 3 | vor Ort | vor 1000000 Jahren | in 3 Stunden | heute, morgen, gestern
    Protestzug am 05.12.2025 | Sparta včera 2:1 | +420 123 456 789 dnes | Мая 2025 | 5 Sitten | 0000000000 | 9999999999
    Der Rat hat am 3. Dezember 2025 beschlossen, dass es so bleibt. | 02.12.2025, 25:99 Uhr
"""


@pytest.mark.parametrize("text", [part.strip() for part in NOTHING.replace("\n", "|").split("|") if part.strip()])
def test_no_date(text: str) -> None:
    assert read(text) is None


def test_too_long_or_empty_is_no_date() -> None:
    assert read("") is None
    assert read(" \n") is None
    assert read("02.12.2025" + " " * 300) is not None
    assert read("02.12.2025 | " + "x" * 200) is None


@pytest.mark.parametrize(
    ("text", "raw", "result"),
    [
        ("Kiel, 02.12.2025 (Beispielblatt) - Der Rat tagt", "02.12.2025", DAY),
        ("Von Erika Muster, 02.12.2025, 18:15 Uhr", "02.12.2025, 18:15 Uhr", EVENING),
        ("von Erika Muster am 02.12.2025, 18:15 Uhr", "02.12.2025, 18:15 Uhr", EVENING),
        ("02.12.2025 18:15 von Erika", "02.12.2025 18:15", EVENING),
        ("2. Dez. 2025 Erika Muster", "2. Dez. 2025", DAY),
        ("Erika Muster 02.12.2025 18:15 Uhr", "02.12.2025 18:15 Uhr", EVENING),
        ("Foto des Tages - Stand: 02.12.2025", "02.12.2025", f"{DAY} modified"),
        ("Stand: 02.12.2025", "Stand: 02.12.2025", f"{DAY} modified"),
    ],
)
def test_dates_in_longer_lines(text: str, raw: str, result: str) -> None:
    reading = find_date(text, now=NOW, zone=BERLIN)
    assert reading is not None
    assert reading.raw == raw
    assert told(reading) == result


@pytest.mark.parametrize(
    "text",
    [
        "Der Rat hat am 3. Dezember 2025 beschlossen, dass die Gebühr für alle Bürger der Stadt steigt.",
        "Protestzug am 05.12.2025",
        "Neue Bilder 05.12.2025",
        "Am 3. Dezember 2025 Streit in der Stadt",
        "Einsendeschluss: 03.11.2025 (Poststempel)",
        "Ein Vergleich der Fassungen 1.1.12 und 1.1.13",
        "In der Nacht zum 3. Dezember 2025, gegen 23:40 Uhr, kam es in der Nordstraße der Stadt zu einem Streit",
        "keine Ziffer hier",
    ],
)
def test_no_date_in_prose(text: str) -> None:
    assert find_date(text, now=NOW, zone=BERLIN) is None
