"""The time zone of a portal whose profile names none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

# Country domains that are sold worldwide, so that they say nothing of a place.
GENERIC_DOMAINS = re.compile("ac|ad|ai|as|bz|cc|cd|co|dj|fm|gg|io|la|me|ms|nu|sc|sh|sr|st|su|tk|to|tv|ws")
LOCALES = """
de-DE it-IT pl-PL cs-CZ sk-SK hu-HU sl-SI hr-HR nl-NL da-DK sv-SE no-NO nb-NO nn-NO fi-FI et-EE lv-LV lt-LT el-GR
bg-BG ro-RO uk-UA tr-TR he-IL ja-JP ko-KR
"""
LANGUAGE_COUNTRIES = dict(locale.split("-") for locale in LOCALES.split())
"""Language to a country whose time nearly all portals in that language use (German: from Flensburg to Bolzano)."""
DOMAIN_COUNTRIES = {"UK": "GB"}
MAIN_ZONE = re.compile(r"\(mainland\)|^most of ")


def zone_of(host: str, language: str | None = None) -> tzinfo:
    """Return the time zone for *host* (``host`` or ``host:port``) and the BCP 47 tag *language*.

    It is that of the host's country domain, else of the country in *language* (``de-AT``), else of the language's
    LANGUAGE_COUNTRIES; a country counts if most of it has one time. Else UTC.
    """
    domain = host.partition(":")[0].rstrip(".").rpartition(".")[2].lower()
    primary, *subtags = (language or "").split("-")
    countries = ["" if GENERIC_DOMAINS.fullmatch(domain) else domain.upper()]
    countries += [subtag.upper() for subtag in subtags if len(subtag) == 2]
    countries.append(LANGUAGE_COUNTRIES.get(primary, ""))
    zones = (_country_zone(DOMAIN_COUNTRIES.get(country, country)) for country in countries)
    return next((ZoneInfo(zone) for zone in zones if zone), UTC)


@cache
def _country_zone(country: str) -> str | None:
    """Return a country's only zone, one with the same offsets as all its others, or its mainland's; else None."""
    rows = _zone_table().get(country, [])
    if len({_offsets(zone) for zone, _ in rows}) == 1:
        return rows[0][0]
    return next((zone for zone, comment in rows if MAIN_ZONE.search(comment)), None)


@cache
def _offsets(zone: str) -> tuple[object, ...]:
    """Return the UTC offsets in winter and summer: zones that share them (Berlin, Busingen) count as one."""
    return tuple(datetime(2025, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))


@cache
def _zone_table() -> dict[str, list[tuple[str, str]]]:
    """Return the zones of each country (ISO 3166) with their comments, from ``zone.tab`` of the IANA database."""
    table: dict[str, list[tuple[str, str]]] = {}
    for line in (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone, *comment = line.split("\t")
            table.setdefault(country, []).append((zone, comment[0] if comment else ""))
    return table
