"""The state in both databases: bytes per article, plans and times of queries with a million articles, migration.

    python benchmarks/shared_state.py growth [--articles 20000] [--write]
    python benchmarks/shared_state.py million [--articles 1000000] [--no-near-copies] [--write]
    python benchmarks/shared_state.py migration [--articles 1000000] [--write]

It starts a server of its own from the installed PostgreSQL.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from places import ROOT, write_section

sys.path.insert(0, str(ROOT / "tests"))

from sqlalchemy import Engine, MetaData, Table, select, text
from sqlalchemy.dialects import postgresql, sqlite
from support.old_states import make_version_3
from support.postgres import PostgresServer

from portalcrawl.storage import anywhere
from portalcrawl.storage.database import make_engine, open_database
from portalcrawl.storage.maintenance import COUNTS, NUMBERS, unseen_articles
from portalcrawl.storage.near_copies import WITH_A_BAND
from portalcrawl.storage.records import Record, Wanted
from portalcrawl.storage.state_reader import StateReader
from portalcrawl.storage.tables import PREFIX, addresses, articles, teasers
from portalcrawl.storage.unit_of_work import IDS_OF, KNOWN_TEASERS, RECORDS, WITH_CONTENT, UnitOfWork, due_query
from portalcrawl.text.fingerprints import Fingerprint, bands_of

TEASERS = 3
"""States of teasers an article, as on the embedded portal."""
PORTALS = 100
SECONDS = 17
"""Between two articles, so that a portal has fifty a day."""
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
        next_visit=1.7e9 + number * SECONDS if number % 50 == 0 else None,
        depth=1,
        found_on=f"https://www.{portal}.example/politik/",
        newest=1.7e9 + number * SECONDS,
        first_stored=1.7e9 + number * SECONDS,
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
    unit_of_work = UnitOfWork(engine)
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
    for label, tables in (("near copies in all", NEAR), ("all else", MEASURED[:3])):
        values = (f"{sum(sizes[each] for each in tables) / number:,.0f}" for sizes in found.values())
        lines.append(f"| **{label}** | " + " | ".join(values) + " |")
    return "\n".join(lines) + f"\n\n{number:,} articles of {PORTALS} portals, {TEASERS} teaser states each."


FILL = """
INSERT INTO articles (portal, id, url, canonical_url, status, attempts, next_visit, depth, found_on, newest,
    first_stored, revision, cluster_id, headline, :columns)
SELECT 'portal' || n % 100, 'portal' || n % 100 || ':' || left(md5(n::text), 16),
    'https://www.portal' || n % 100 || '.example/politik/' || md5('u' || n) || '-' || n || '.html', '', 'stored', 0,
    CASE WHEN n % 7 = 0 THEN 1.7e9 + n * :seconds END, 1, '/politik/', 1.7e9 + n * :seconds, 1.7e9 + n * :seconds, 1,
    '', md5('h' || n) || md5('i' || n), :values
FROM generate_series(1, :number) AS n;
INSERT INTO addresses (portal, key, id)
SELECT 'portal' || n % 100, substr(sha256((kind || n)::bytea), 1, 12),
    'portal' || n % 100 || ':' || left(md5(n::text), 16)
FROM generate_series(1, :number) AS n, (VALUES ('u'), ('#')) AS kinds (kind);
INSERT INTO teasers (key)
SELECT hashtextextended(state || ' ' || n, 0)
FROM generate_series(1, :number) AS n, generate_series(1, :teasers) AS state
ON CONFLICT DO NOTHING;
INSERT INTO signatures (signature, cluster_id, portal, article, added)
SELECT decode(repeat(md5('s' || n), 16), 'hex'), '', 'portal' || n % 100,
    'portal' || n % 100 || ':' || left(md5(n::text), 16), 1.7e9 + n * :seconds
