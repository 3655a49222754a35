"""The time zone of a portal whose profile names none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

# Country domains that are sold as general ones and so tell nothing about the place.
SOLD_EVERYWHERE = frozenset(
    {
        "ac",
        "ad",
        "ai",
        "as",
        "bz",
        "cc",
        "cd",
        "co",
        "dj",
        "fm",
        "gg",
        "io",
        "la",
        "me",
        "ms",
        "nu",
        "sc",
        "sh",
    }
    | {"sr", "st", "su", "tk", "to", "tv", "ws"}
)
LANGUAGE_COUNTRIES = {
    **{"de": "DE", "it": "IT", "pl": "PL", "cs": "CZ", "sk": "SK", "hu": "HU", "sl": "SI", "hr": "HR", "nl": "NL"},
    **{"da": "DK", "sv": "SE", "no": "NO", "nb": "NO", "nn": "NO", "fi": "FI", "et": "EE", "lv": "LV", "lt": "LT"},
    **{"el": "GR", "bg": "BG", "ro": "RO", "uk": "UA", "tr": "TR", "he": "IL", "ja": "JP", "ko": "KR"},
}
"""For a language, a country whose time is that of nearly all its portals: German is written by one clock from
Flensburg to Bolzano."""
DOMAIN_COUNTRIES = {"UK": "GB"}
MAIN_ZONE = re.compile(r"\(mainland\)|^most of ")


def zone_of(host: str, language: str | None = None) -> tzinfo:
    """Return the zone for *host* (``host`` or ``host:port``).

    By its country domain, else by the country in the BCP 47 tag *language* (``de-AT``), else by the language alone
    where all who write news in it share a clock; UTC where none of these names one time for most of a place.
    """
    domain = host.partition(":")[0].rstrip(".").rpartition(".")[2].lower()
    named = [] if domain in SOLD_EVERYWHERE else [domain.upper()]
    tongue, *parts = (language or "").split("-")
    named += [part for part in parts if len(part) == 2]
    named += [country] if (country := LANGUAGE_COUNTRIES.get(tongue)) else []
    zones = (_country_zone(DOMAIN_COUNTRIES.get(name, name.upper())) for name in named)
    return next((ZoneInfo(zone) for zone in zones if zone), UTC)


@cache
def _country_zone(country: str) -> str | None:
    """Return a country's only zone, the one whose clocks all others share, or its mainland's."""
    rows = _zone_table().get(country, [])
    clocks = (_clock(zone) for zone, _ in rows)
    first = next(clocks, None)
    if first is not None and all(clock == first for clock in clocks):
        return rows[0][0]
    return next((zone for zone, comment in rows if MAIN_ZONE.search(comment)), None)


def _clock(zone: str) -> tuple[object, ...]:
    """Offsets in winter and summer: zones that share them (Berlin, Busingen) are one for our purpose."""
    return tuple(datetime(2025, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))


@cache
def _zone_table() -> dict[str, list[tuple[str, str]]]:
    """Country code (ISO 3166) to its zones with their comments: ``zone.tab`` of the IANA database."""
    table: dict[str, list[tuple[str, str]]] = {}
    for line in (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone, *comment = line.split("\t")
            table.setdefault(country, []).append((zone, comment[0] if comment else ""))
    return table
