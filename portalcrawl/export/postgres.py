"""Exports to PostgreSQL tables in their own schema: COPY into staging tables, then upsert, in one transaction.

portalcrawl_export.articles         one row per revision, key (id, revision)
portalcrawl_export.teasers          one row per state, key id
portalcrawl_export.exported_runs    runs that the tables hold completely, updated in the same transaction
portalcrawl_export.exported_feeds   feeds that they hold of other runs
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from portalcrawl.errors import ExportError, RunLockedError, UsageError
from portalcrawl.export.columns import Column, ColumnType, columns_of, key_of
from portalcrawl.export.cursor import Cursor
from portalcrawl.export.exporting import Row
from portalcrawl.storage.postgresql import CONNECTION
from portalcrawl.urls import mask_secrets

SCHEMA = "portalcrawl_export"
LOCK = 0x706F7274616C  # "portal", the key of the advisory lock
EXAMPLE = "postgresql://user:password@host:5432/database"
TYPES: dict[ColumnType, LiteralString] = {
    "text": "text",
    "time": "timestamptz",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "texts": "text[]",
    "records": "jsonb",
    "object": "jsonb",
}
CURSOR_TABLES: tuple[LiteralString, ...] = (
    "CREATE TABLE IF NOT EXISTS {}.exported_runs (run text PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS {}.exported_feeds (feed text PRIMARY KEY, portals text[] NOT NULL)",
)
IN_SCHEMA = sql.Identifier(SCHEMA)


class PostgresTarget:
    """The tables in one database."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._stored = Cursor()

    @classmethod
    @contextmanager
    def open(cls, url: str) -> Iterator[PostgresTarget]:
        """Connect to the database at *url* and create the tables.

        :raises UsageError: if *url* is not a PostgreSQL URL.
        :raises RunLockedError: if another export is using the database.
        :raises ExportError: for any other database error.
        """
        address = _address(url)
        shown = mask_secrets(url)
        try:
            with psycopg.connect(**address, autocommit=True) as connection:
                if connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone() != (True,):
                    raise RunLockedError(f"another export writes to {shown}")
                _make_cursor_tables(connection)
                yield cls(connection)
        except psycopg.Error as error:
            said = str(error).strip() or type(error).__name__
            raise ExportError(f"{shown}: {_first_line(said)}") from None

    def cursor(self) -> Cursor:
        """Return the cursor with the runs and feeds that the tables hold."""
        runs = self._connection.execute(_in_schema("SELECT run FROM {}.exported_runs")).fetchall()
        feeds = self._connection.execute(_in_schema("SELECT feed, portals FROM {}.exported_feeds")).fetchall()
        self._stored = Cursor({run for (run,) in runs}, {feed: frozenset(portals) for feed, portals in feeds})
        return Cursor(set(self._stored.runs), dict(self._stored.feeds))

    @contextmanager
    def batch(self) -> Iterator[PostgresBatch]:
        """Return a new batch; leaving the context rolls it back unless it was committed."""
        batch = PostgresBatch(self._connection, self._stored)
        with self._connection.transaction() as transaction:
            try:
                yield batch
            except BaseException as error:
                batch.abort(error)
                raise
            if not batch.is_complete:
                raise psycopg.Rollback(transaction)

    def lost(self) -> str | None:
        """Return None: rows deleted by others stay deleted and are not reported."""
        return None

    def tidy(self) -> None:
        """Do nothing: PostgreSQL cleans up by itself (autovacuum)."""


class PostgresBatch:
    """Rows in staging tables of one transaction, upserted on commit."""

    def __init__(self, connection: psycopg.Connection[Any], stored: Cursor) -> None:
        self.is_complete = False
        self._connection = connection
        self._stored = stored
        self._kinds: set[str] = set()
        self._copying: str | None = None
        self._copy: Any = None
        self._context: Any = None

    def write(self, row: Row) -> None:
        """Add a row to the staging table of its kind."""
        if self._copying != row.kind:
            self._end_copy()
            self._begin_copy(row.kind)
        columns = columns_of(row.kind)
        self._copy.write_row([_plain(column, value) for column, value in zip(columns, row.values, strict=True)])

    def commit(self, cursor: Cursor) -> None:
        """Upsert the rows and store *cursor*; the transaction is committed when its context is left."""
        self._end_copy()
        for kind in sorted(self._kinds):
            self._connection.execute(_upsert(kind))
        self._record(cursor)
        self._stored.runs, self._stored.feeds = set(cursor.runs), dict(cursor.feeds)
        self.is_complete = True

    def abort(self, error: BaseException) -> None:
        """Abort the current COPY, so that the transaction can be rolled back."""
        if self._context is not None:
            with suppress(psycopg.Error):
                self._context.__exit__(type(error), error, error.__traceback__)
            self._context = None

    def _record(self, cursor: Cursor) -> None:
        runs = [(run,) for run in cursor.runs - self._stored.runs]
        gone = [(feed,) for feed in self._stored.feeds.keys() - cursor.feeds.keys()]
        feeds = [(feed, sorted(held)) for feed, held in cursor.feeds.items() if self._stored.feeds.get(feed) != held]
        upsert = (
            "INSERT INTO {}.exported_feeds VALUES (%s, %s) ON CONFLICT (feed) DO UPDATE SET portals = EXCLUDED.portals"
        )
        with self._connection.cursor() as statement:
            statement.executemany(_in_schema("INSERT INTO {}.exported_runs VALUES (%s)"), runs)
            statement.executemany(_in_schema("DELETE FROM {}.exported_feeds WHERE feed = %s"), gone)
            statement.executemany(_in_schema(upsert), feeds)

    def _begin_copy(self, kind: str) -> None:
        if kind not in self._kinds:
            self._kinds.add(kind)
            _make_table(self._connection, kind)
            staging = "CREATE TEMP TABLE {staging} ({columns}) ON COMMIT DROP"
            self._connection.execute(
                sql.SQL(staging).format(staging=_staging(kind), columns=sql.SQL(", ").join(_definitions(kind)))
            )
        copy = sql.SQL("COPY {} ({}) FROM STDIN").format(_staging(kind), _names(kind))
        self._context = self._connection.cursor().copy(copy)
        self._copy = self._context.__enter__()
        self._copying = kind

    def _end_copy(self) -> None:
        if self._context is not None:
            self._context.__exit__(None, None, None)
            self._context = self._copying = None