FROM generate_series(1, :number) AS n;
ALTER TABLE bands DROP CONSTRAINT bands_pkey;
INSERT INTO bands (band, text)
SELECT hashtextextended(band || '-' || n, 0), n FROM generate_series(1, :number) AS n, generate_series(1, 12) AS band;
SET maintenance_work_mem = '256MB';
ALTER TABLE bands ADD PRIMARY KEY (band, text);
"""
"""Rows of usual lengths, made by the server; the index of bands is built at the end, which takes minutes less."""
COLUMNS = "day, seen, content_hash, field_hashes, packed_sketch"
VALUES = """
    floor((1.7e9 + n * :seconds) / 86400)::int,
    floor((1.7e9 + n * :seconds) / 86400)::int,
    decode(md5('c' || n), 'hex'),
    decode('3d0f6db6' || left(md5('f' || n) || md5('g' || n) || md5('m' || n), 80), 'hex'),
    decode(md5('j' || n) || md5('k' || n) || md5('l' || n) || md5('o' || n), 'hex')
"""
"""Hashes of content and of 10 of 15 fields, and a sketch, as this version keeps them, ..."""
OLD_COLUMNS = "content_hash, field_hashes, sketch"
OLD_VALUES = """
    md5('c' || n), '=' || left(md5('f' || n) || md5('g' || n), 54) || ',b6db',
    '=' || left(md5('j' || n) || md5('k' || n) || md5('l' || n), 80)
"""
"""... and as version 3 did."""


def fill_by_server(engine: Engine, number: int, *, is_old: bool = False, near: bool = True) -> None:
    """Fill PostgreSQL, then make its statistics."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET synchronous_commit = off")
        columns, values = (OLD_COLUMNS, OLD_VALUES) if is_old else (COLUMNS, VALUES)
        given = {"columns": columns, "values": values, "number": number, "teasers": TEASERS, "seconds": SECONDS}
        for statement in filter(str.strip, FILL.split(";")):
            if not near and any(table in statement for table in NEAR):
                continue
            filled = statement
            for name, value in given.items():
                filled = filled.replace(f":{name}", str(value))
            connection.exec_driver_sql(filled.replace("%", "%%"))
            print(statement.split("(")[0].strip(), flush=True)
        connection.exec_driver_sql("VACUUM ANALYZE")


def queries(engine: Engine, number: int) -> dict[str, tuple[Any, dict[str, Any]]]:
    """The queries of a crawl, with values as a page of 100 links asks for them, and those of commands."""
    half = Record("portal7", "portal7:", "", "", newest=1.7e9 + SECONDS * number / 2)
    wanted = Wanted(1.7e9 + SECONDS * number)
    due = [(due_query("portal7", wanted, after, 500), {}) for after in (None, half)]
    with engine.connect() as connection:

        def some(column: str, table: str, limit: int) -> list[Any]:
            of_portal = " WHERE portal = 'portal7'" if table in ("articles", "addresses") else ""
            found = connection.exec_driver_sql(f"SELECT {column} FROM {table}{of_portal} LIMIT {limit}")
            return list(found.scalars())

        ids, keys, hashes = (
            some("id", "articles", 100),
            some("key", "addresses", 100),
            some("content_hash", "articles", 1),
        )
        states, marks = some("key", "teasers", 50), some("band", "bands", 12)
    near = {"texts with one of 12 bands": (WITH_A_BAND, {"bands": marks})} if marks else {}
    return near | {
        "100 addresses": (IDS_OF, {"keys": keys}),
        "100 records": (RECORDS, {"portal": "portal7", "keys": ids}),
        "100 teaser states, half of them known": (KNOWN_TEASERS, {"keys": [*states, *range(50)]}),
        "articles with one content": (WITH_CONTENT, {"prefix": hashes[0][:PREFIX], "content_hash": hashes[0]}),
        "the first 500 due articles of a portal": due[0],
        "the next 500, half-way": due[1],
        "all portals (`scrapy rights`)": (anywhere.PORTALS, {}),
        "an address on any of 100 portals (`scrapy rights`)": (anywhere.WITH_KEY, {"keys": keys}),
        "an id on any portal (`scrapy rights`)": (anywhere.WITH_ID, {"id": ids[0]}),
        "numbers by portal and status (metrics)": (NUMBERS, {}),
        "numbers, and the oldest of each (`scrapy state`)": (COUNTS, {}),
        "500 articles of a portal to be forgotten": (
            select(articles.c.id).where(unseen_articles("portal7", "stored", half.newest)).limit(500),
            {},
        ),
        "the next 2,000 addresses (clean-up)": (
            select(addresses).where(addresses.c.key > keys[0]).order_by(addresses.c.key).limit(2000),
            {},
        ),
    }


