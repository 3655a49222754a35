"""The state in both databases: bytes an article, and on PostgreSQL the plans and times of its queries with a million.

    python benchmarks/shared_state.py growth [--articles 20000] [--write]
    python benchmarks/shared_state.py million [--articles 1000000] [--write]

A server is started for it, from the PostgreSQL that is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from places import ROOT, write_section

sys.path.insert(0, str(ROOT / "tests"))

from sqlalchemy import Engine, text
from sqlalchemy.dialects import postgresql
from support.postgres import PostgresServer

from portalcrawl.storage.anywhere import BY_ADDRESS, BY_ID
from portalcrawl.storage.database import open_database
from portalcrawl.storage.near_copies import WITH_A_BAND
from portalcrawl.storage.packing import address_key, row_of, teaser_key
from portalcrawl.storage.records import Record
from portalcrawl.storage.store import IDS_OF, KNOWN_TEASERS, RECORDS, WITH_CONTENT, Store, Wanted
from portalcrawl.storage.tables import metadata, token_key
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.fingerprints import Fingerprint, bands_of

TEASERS = 3
"""States of teasers an article, as on the embedded portal."""
PORTALS = 100
COMMIT = 100
NEAR = ("signatures", "bands")
MEASURED = ("articles", "addresses", "teasers", *NEAR)


def portal_of(number: int) -> str:
    return f"portal{number % PORTALS}"


def article(number: int, chance: random.Random) -> Record:
    """An article as a crawl leaves it: address and headline of usual length; every fourth has a validator."""
    portal = portal_of(number)
    words = "-".join(f"{chance.getrandbits(28):07x}" for _ in range(6))
    url = f"https://www.{portal}.example/politik/{words}-{number:08d}.html"
    own = f"{portal}:{hashlib.sha256(url.encode()).hexdigest()[:16]}"
    return Record(
        portal,
        own,
        url,
        url,
        status="stored",
        next_visit=1.7e9 + number if number % 50 == 0 else None,
        depth=1,
        found_on=f"https://www.{portal}.example/politik/",
        newest=1.7e9 + number,
        first_stored=1.7e9 + number,
        revision=1,
        content_hash=f"{chance.getrandbits(128):032x}",
        field_hashes=",".join(f"{chance.getrandbits(32):08x}" if field % 3 else "" for field in range(15)),
        cluster_id=f"{portal}:{chance.getrandbits(64):016x}" if number % 4 == 0 else own,
        headline=" ".join(f"{chance.getrandbits(24):06x}" for _ in range(9)),
        sketch=f"{chance.getrandbits(512):0128x}",
        etag=f'"{chance.getrandbits(64):x}"' if number % 4 == 0 else None,
    )


def fill(engine: Engine, number: int) -> None:
    """Commit articles as a crawl does."""
    chance = random.Random(1)
    unit_of_work = UnitOfWork(Store(engine))
    for each in range(number):
        record = article(each, chance)
        unit_of_work.note(record)
        unit_of_work.note_addresses(record.portal, [record.url], record.id)
        unit_of_work.note_token(record.portal, f"{each:08d}", record.id)
        for _ in range(TEASERS):
            unit_of_work.note_teaser(f"{record.portal}:{chance.getrandbits(64):016x}")
        signature = chance.randbytes(256)
        unit_of_work.near_copies.note(
            Fingerprint(signature, bands_of(signature)), record.cluster_id or "", record.portal, record.id
        )
        if each % COMMIT == COMMIT - 1:
            unit_of_work.commit([])
    unit_of_work.close()


@contextmanager
def server() -> Iterator[PostgresServer]:
    with PostgresServer(Path(tempfile.mkdtemp(prefix="pg"))) as running:
        yield running


def sizes_of_postgresql(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: int(connection.scalar(text("SELECT pg_total_relation_size(:name)"), {"name": name}) or 0)
            for name in MEASURED
        }


def sizes_of_sqlite(file: Path) -> dict[str, int]:
    with sqlite3.connect(file) as state:
        state.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        indexes = {name: str(table) for name, table in state.execute("SELECT name, tbl_name FROM sqlite_master")}
        found: dict[str, int] = dict.fromkeys(MEASURED, 0)
        for name, size in state.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            if indexes.get(name, name) in found:
                found[indexes.get(name, name)] += size
        return found


def growth(number: int) -> str:
    with tempfile.TemporaryDirectory() as folder, server() as running:
        file = Path(folder) / "state.sqlite3"
        engine = open_database(f"sqlite:///{file}")
        fill(engine, number)
        engine.dispose()
        engine = open_database(running.new_database())
        fill(engine, number)
        found = {"SQLite": sizes_of_sqlite(file), "PostgreSQL": sizes_of_postgresql(engine)}
        engine.dispose()
    lines = ["| bytes an article | SQLite | PostgreSQL |", "|---|---:|---:|"]
    for name in MEASURED:
        lines.append(f"| {name} | " + " | ".join(f"{sizes[name] / number:,.0f}" for sizes in found.values()) + " |")
    for label, tables in (("near copies together", NEAR), ("all else together", MEASURED[:3])):
        values = (f"{sum(sizes[each] for each in tables) / number:,.0f}" for sizes in found.values())
        lines.append(f"| **{label}** | " + " | ".join(values) + " |")
    return "\n".join(lines) + f"\n\n{number:,} articles of {PORTALS} portals, {TEASERS} teaser states each."


def copy_in(engine: Engine, number: int) -> None:
    """Fill PostgreSQL by COPY, then make its statistics."""
    driver = engine.raw_connection()
    cursor: Any = driver.cursor()
    columns = [column.name for column in metadata.tables["articles"].columns]

    chance = random.Random(1)
    rows_of: dict[str, Callable[[int, Record], list[tuple[Any, ...]]]] = {
        "articles": lambda _, record: [tuple(row_of(record)[name] for name in columns)],
        "addresses": lambda each, record: [
            (record.portal, address_key(key), record.id) for key in (record.url, token_key(f"{each:08d}"))
        ],
        "teasers": lambda *_: [(chance.getrandbits(62),) for _ in range(TEASERS)],
        "signatures": lambda each, record: [
            (each + 1, chance.randbytes(256), record.cluster_id, record.portal, record.id, 1.7e9 + each)
        ],
        "bands": lambda each, _: [(chance.getrandbits(62), each + 1) for _ in range(12)],
    }
    cursor.execute("ALTER TABLE bands DROP CONSTRAINT bands_pkey")  # built at the end, which takes minutes less
    for table in MEASURED:
        numbers, record = random.Random(1), article(0, random.Random(1))
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for each in range(number):
                if table not in ("teasers", "bands"):
                    record = article(each, numbers)
                if each % 7 == 0:
                    record.next_visit = record.newest  # so that some thousand are due on each portal
                for row in rows_of[table](each, record):
                    copy.write_row(row)
        driver.commit()
        print(f"{table} filled", flush=True)
    cursor.execute("SET maintenance_work_mem = '256MB'")
    cursor.execute("ALTER TABLE bands ADD PRIMARY KEY (band, text)")
    cursor.execute("SELECT setval('signatures_text_seq', %s)", (number,))
    driver.commit()
    driver.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def queries(number: int) -> dict[str, tuple[Any, dict[str, Any]]]:
    """The queries of a crawl, with values as a page of 100 links asks for them."""
    chance = random.Random(1)
    some = [article(each, chance) for each in range(10_000)]
    of_portal = [record for record in some if record.portal == "portal7"][:100]
    after = some[0]
    after.newest = 1.7e9 + number / 2
    wanted: list[tuple[Any, dict[str, Any]]] = []

    class Spy(Store):
        def rows(self, query: Any, **values: Any) -> list[Any]:
            wanted.append((query, values))
            return []

    spy = Spy(open_database("sqlite://"))
    spy.due("portal7", Wanted(1.8e9), None, 500)
    spy.due("portal7", Wanted(1.8e9), after, 500)
    return {
        "100 addresses": (IDS_OF, {"portal": "portal7", "keys": [address_key(each.url) for each in of_portal]}),
        "100 records": (RECORDS, {"portal": "portal7", "ids": [each.id for each in of_portal]}),
        "100 teaser states": (KNOWN_TEASERS, {"keys": [teaser_key(f"portal7:{n:016x}") for n in range(100)]}),
        "articles with one content": (WITH_CONTENT, {"content_hash": some[0].content_hash}),
        "texts with one of 12 bands": (WITH_A_BAND, {"bands": [chance.getrandbits(62) for _ in range(12)]}),
        "the first 500 due articles of a portal": wanted[0],
        "the next 500, half-way": wanted[1],
        "an address on any portal (`scrapy rights`)": (BY_ADDRESS, {"key": address_key(some[5].url)}),
        "an id on any portal (`scrapy rights`)": (
            BY_ID,
            {"id": some[5_000].id},
        ),
    }


def million(number: int) -> str:
    with server() as running:
        engine = open_database(running.new_database())
        copy_in(engine, number)
        lines = ["| query | plan | ms, median of 20 |", "|---|---|---:|"]
        for name, (query, values) in queries(number).items():
            compiled = query.compile(dialect=postgresql.psycopg.dialect()).construct_expanded_state(values)
            with engine.connect() as connection:
                plan = [
                    row[0] for row in connection.exec_driver_sql(f"EXPLAIN {compiled.statement}", compiled.parameters)
                ]
            scans = sorted({line.split("->")[-1].strip().partition("  (")[0] for line in plan if " Scan" in line})
            store, times = Store(engine), []
            for _ in range(21):
                began = time.perf_counter()
                store.rows(query, **values)
                times.append((time.perf_counter() - began) * 1000)
            store._close_reader()
            print(f"{name}:", *plan, sep="\n    ", flush=True)
            lines.append(f"| {name} | {'; '.join(scans)} | {median(times[1:]):.1f} |")
        lines += _commit_times(engine)
        sizes = sizes_of_postgresql(engine)
        engine.dispose()
    total = sum(sizes.values())
    parts = ", ".join(f"{name} {size / 1e6:,.0f}" for name, size in sizes.items())
    return "\n".join(lines) + f"\n\n{number:,} articles; {total / 1e6:,.0f} MB ({parts})."


def _commit_times(engine: Engine) -> list[str]:
    """How long a commit of 100 new articles takes."""
    unit_of_work, chance, times = UnitOfWork(Store(engine)), random.Random(2), []
    for turn in range(20):
        for each in range(100):
            record = article(90_000_000 + turn * 100 + each, chance)
            unit_of_work.note(record)
            unit_of_work.note_addresses(record.portal, [record.url], record.id)
            for _ in range(TEASERS):
                unit_of_work.note_teaser(f"{record.portal}:{chance.getrandbits(64):016x}")
            signature = chance.randbytes(256)
            unit_of_work.near_copies.note(
                Fingerprint(signature, bands_of(signature)), record.cluster_id or "", record.portal, record.id
            )
        began = time.perf_counter()
        unit_of_work.commit([])
        times.append((time.perf_counter() - began) * 1000)
    return [f"| commit of 100 new articles | | {median(times):.1f} |"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("growth", "million"))
    parser.add_argument("--articles", type=int)
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    if args.what == "growth":
        title, table = "What an article costs in the state", growth(args.articles or 20_000)
    else:
        number = args.articles or 1_000_000
        title, table = f"{number:,} articles on PostgreSQL", million(number)
    given = f" --articles {args.articles}" if args.articles else ""
    made = f"## {title}\n\nMade by `python benchmarks/shared_state.py {args.what}{given} --write`.\n\n{table}"
    print(made)
    if args.write:
        write_section(f"shared-{args.what}", made)


if __name__ == "__main__":
    main()
