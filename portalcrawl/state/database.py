"""Opening the state: its version, its pragmas, and clear words where it can't be used."""

from __future__ import annotations

import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from portalcrawl.errors import DataFolderError, SettingError
from portalcrawl.state import tables
from portalcrawl.urls import mask_secrets

logger = logging.getLogger(__name__)

IN_MEMORY = "sqlite://"
BUSY_TIMEOUT = 60_000
"""Milliseconds that a run waits while another one commits: commits take milliseconds, so a minute is plenty."""


def open_database(url: str) -> Engine:
    """Return an engine on the state at *url*, created or migrated to this version.

    A corrupt SQLite file is set aside under another name, never deleted, and a new one is begun. Raises SettingError
    for a URL that names no database, DataFolderError for a state that can't be opened or was written by a newer
    version.
    """
    engine = connect(url)
    try:
        try:
            _bring_up_to_date(engine, url)
        except DatabaseError as error:
            if not _is_corrupt(error):
                raise
            engine.dispose()
            _set_aside(url)
            engine = connect(url)
            _bring_up_to_date(engine, url)
    except DatabaseError as error:
        engine.dispose()
        raise DataFolderError(f"the state {shown(url)} can't be used: {error.orig}") from None
    return engine


def connect(url: str) -> Engine:
    """Return an engine on the database at *url*, whatever is in it; SettingError for a URL that names none."""
    try:
        address = make_url(url)
        in_memory = address.get_backend_name() == "sqlite" and not address.database
        engine = create_engine(address, **({"poolclass": StaticPool} if in_memory else {}))
    except ImportError as error:
        raise SettingError("STATE_URL", mask_secrets(url), f"a database whose driver is installed ({error})") from None
    except (ArgumentError, NoSuchModuleError):
        takes = "a database URL such as sqlite:///data/state.sqlite3"
        raise SettingError("STATE_URL", mask_secrets(url), takes) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _is_corrupt(error: DatabaseError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _set_aside(url: str) -> None:
    """Give a corrupt file, and its write-ahead log, a name that says when it was found so."""
    file = Path(make_url(url).database or "")
    end = f".corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    for part in ("", "-wal", "-shm"):
        path = file.with_name(file.name + part)
        if path.exists():
            path.rename(path.with_name(path.name + end))
    logger.error("The state %s is corrupt: it is kept as %s, and a new one is begun", file, file.name + end)


def shown(url: str) -> str:
    """Return *url* without a password; for SQLite the file's path."""
    address = make_url(url)
    is_file = address.get_backend_name() == "sqlite" and address.database
    return str(Path(address.database)) if is_file and address.database else address.render_as_string()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where sqlite3 guesses
    cursor: sqlite3.Cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later could fail with "database is locked" without waiting.
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _bring_up_to_date(engine: Engine, url: str) -> None:
    with engine.begin() as connection:
        if not inspect(connection).has_table(tables.meta.name):
            tables.create(connection)
            return
        if connection.scalar(select(tables.runs.c.run).where(tables.runs.c.finished.is_(None)).limit(1)):
            _check(connection)
        version = int(connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "version")) or 0)
        if version > tables.VERSION:
            raise DataFolderError(
                f"the state {shown(url)} was written by a newer portalcrawl (version {version}, this one knows "
                f"{tables.VERSION}); upgrade portalcrawl or choose another DATA_DIR"
            )
        if version < tables.VERSION:
            tables.migrate(connection, version)


def _check(connection: Connection) -> None:
    """After a run that died: look through the file, which takes about a second a gigabyte."""
    if connection.dialect.name != "sqlite":
        return
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if said != "ok":
        corrupt = sqlite3.DatabaseError(said)
        corrupt.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise DatabaseError("PRAGMA quick_check", None, corrupt)
