"""A chain of articles that tests crawl, and its expected records."""

from __future__ import annotations

from pathlib import Path

from support.commandline import records
from support.tinyportal import Answer, article, listing

TITLES = {
    1: "Neue Brücke öffnet noch in diesem Jahr",
    2: "Rat berät über den zweiten Bauabschnitt",
    3: "Stadtbücherei verlängert ihre Öffnungszeiten",
    4: "Wochenmarkt zieht auf den Rathausplatz um",
    5: "Sportverein feiert sein hundertjähriges Bestehen",
    6: "Freibad startet mit neuem Sprungturm",
}


def path(number: int) -> str:
    return f"/news/meldung-aus-der-stadt-nummer-{100200 + number}.html"


def link(number: int, date: str = "") -> str:
    return f"{path(number)}|{TITLES[number]}" + (f"|{date}" if date else "")


def chain() -> dict[str, str | Answer]:
    """Front page -> 1, 2; 1 -> 3; 3 -> 4; 4 -> 1."""
    return {
        "/": listing("Nachrichten", link(1), link(2)),
        path(1): article(TITLES[1], link(3)),
        path(2): article(TITLES[2]),
        path(3): article(TITLES[3], link(4)),
        path(4): article(TITLES[4], link(1)),
    }


def headlines(data: Path) -> list[str]:
    return sorted(record["headline"] for record in records(data, "articles"))


def titles(*numbers: int) -> list[str]:
    return sorted(TITLES[number] for number in numbers)
