"""Derives the time zone of a portal whose profile does not set one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from portalcrawl.vocabulary import table

_PORTALS = table("zones")["portals"]
_GENERIC_DOMAINS = frozenset(_PORTALS["generic_domains"].split())
_MAINLAND = re.compile(r"\(mainland\)|^most of ")
_SCRIPTS = (
    ("ja", "\u3041-\u30ff"),
    ("zh", "\u4e00-\u9fff"),
    ("ko", "\uac00-\ud7a3"),
    ("he", "\u05d0-\u05ea"),
    ("el", "\u03b1-\u03c9"),
    ("th", "\u0e01-\u0e30"),
    ("hy", "\u0561-\u0586"),
    ("ka", "\u10d0-\u10f0"),
)
"""Languages that are identified by their letters; Japanese comes before Chinese, as it also uses Chinese characters."""


def language_of_script(text: str) -> str | None:
    """Return the only language that uses the script of *text*; None if the script is used by several languages."""
    return next((tag for tag, letters in _SCRIPTS if re.search(f"[{letters}]{{2}}", text)), None)


def zone_of(host: str, language: str | None = None) -> tzinfo:
    """Return the time zone for *host* (``host`` or ``host:port``) and the BCP 47 tag *language*; UTC if unknown.

    It is that of the host's country domain, else of the country in *language* (``de-AT``), else of the language's
    main country. A country is used only if most of its portals have the same time.
    """
    domain = host.partition(":")[0].rstrip(".").rpartition(".")[2].lower()
    primary, *subtags = (language or "").split("-")
    countries = ["" if domain in _GENERIC_DOMAINS else domain.upper()]
    countries += [subtag.upper() for subtag in subtags if len(subtag) == 2]
    countries.append(_PORTALS["languages"].get(primary, ""))
    zones = (_country_zone(_PORTALS["domains"].get(country, country)) for country in countries)
    return next((ZoneInfo(zone) for zone in zones if zone), UTC)


@cache
def _country_zone(country: str) -> str | None:
    """Return a country's main time zone, or its only one (by offsets), or that of its mainland; else None."""
    if main := _PORTALS["countries"].get(country):
        return str(main)
    rows = _zone_table().get(country, [])
    if len({_offsets(zone) for zone, _ in rows}) == 1:
        return rows[0][0]
    return next((zone for zone, comment in rows if _MAINLAND.search(comment)), None)


@cache
def _offsets(zone: str) -> tuple[object, ...]:
    """Return the UTC offsets in January and July; zones with equal ones (Berlin, Busingen) count as one."""
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