def million(number: int, *, near: bool) -> str:
    with server() as running, tempfile.TemporaryDirectory() as folder:
        engine = open_database(running.new_database())
        fill_by_server(engine, number, near=near)
        file = Path(folder) / "state.sqlite3"
        other = open_database(f"sqlite:///{file}")
        copy(engine, other, [articles, addresses, teasers])
        other.dispose()
        other = open_database(f"sqlite:///{file}")
        found, others = plans(engine, number), plans(other, number)
        found[COMMIT_NAME], others[COMMIT_NAME] = ("", _commit_time(engine)), ("", _commit_time(other))
        sizes, other_sizes = sizes_of_postgresql(engine), sizes_of_sqlite(file)
        engine.dispose()
        other.dispose()
    lines = ["| query | plan on PostgreSQL | ms, median of 20 | in SQLite | ms |", "|---|---|---:|---|---:|"]
    for name, (plan, taken) in found.items():
        there = f"{others[name][0]} | {others[name][1]:.1f}" if name in others else "|"
        lines.append(f"| {name} | {plan} | {taken:.1f} | {there} |")
    lines += ["", f"{number:,} articles. MB on PostgreSQL: {_parts(sizes)}; in SQLite, without near copies: "]
    return "\n".join(lines) + f"{_parts({name: other_sizes[name] for name in MEASURED[:3]})}."


def _parts(sizes: dict[str, int]) -> str:
    parts = ", ".join(f"{name} {size / 1e6:,.0f}" for name, size in sizes.items())
    return f"{sum(sizes.values()) / 1e6:,.0f} ({parts})"


def plans(engine: Engine, number: int) -> dict[str, tuple[str, float]]:
    """Name of a query -> how the database goes about it, and the median of its milliseconds."""
    is_sqlite, found = engine.dialect.name == "sqlite", {}
    dialect: Any = sqlite.dialect() if is_sqlite else postgresql.psycopg.dialect()
    for name, (query, values) in queries(engine, number).items():
        compiled = query.compile(dialect=dialect).construct_expanded_state(values)
        with engine.connect() as connection:
            explained = f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{compiled.statement}"
            given = compiled.positional_parameters if is_sqlite else compiled.parameters
            rows = connection.exec_driver_sql(explained, tuple(given) if is_sqlite else given).all()
        plan = [row[3] if is_sqlite else row[0] for row in rows]
        print(f"{name}:", *plan, sep="\n    ", flush=True)
        scans = {line.split("->")[-1].strip().partition("  (")[0] for line in plan if is_sqlite or " Scan" in line}
        reader, times = StateReader(engine), []
        for _ in range(21):
            began = time.perf_counter()
            reader.rows(query, **values)
            times.append((time.perf_counter() - began) * 1000)
        reader._close_connection()
        found[name] = "; ".join(sorted(scans)), median(times[1:])
    return found


