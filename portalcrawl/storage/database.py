"""Opens the state's database: version, pragmas, and one-line errors if it can't be used."""

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
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError
from sqlalchemy.pool import StaticPool

from portalcrawl.errors import DataFolderError, SettingError
from portalcrawl.storage import migrations, postgresql, tables
from portalcrawl.storage.write_ahead_log import use_write_ahead_log
from portalcrawl.urls import mask_secrets

logger = logging.getLogger(__name__)

IN_MEMORY = "sqlite://"
BUSY_TIMEOUT = 60.0
"""Seconds to wait for another process that writes. Commits take milliseconds, a migration may take longer."""
DRIVERS = ("sqlite", "sqlite+pysqlite", postgresql.DRIVER)
"""Dialects and drivers of SQLAlchemy that the state's statements are written for."""
KNOWN = f"an SQLite file (sqlite:///data/state.sqlite3) or PostgreSQL ({postgresql.DRIVER}://user@host/database)"
FLEET_HINT = "pip install 'portalcrawl[fleet]'"
OPENING_TRIES = 5
"""A corrupt state is set aside once, but other processes may do so while this one opens it."""
WAIT_OPTION = "busy_timeout"
"""Execution option of engines and connections: seconds to wait before StateBusyError, instead of BUSY_TIMEOUT."""


class StateBusyError(DataFolderError):
    """Another process holds a lock of the state, or its server can't be reached now; a later try may succeed."""


class StateInUseError(StateBusyError):
    """Runs of an older version go on in the state, so that it can't be migrated now."""


class StateReplacedError(DataFolderError):
    """The state with which a run began was deleted or replaced."""


def open_database(url: str) -> Engine:
    """Return an engine on the state at *url*, created or migrated to this version.

    A corrupt SQLite file is renamed, never deleted, and a new one is created.

    :raises SettingError: for a URL that names no database.
    :raises StateInUseError: for an older state on a server in which runs go on.
    :raises DataFolderError: for a state that can't be opened, or was written by a newer version.
    """
    engine = make_engine(url)
    with database_errors_as(f"the state {display_url(url)} can't be used"):
        for tries_left in reversed(range(OPENING_TRIES)):
            file = StateFile.now(url)
            try:
                _bring_up_to_date(engine, url)
                break
            except (DatabaseError, sqlite3.DatabaseError) as error:
                engine.dispose()
                if not tries_left or not _is_replaced(file, error):
                    raise
    return engine


def open_existing(url: str) -> Engine:
    """Return what :func:`open_database` returns; raise DataFolderError for an SQLite file that does not exist."""
    file = state_file(url)
    if file is not None and not file.exists():
        raise DataFolderError(f"there is no state in {file.parent} yet; scrapy crawl portal makes it")
    return open_database(url)


@contextmanager
def database_errors_as(problem: str) -> Iterator[None]:
    """Convert errors of the database to a DataFolderError with one line that begins with *problem*."""
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError) as error:
        is_busy = _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or postgresql.is_passing(error)
        said = " ".join(str(_of_driver(error)).split())
        raise (StateBusyError if is_busy else DataFolderError)(f"{problem}: {said}") from error


def make_engine(url: str) -> Engine:
    """Return an engine on the database at *url*; connect to nothing. Raise SettingError for a URL that names none."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise SettingError("STATE_URL", mask_secrets(url), KNOWN) from None
    if address.drivername not in DRIVERS:
        raise SettingError("STATE_URL", mask_secrets(url), KNOWN)
    in_memory = address.get_backend_name() == "sqlite" and not address.database
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    if address.get_backend_name() == postgresql.BACKEND:
        options["connect_args"] = postgresql.connect_arguments(address)
    try:
        engine = create_engine(address, **options)
    except ImportError:
        takes = f"a database whose driver is installed ({FLEET_HINT})"
        raise SettingError("STATE_URL", mask_secrets(url), takes) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    elif engine.dialect.name == postgresql.BACKEND:
        postgresql.prepare(engine)
        event.listen(engine, "begin", _limit_waiting)
    return engine


@contextmanager
def read_connection(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for reading: it takes no lock, and each query sees what is committed by then.

    :raises DataFolderError: if the state can't be read.
    """
    with database_errors_as("the state can't be read"), _reader(engine) as connection:
        yield connection


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that holds the write lock.

    :raises StateBusyError: if another process holds the write lock for too long (see WAIT_OPTION).
    :raises DataFolderError: if the state can't be written.
    """
    with database_errors_as("the state can't be written"), engine.begin() as connection:
        yield connection


def _reader(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def state_file(url: str) -> Path | None:
    """Return the file of an SQLite state; None for a state in memory or in another database."""
    address = make_url(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


@dataclass(frozen=True, slots=True)
class StateFile:
    """The identity of a state's file; two of them differ if the file was replaced in between."""

    url: str
    path: Path | None
    """None for a state that is no file."""
    identity: tuple[int, int] | None

    @classmethod
    def now(cls, url: str) -> StateFile:
        """Return the identity of the file that is there now."""
        path, identity = state_file(url), None
        with suppress(OSError):
            stat = path.stat() if path is not None else None
            identity = (stat.st_dev, stat.st_ino) if stat else None
        return cls(url, path, identity)

    def check(self) -> None:
        """Raise StateReplacedError where the file was deleted or replaced since."""
        if StateFile.now(self.url) != self:
            raise StateReplacedError(f"the state {self.path} was deleted or replaced during the run")


