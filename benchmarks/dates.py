"""The cost of reading a date: CPU microseconds per call for each known form, and their median.

    python benchmarks/dates.py [--calls N] [--write]

Each form is read N times in five rounds; the fastest round counts, since all else is the machine's noise. No reading is
cached, so a repeated text costs what a new one costs.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from statistics import median
from zoneinfo import ZoneInfo

from places import machine, write_section

from portalcrawl.dates import parse_date

KNOWN = """
    2025-12-02T18:15:00+01:00
    2025-12-02T17:15:00Z
    20251202T181500+0100
    2025-12-02
    1764695751000
    02. Dezember 2025, 18:15 Uhr · Quelle: Beispielblatt
    [Beispielblatt] · 02.12.2025 · 18:15 Uhr
    02.12.2025
    2.12.25, 18:15 Uhr
    02.12.2025, 18.15 Uhr
    am 02.12.2025 um 18:15 Uhr
    Dienstag, 2. Dezember 2025, 18:15 Uhr
    2. Jänner 2025
    2. Dez. 2025 / 18:15
    Stand: 02.12.2025
    Stand: 02.12.2025, 18:15 Uhr
    Aktualisiert am 2. Dezember 2025 um 18:15 Uhr
    Veröffentlicht: 02.12.2025, 18:15 Uhr | Stand: 03.12.2025
    23.03.
    heute
    heute um 9 Uhr
    gestern, 14:03 Uhr
    vorgestern
    Montag, 14:03 Uhr
    vor 12 Minuten
    vor 1 Stunde
    vor 2 Stunden
    vor 1 Std.
    vor einer halben Stunde
    vor einem Tag
    vor 3 Tagen
    vor einer Woche
    vor wenigen Minuten
    gerade eben
    2 hours ago
    December 2, 2025
    Dec. 5, 2025 at 6:15 p.m. ET
    2 Dec 2025, 6:15pm
    Tue, 02 Dec 2025 18:15:00 +0100
    Tue Dec  2 18:15:00 2025
"""
NO_DATES = ["Mai", "Sonntag in Berlin", "2:1", "12,50 Euro", "31.02.2025", "Protestzug am 05.12.2025"]
FOREIGN = ["2 декабря 2025 г., 18:15", "2 часа назад", "2. joulukuuta 2025 klo 18.15"]
NOW = datetime(2025, 12, 5, 19, 3, 27, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def cost(text: str, calls: int) -> float:
    """Return CPU microseconds a call, of the fastest of five rounds."""
    rounds = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(calls):
            parse_date(text, now=NOW, zone=BERLIN)
        rounds.append((time.process_time() - start) / calls * 1e6)
    return min(rounds)


def report(title: str, texts: list[str], calls: int) -> str:
    """Return the cost of each of *texts* as Markdown."""
    lines, costs = [], []
    for text in texts:
        costs.append(cost(text, calls))
        reading = parse_date(text, now=NOW, zone=BERLIN)
        shown = text.replace("|", "\\|")
        lines.append(f"| `{shown}` | {reading.when.isoformat() if reading else ''} | {costs[-1]:.1f} |")
    head = [
        f"| {title} | read as | µs a call |",
        "|---|---|---:|",
        f"| **median of {len(costs)}** | | {median(costs):.1f} |",
    ]
    return "\n".join([*head, *lines])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=1000, help="calls a round (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    args = parser.parse_args()
    tables = [
        report("known forms", [line.strip() for line in KNOWN.strip().splitlines()], args.calls),
        report("no dates", NO_DATES, args.calls),
        report("other languages, by dateparser", FOREIGN, max(args.calls // 20, 1)),
    ]
    head = f"## Reading a date\n\nMade by `python benchmarks/dates.py --write`: {machine('dateparser')}"
    note = f"Read on {NOW:%A, %-d %B %Y, %H:%M} UTC; CPU microseconds without caches, the fastest of five rounds."
    text = "\n\n".join([head, note, *tables])
    print(text)
    if args.write:
        write_section("dates", text)


if __name__ == "__main__":
    main()