def _address(url: str) -> dict[str, Any]:
    """Return the connection parameters from *url*; raise UsageError if it is not a PostgreSQL URL."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise UsageError(f"{mask_secrets(url)!r} is not a PostgreSQL URL; it takes one such as {EXAMPLE}")
    try:
        urlsplit(url)
        found = conninfo_to_dict(f"postgresql://{rest}")
    except (psycopg.ProgrammingError, ValueError) as error:
        said = _first_line(str(error))
        raise UsageError(
            f"{mask_secrets(url)!r} is not a PostgreSQL URL ({said}); it takes one such as {EXAMPLE}"
        ) from None
    return {**CONNECTION, "application_name": "portalcrawl export", **found}


def _first_line(text: str) -> str:
    return " ".join(text.split("\n", 1)[0].split())


def _in_schema(statement: LiteralString) -> sql.Composed:
    return sql.SQL(statement).format(IN_SCHEMA)


def _make_cursor_tables(connection: psycopg.Connection[Any]) -> None:
    """Create the schema and tables if missing; later exports need no privilege to create schemas."""
    with connection.transaction():
        has_schema = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (SCHEMA,)).fetchone()
        if has_schema is None:
            connection.execute(_in_schema("CREATE SCHEMA {}"))
        for statement in CURSOR_TABLES:
            connection.execute(_in_schema(statement))


def _make_table(connection: psycopg.Connection[Any], kind: str) -> None:
    """Create the table of *kind*, or add columns that are missing in a table of an older version."""
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s", (SCHEMA, kind)
    ).fetchall()
    there = {name for (name,) in rows}
    table = sql.Identifier(SCHEMA, kind)
    if not there:
        key = sql.SQL(", ").join(map(sql.Identifier, key_of(kind)))
        parts = sql.SQL(", ").join([*_definitions(kind), sql.SQL("PRIMARY KEY ({})").format(key)])
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, parts))
        return
    for column, definition in zip(columns_of(kind), _definitions(kind), strict=True):
        if column.name not in there:
            connection.execute(sql.SQL("ALTER TABLE {} ADD COLUMN {}").format(table, definition))


def _definitions(kind: str) -> list[sql.Composed]:
    return [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(TYPES[column.type])) for column in columns_of(kind)
    ]


def _names(kind: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns_of(kind))


def _staging(kind: str) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"new_{kind}")


def _upsert(kind: str) -> sql.Composed:
    """Return the upsert from the staging table; of several staged rows with the same key, the last one wins."""
    key = sql.SQL(", ").join(map(sql.Identifier, key_of(kind)))
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column.name))
        for column in columns_of(kind)
        if column.name not in key_of(kind)
    )
    statement = (
        "INSERT INTO {table} ({names}) SELECT DISTINCT ON ({key}) {names} FROM {staging} ORDER BY {key}, ctid DESC "
        "ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )
    parts = {"table": sql.Identifier(SCHEMA, kind), "names": _names(kind), "staging": _staging(kind), "key": key}
    return sql.SQL(statement).format(**parts, changes=changes)


def _plain(column: Column, value: Any) -> Any:
    """Return *value* in the form that COPY accepts, without U+0000, which PostgreSQL can't store (its manual, 8.3)."""
    if value is None:
        return None
    if column.type in ("records", "object"):
        return json.dumps(value, ensure_ascii=False).replace("\\u0000", "")
    if column.type == "texts":
        return [text.replace("\0", "") for text in value]
    return value.replace("\0", "") if column.type == "text" else value
