"""The cost of durability and of the state: pairs of crawls of the embedded portal, one after the other.

    python benchmarks/crawl.py plain  [--pairs 5] [--write]     compared with Scrapy's plain FEEDS without a state
    python benchmarks/crawl.py million [--pairs 3] [--write]    one million articles in the state, compared with none

Each figure is the median over the pairs; the ratio is the median of the ratios of the pairs, since machines are noisy.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from places import ROOT, write_section

from portalcrawl.demo import SamplePortal
from portalcrawl.storage.database import open_database
from portalcrawl.storage.packing import address_key, row_of
from portalcrawl.storage.records import Record
from portalcrawl.storage.tables import addresses, articles, bands, signatures, teasers
from portalcrawl.urls import url_key

MILLION = 1_000_000
TEASERS_PER_ARTICLE = 3
CHUNK = 50_000


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of a process, and its peak memory in MB."""

    wall: float
    cpu: float
    memory: float


def measured(command: list[str], data: Path) -> Cost:
    """Run *command* to its end and return its cost."""
    began = time.monotonic()
    child = os.spawnve(
        os.P_NOWAIT, sys.executable, [sys.executable, *command], {**os.environ, "PORTALCRAWL_DATA_DIR": str(data)}
    )
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{' '.join(command)} ended with {status}")
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def full(url: str, data: Path) -> Cost:
    command = ["-m", "scrapy", "crawl", "portal", "-L", "CRITICAL", "-a", "portal=sample", "-a", f"url={url}"]
    return measured(command, data)


def plain(url: str, data: Path) -> Cost:
    data.mkdir(parents=True)
    return measured(["benchmarks/plainspider.py", url, str(data / "plain.jsonl")], data)


def pairs(number: int, one: Callable[[str, Path], Cost], other: Callable[[str, Path], Cost]) -> list[tuple[Cost, Cost]]:
    """Run *one* and *other* in turn, each into an empty folder, after one run of each that is not counted."""
    found = []
    with SamplePortal() as portal, tempfile.TemporaryDirectory() as folder:
        for count in range(number + 1):
            costs = []
            for name, crawl in (("one", one), ("other", other)):
                data = Path(folder) / f"{name}-{count}"
                costs.append(crawl(portal.url, data))
                shutil.rmtree(data)
            if count:
                found.append((costs[0], costs[1]))
                print(f"pair {count}: {costs}", flush=True)
    return found


def table(names: tuple[str, str], found: list[tuple[Cost, Cost]]) -> str:
    """Return medians and the median of the ratios as Markdown."""
    lines = ["| | wall s | CPU s | peak memory MB |", "|---|---:|---:|---:|"]
    for place, name in enumerate(names):
        cells = [f"{median(getattr(pair[place], what) for pair in found):.2f}" for what in ("wall", "cpu", "memory")]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    ratios = [
        f"{median(getattr(a, what) / getattr(b, what) for a, b in found):.3f}" for what in ("wall", "cpu", "memory")
    ]
    lines.append("| ratio, first to second | " + " | ".join(ratios) + " |")
    return "\n".join(lines) + f"\n\n{len(found)} pairs."


def filler(number: int, content_hash: str) -> Record:
    """Return an article of another portal."""
    url, moment = f"https://filler.example/news/{number}.html", 1.7e9 + number
    return Record(
        "filler",
        f"filler:{number:012x}",
        url,
        url,
        status="stored",
        next_visit=moment if number % 100 == 0 else None,
        depth=1,
        newest=moment,
        first_stored=moment,
        revision=1,
        content_hash=content_hash,
    )


def fill(file: Path) -> None:
    """Write a state of a million articles of another portal."""
    chance = random.Random(1)
    engine = open_database(f"sqlite:///{file}")
    for start in range(0, MILLION, CHUNK):
        numbers = range(start, start + CHUNK)
        with engine.begin() as connection:
            records = [filler(n, f"{chance.getrandbits(128):032x}") for n in numbers]
            connection.execute(articles.insert(), [row_of(record) for record in records])
            links = [
                {"portal": each.portal, "key": address_key(each.portal, url_key(each.url)), "id": each.id}
                for each in records
            ]
            connection.execute(addresses.insert(), sorted(links, key=lambda row: row["key"]))
            known = [{"key": chance.getrandbits(63)} for _ in range(TEASERS_PER_ARTICLE * CHUNK)]
            connection.execute(teasers.insert(), sorted(known, key=lambda row: row["key"]))
            texts = [
                {"text": n + 1, "signature": chance.randbytes(256), "cluster_id": f"filler:{n:012x}"} for n in numbers
            ]
            connection.execute(signatures.insert(), texts)
            found = [{"band": chance.getrandbits(63), "text": n + 1} for n in numbers for _ in range(12)]
            connection.execute(bands.insert(), sorted(found, key=lambda row: row["band"]))
        print(f"{start + CHUNK:,} articles", flush=True)
    engine.dispose()


def million(number: int) -> list[tuple[Cost, Cost]]:
    with tempfile.TemporaryDirectory() as folder:
        filled = Path(folder) / "state.sqlite3"
        fill(filled)
        print(f"state of {filled.stat().st_size / 1e6:,.0f} MB")

        def with_million(url: str, data: Path) -> Cost:
            data.mkdir(parents=True)
            shutil.copy(filled, data / "state.sqlite3")
            return full(url, data)

        return pairs(number, with_million, full)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("plain", "million"))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    os.chdir(ROOT)
    if args.what == "plain":
        title, names = "State and durable feeds against plain FEEDS", ("portalcrawl", "plain FEEDS, no state")
        found = pairs(args.pairs, full, plain)
    else:
        title, names = "One million articles in the state against none", ("one million articles", "empty state")
        found = million(args.pairs)
    text = f"## {title}\n\nMade by `python benchmarks/crawl.py {args.what} --write`.\n\n{table(names, found)}"
    print(text)
    if args.write:
        write_section(args.what, text)


if __name__ == "__main__":
    main()