def copy(source: Engine, target: Engine, of: Iterable[Table]) -> None:
    """Copy tables from PostgreSQL to SQLite, whose cache is large enough for that, in random order of the keys."""
    with source.connect() as reader, target.connect().execution_options(isolation_level="AUTOCOMMIT") as writer:
        writer.exec_driver_sql("PRAGMA cache_size = -1000000")
        writer.exec_driver_sql("PRAGMA synchronous = OFF")
        writer.exec_driver_sql("PRAGMA wal_autocheckpoint = 100000").all()
        for table in of:
            columns = list(table.columns)
            for chunk in reader.execute(select(*columns), execution_options={"yield_per": 10_000}).partitions(10_000):
                writer.exec_driver_sql("BEGIN")
                rows = [dict(zip((column.key for column in columns), row, strict=True)) for row in chunk]
                writer.execute(table.insert(), rows)
                writer.exec_driver_sql("COMMIT")
    source.dispose()
    target.dispose()


OPEN = """
import sys
from pathlib import Path
from portalcrawl.storage.database import open_database

open_database(sys.argv[1])
print(next(line.split()[1] for line in Path("/proc/self/status").open() if line.startswith("VmHWM")))
"""
"""Prints the peak memory in KB; ru_maxrss, which the parent gets, includes the parent's own memory."""


def migration(number: int) -> str:
    """Migrate a state of version 3 in both databases, each in a process of its own."""
    with server() as running, tempfile.TemporaryDirectory() as folder:
        file, url = Path(folder) / "state.sqlite3", running.new_database()
        other = f"sqlite:///{file}"
        for each in (url, other):
            make_version_3(each)
            with make_engine(each).begin() as connection:
                for table in MEASURED:
                    connection.exec_driver_sql(f"DELETE FROM {table}")
        engine = make_engine(url)
        fill_by_server(engine, number, is_old=True, near=False)
        old = MetaData()
        old.reflect(engine, only=MEASURED[:3])
        copy(engine, make_engine(other), [old.tables[name] for name in MEASURED[:3]])
        rows = [
            ("SQLite", sizes_of_sqlite(file), *_opened(other), sizes_of_sqlite(file)),
            ("PostgreSQL", sizes_of_postgresql(engine), *_opened(url), sizes_of_postgresql(engine)),
        ]
        engine.dispose()
    lines = [
        "| | bytes an article before | after | seconds | CPU seconds | peak memory, MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, before, seconds, cpu, memory, after in rows:
        sizes = (f"{sum(each[table] for table in MEASURED[:3]) / number:,.0f}" for each in (before, after))
        lines.append(f"| {name} | {' | '.join(sizes)} | {seconds:.0f} | {cpu:.0f} | {memory:.0f} |")
    return (
        "\n".join(lines) + f"\n\n{number:,} articles with {TEASERS} teaser states each; near copies stay as they are."
    )


def _opened(url: str) -> tuple[float, float, float]:
    """Open the state in a process of its own; return its seconds, CPU seconds and peak memory in MB."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-c", OPEN, url], check=True, capture_output=True, text=True)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, int(done.stdout) / 1024


COMMIT_NAME = "commit of 100 new articles"


def _commit_time(engine: Engine) -> float:
    """Return the milliseconds that a commit of 100 new articles takes."""
    unit_of_work, chance, times = UnitOfWork(engine), random.Random(2), []
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
    return median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("growth", "million", "migration"))
    parser.add_argument("--articles", type=int)
    parser.add_argument("--no-near-copies", action="store_true", help="leave out what takes most of the time to fill")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    if args.what == "growth":
        title, table = "What an article costs in the state", growth(args.articles or 20_000)
    elif args.what == "million":
        number = args.articles or 1_000_000
        title, table = f"{number:,} articles", million(number, near=not args.no_near_copies)
    else:
        number = args.articles or 1_000_000
        title, table = f"The migration of {number:,} articles to version 4", migration(number)
    given = f" --articles {args.articles}" if args.articles else ""
    given += " --no-near-copies" if args.no_near_copies else ""
    made = f"## {title}\n\nMade by `python benchmarks/shared_state.py {args.what}{given} --write`.\n\n{table}"
    print(made)
    if args.write:
        write_section(f"shared-{args.what}", made)


if __name__ == "__main__":
    main()
