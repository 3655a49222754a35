"""Opening the state: its version, its pragmas, and clear words where it can't be used."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from portalcrawl.errors import DataFolderError, SettingError
from portalcrawl.storage import tables
from portalcrawl.urls import mask_secrets

logger = logging.getLogger(__name__)

IN_MEMORY = "sqlite://"
BUSY_TIMEOUT = 60.0
"""Seconds to wait for another process that writes: commits take milliseconds, a migration may take longer."""
WAIT_OPTION = "busy_timeout"
"""Execution option of an engine or connection that waits less long (seconds) before StateBusyError."""


class StateBusyError(DataFolderError):
    """Another process holds the state's write lock; a later try may succeed."""


class StateReplacedError(DataFolderError):
    """The state that a run began with is no longer the one that others use."""


def open_database(url: str) -> Engine:
    """Return an engine on the state at *url*, created or migrated to this version.

    A corrupt SQLite file is set aside under another name, never deleted, and a new one is begun. Raises SettingError
    for a URL that names no database, DataFolderError for a state that can't be opened or was written by a newer
    version.
    """
    engine = make_engine(url)
    with database_errors_as(f"the state {display_url(url)} can't be used"):
        try:
            _bring_up_to_date(engine, url)
        except (DatabaseError, sqlite3.DatabaseError) as error:
            engine.dispose()
            if not _is_corrupt(error):
                raise
            _set_aside(url)
            engine = make_engine(url)
            _bring_up_to_date(engine, url)
    return engine


@contextmanager
def database_errors_as(problem: str) -> Iterator[None]:
    """Turn what the database raises into a DataFolderError of one line that begins with *problem*."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        kind = StateBusyError if _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else DataFolderError
        raise kind(f"{problem}: {_of_driver(error)}") from error


def make_engine(url: str) -> Engine:
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


@contextmanager
def read_connection(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that reads: it takes no write lock, and each query sees what is committed by then.

    DataFolderError where the state can't be read.
    """
    with database_errors_as("the state can't be read"), _reader(engine) as connection:
        yield connection


def _reader(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def state_file(url: str) -> Path | None:
    """Return the file of an SQLite state; None for a state that is no file."""
    address = make_url(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


@dataclass(frozen=True, slots=True)
class StateFile:
    """The file of a state; two looks at it are equal unless a new file was put in its place between them."""

    url: str
    path: Path | None
    """None for a state that is no file."""
    identity: tuple[int, int] | None

    @classmethod
    def now(cls, url: str) -> StateFile:
        """Look at the file of the state at *url*."""
        path, identity = state_file(url), None
        with suppress(OSError):
            found = path.stat() if path is not None else None
            identity = (found.st_dev, found.st_ino) if found else None
        return cls(url, path, identity)

    def check(self) -> None:
        """Raise StateReplacedError where the file was deleted since, or another one put in its place."""
        if StateFile.now(self.url) != self:
            raise StateReplacedError(f"the state {self.path} was deleted or replaced while the run lasted")


def remove_orphaned_log(url: str) -> None:
    """Remove the write-ahead log of a state whose file is gone; nobody may be opening the state meanwhile.

    A process that still has the old file open would share the log's index with the new file, and damage it.
    """
    file = state_file(url)
    if file is not None and not file.exists():
        for end in ("-wal", "-shm"):
            file.with_name(file.name + end).unlink(missing_ok=True)


def _of_driver(error: DatabaseError | sqlite3.DatabaseError) -> BaseException | None:
    return error.orig if isinstance(error, DatabaseError) else error


def _code(error: DatabaseError | sqlite3.DatabaseError) -> int:
    """Return SQLite's primary result code; 0 for an error of another database."""
    return int(getattr(_of_driver(error), "sqlite_errorcode", 0)) & 0xFF


def _is_corrupt(error: DatabaseError | sqlite3.DatabaseError) -> bool:
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _set_aside(url: str) -> None:
    """Give a corrupt file, and its write-ahead log, a name that says when it was found so."""
    file = Path(make_url(url).database or "")
    end = f".corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    for part in ("", "-wal", "-shm"):
        path = file.with_name(file.name + part)
        if path.exists():
            path.rename(path.with_name(path.name + end))
    logger.error("The state %s is corrupt: it is kept as %s, and a new one is begun", file, file.name + end)


def display_url(url: str) -> str:
    """Return *url* without a password; for SQLite the file's path."""
    file = state_file(url)
    return str(file) if file else make_url(url).render_as_string()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where sqlite3 guesses
    cursor: sqlite3.Cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000:.0f}")
    if cursor.execute("PRAGMA page_count").fetchone() == (0,):
        cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")  # so that clean-up can give space back
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later could fail with "database is locked" without waiting.
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(f"PRAGMA busy_timeout={options.get(WAIT_OPTION, BUSY_TIMEOUT) * 1000:.0f}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _bring_up_to_date(engine: Engine, url: str) -> None:
    # Who only looks needs no write lock, and no right to write.
    with _reader(engine) as connection:
        if _version(connection) == tables.VERSION:
            _check(connection)
            return
    with engine.begin() as connection:
        version = _version(connection)
        if version is None:
            tables.create(connection)
            return
        _check(connection)
        if version > tables.VERSION:
            raise DataFolderError(
                f"the state {display_url(url)} was written by a newer portalcrawl (version {version}, this one knows "
                f"{tables.VERSION}); upgrade portalcrawl or choose another DATA_DIR"
            )
        if version < tables.VERSION:
            tables.migrate(connection, version)


def _version(connection: Connection) -> int | None:
    """Return the version of the state's tables; None where there are none."""
    if not inspect(connection).has_table(tables.meta.name):
        return None
    return int(connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "version")) or 0)


def _check(connection: Connection) -> None:
    """After a run that died: look through the file, which takes about a second a gigabyte."""
    unfinished = select(tables.runs.c.run).where(tables.runs.c.finished.is_(None)).limit(1)
    if connection.dialect.name != "sqlite" or connection.scalar(unfinished) is None:
        return
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if said != "ok":
        corrupt = sqlite3.DatabaseError(said)
        corrupt.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise DatabaseError("PRAGMA quick_check", None, corrupt)