def remove_orphaned_log(url: str) -> None:
    """Remove the write-ahead log of a state whose file was deleted; no process may be opening the state meanwhile.

    A process that still has the deleted file open would otherwise share the log's index with the new file, and damage
    the new file.
    """
    file = state_file(url)
    if file is not None and not file.exists():
        for end in ("-wal", "-shm"):
            file.with_name(file.name + end).unlink(missing_ok=True)


def is_server(url: str) -> bool:
    """Return whether the state at *url* is on a database server, and so may be shared by machines."""
    return make_url(url).get_backend_name() == postgresql.BACKEND


def _of_driver(error: DBAPIError | sqlite3.DatabaseError) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _code(error: DBAPIError | sqlite3.DatabaseError) -> int:
    """Return the primary result code of SQLite; 0 for an error of another database."""
    return int(getattr(_of_driver(error), "sqlite_errorcode", 0)) & 0xFF


def _is_corrupt(error: DatabaseError | sqlite3.DatabaseError) -> bool:
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _is_replaced(found: StateFile, error: DatabaseError | sqlite3.DatabaseError) -> bool:
    """Return whether the file that raised *error* is gone; a corrupt file is renamed.

    The first of several processes with this error renames the file; the others must not rename the new one.
    """
    if found.path is None or found.identity is None:
        return False
    if not _is_corrupt(error):
        return StateFile.now(found.url) != found
    from filelock import FileLock  # imported here, since a state is hardly ever corrupt

    with FileLock(found.path.with_name(found.path.name + ".corrupt.lock")):
        if StateFile.now(found.url) == found:
            _set_aside(found.path)
    return True


def _set_aside(file: Path) -> None:
    """Rename a corrupt file and its write-ahead log; the new name ends in the present time."""
    end = time = f".corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    number = 1
    while file.with_name(file.name + end).exists():
        number += 1
        end = f"{time}-{number}"
    for suffix in ("-wal", "-shm", ""):  # the file last: else the log of a new file might be renamed
        path = file.with_name(file.name + suffix)
        with suppress(FileNotFoundError):
            path.rename(path.with_name(path.name + end))
    logger.error("The state %s is corrupt: it is renamed to %s, and a new one is created", file, file.name + end)


def display_url(url: str) -> str:
    """Return the path of an SQLite file; for another database *url* without its password."""
    file = state_file(url)
    return str(file) if file else make_url(url).render_as_string()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy begins transactions, not sqlite3
    cursor: sqlite3.Cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000:.0f}")
    if cursor.execute("PRAGMA page_count").fetchone() == (0,):
        cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")  # so that clean-up can shrink the file
    use_write_ahead_log(cursor, BUSY_TIMEOUT)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail with "database is locked" without waiting.
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(f"PRAGMA busy_timeout={options.get(WAIT_OPTION, BUSY_TIMEOUT) * 1000:.0f}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _limit_waiting(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        postgresql.set_lock_timeout(connection, float(options.get(WAIT_OPTION, BUSY_TIMEOUT)))


def _bring_up_to_date(engine: Engine, url: str) -> None:
    # Checked first without a write lock: commands that only read may lack the right to write.
    with _reader(engine) as connection:
        if version_of(connection) == tables.VERSION:
            _check(connection)
            return
    with engine.begin() as connection:
        if connection.dialect.name == postgresql.BACKEND:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({postgresql.TABLES_LOCK})")
        version = version_of(connection)
        if version is None:
            tables.create(connection)
            return
        _check(connection)
        refuse_newer(version, url)
        if version < tables.VERSION:
            if portal := migrations.portal_in_use(connection):
                raise StateInUseError(
                    f"the state {display_url(url)} has version {version}, and runs of an older portalcrawl go on in it "
                    f"(on {portal}); it is migrated to version {tables.VERSION} when they have ended"
                )
            migrations.migrate(connection, version)


def refuse_newer(version: int, url: str) -> None:
    """Raise DataFolderError if the state at *url* is of a *version* that this program does not know."""
    if version > tables.VERSION:
        raise DataFolderError(
            f"the state {display_url(url)} was written by a newer portalcrawl (version {version}, this one knows "
            f"{tables.VERSION}); upgrade portalcrawl or choose another DATA_DIR"
        )


def state_version(url: str) -> int | None:
    """Return the version of the state at *url*; None if there is none yet.

    :raises DataFolderError: if the state can't be read.
    """
    engine = make_engine(url)
    with read_connection(engine) as connection:
        version = version_of(connection)
    engine.dispose()
    return version


def version_of(connection: Connection) -> int | None:
    """Return the version of the state's tables; None if there are none."""
    if not inspect(connection).has_table(tables.meta.name):
        return None
    return int(connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "version")) or 0)


def _check(connection: Connection) -> None:
    """Check an SQLite file for damage if a run died; this takes about a second per gigabyte."""
    unfinished = select(tables.runs.c.run).where(tables.runs.c.finished.is_(None)).limit(1)
    if connection.dialect.name != "sqlite" or connection.scalar(unfinished) is None:
        return
    result = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if result != "ok":
        corrupt = sqlite3.DatabaseError(result)
        corrupt.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise DatabaseError("PRAGMA quick_check", None, corrupt)
