"""The fleet's tables, and those of Procrastinate; all times are Unix seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from procrastinate.schema import SchemaManager

from portalcrawl.errors import DataFolderError
from portalcrawl.fleet.database import Connection, Database

VERSION = 2
INIT_LOCK = 7_365_128_201
"""Key of the advisory lock that is held while tables are created; an arbitrary number."""
WAITING = """
CREATE TABLE fleet_waiting (
    name text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    problem text NOT NULL,
    since float8 NOT NULL,
    seen float8 NOT NULL
);
COMMENT ON TABLE fleet_waiting IS 'workers that wait for the state to be migrated';
"""
TABLES = """
CREATE TABLE fleet_meta (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE fleet_entries (
    name text PRIMARY KEY,
    spec jsonb NOT NULL,
    timing text NOT NULL,
    slot float8 NOT NULL,
    due float8 NOT NULL,
    latest float8,
    known_since float8 NOT NULL,
    last_run text,
    last_started float8,
    last_ended float8,
    last_verdict text,
    last_reasons jsonb NOT NULL DEFAULT '[]',
    last_counts jsonb NOT NULL DEFAULT '{}',
    last_good float8,
    last_news float8
);
CREATE INDEX fleet_entries_due ON fleet_entries (due);
COMMENT ON COLUMN fleet_entries.slot IS 'when it is next due by its timing';
COMMENT ON COLUMN fleet_entries.due IS 'the same with jitter';
COMMENT ON COLUMN fleet_entries.latest IS 'when it was last due';
COMMENT ON COLUMN fleet_entries.last_good IS 'end of the last run of verdict ok or warning';
COMMENT ON COLUMN fleet_entries.last_news IS 'end of the last run that found a new article';
CREATE TABLE fleet_starts (
    id bigserial PRIMARY KEY,
    entry text NOT NULL,
    job bigint,
    worker text,
    by_hand boolean NOT NULL DEFAULT false,
    due float8 NOT NULL,
    started float8,
    ended float8,
    run text,
    verdict text,
    reasons jsonb NOT NULL DEFAULT '[]',
    counts jsonb NOT NULL DEFAULT '{}',
    skipped text
);
CREATE INDEX fleet_starts_running ON fleet_starts (entry) WHERE ended IS NULL;
CREATE INDEX fleet_starts_job ON fleet_starts (job) WHERE ended IS NULL;
CREATE INDEX fleet_starts_ended ON fleet_starts (ended);
COMMENT ON COLUMN fleet_starts.skipped IS 'why it was not run';
CREATE TABLE fleet_workers (
    name text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    version text NOT NULL,
    concurrency integer NOT NULL,
    running integer NOT NULL DEFAULT 0,
    started float8 NOT NULL,
    seen float8 NOT NULL
);
"""
MIGRATIONS = {1: WAITING}
"""Version -> SQL that migrates the tables from it to the next one."""
AFTER_WORKERS = "_50_post_"
"""Part of the name of Procrastinate migrations that must run after workers of the older version have stopped."""


def make_tables(database: Database) -> list[str]:
    """Create or migrate all tables; return what was done, one line each."""
    with _lock(database):
        with database.transaction() as connection:
            done = [*_make_own(connection), *_make_queue(connection)]
        return [*done, *_migrate_queue(database)]


@contextmanager
def _lock(database: Database) -> Iterator[None]:
    """Hold the lock for creating tables. It belongs to the session, so it is kept across transactions."""
    with database.transaction() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (INIT_LOCK,))
    try:
        yield
    finally:
        with database.transaction() as connection:
            connection.execute("SELECT pg_advisory_unlock(%s)", (INIT_LOCK,))


def _make_own(connection: Connection) -> Iterator[str]:
    if not _exists(connection, "fleet_meta"):
        connection.execute((TABLES + WAITING).encode())
        _set(connection, "version", str(VERSION))
        yield f"made the tables of the fleet, version {VERSION}"
        return
    found = int(_get(connection, "version") or 0)
    if found > VERSION:
        raise DataFolderError(
            f"the fleet's tables were made by a newer portalcrawl (version {found}, this one knows {VERSION}); "
            "upgrade portalcrawl here"
        )
    for number in range(found, VERSION):
        connection.execute(MIGRATIONS[number].encode())
        yield f"migrated the tables of the fleet to version {number + 1}"
    _set(connection, "version", str(VERSION))


def _make_queue(connection: Connection) -> Iterator[str]:
    """Create Procrastinate's tables. They have no version, so the name of the last migration is stored by us."""
    if not _exists(connection, "procrastinate_jobs"):
        connection.execute(SchemaManager.get_schema())
        _set(connection, "procrastinate", _migrations()[-1].name)
        yield f"made the tables of Procrastinate {version('procrastinate')}"
    elif _get(connection, "procrastinate") is None:  # created by others; assumed to be of this version
        _set(connection, "procrastinate", _migrations()[-1].name)


def _migrate_queue(database: Database) -> Iterator[str]:
    """Migrate Procrastinate's tables, one transaction per migration, as some depend on committed earlier ones."""
    for migration in _migrations():
        with database.transaction() as connection:
            if migration.name <= (_get(connection, "procrastinate") or ""):
                continue
            if AFTER_WORKERS in migration.name and _workers(connection):
                yield "run scrapy fleet init again when all workers have this version, for the rest of the migration"
                return
            connection.execute(migration.read_bytes())
            _set(connection, "procrastinate", migration.name)
        yield f"migrated the tables of Procrastinate: {migration.stem}"


def _migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _exists(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) AS found", (table,)).fetchone()
    return row is not None and row["found"] is not None


def _workers(connection: Connection) -> bool:
    return connection.execute("SELECT 1 FROM procrastinate_workers LIMIT 1").fetchone() is not None


def _get(connection: Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM fleet_meta WHERE key = %s", (key,)).fetchone()
    return row["value"] if row else None


def _set(connection: Connection, key: str, value: str) -> None:
    query = "INSERT INTO fleet_meta VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    connection.execute(query, (key, value))
