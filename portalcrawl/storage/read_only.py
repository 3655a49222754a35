"""Reads an SQLite state that may not be written: of another user, on a read-only file system, or while others write it.

A file with a write-ahead log needs an index of the log beside it, which SQLite also makes to read. If the folder
forbids that, it depends on what lies there how the file can be read. That changes when others begin and end to write,
so each connection looks anew, and none is kept.
"""

from __future__ import annotations

import os
import sqlite3
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from portalcrawl.errors import DataFolderError
from portalcrawl.storage import tables
from portalcrawl.storage.database import (
    database_errors_as,
    make_engine,
    open_existing,
    refuse_newer,
    state_file,
    version_of,
)

LOG, INDEX = "-wal", "-shm"
"""What the names of the write-ahead log and of its index end in."""
TRIES = 5
"""Others may begin or end to write between a look at the folder and the opening of the file."""


def reading_engine(url: str) -> Engine:
    """Return an engine on the database at *url* to read from; it needs no right to write. Connect to nothing."""
    file = state_file(url)
    if file is None or not file.exists() or _may_write(file):
        return make_engine(url)
    return create_engine("sqlite://", creator=partial(_connect, file), poolclass=NullPool)


def open_for_reading(url: str) -> Engine:
    """Return an engine on the existing state at *url* for a command that only reads it.

    An older state is migrated where it may be written.

    :raises DataFolderError: if there is none, if it can't be opened, or needs to be migrated and may not be written.
    """
    file = state_file(url)
    if file is None or not file.exists() or _may_write(file):
        return open_existing(url)
    engine = reading_engine(url)
    with database_errors_as(f"the state {file} can't be read"), engine.connect() as connection:
        version = version_of(connection)
    refuse_newer(version or 0, url)
    if version != tables.VERSION:
        found = "is empty" if version is None else f"has version {version}, this portalcrawl reads {tables.VERSION}"
        raise DataFolderError(f"the state {file} {found}; a command of somebody who may write it brings it up to date")
    return engine


def _may_write(file: Path) -> bool:
    """Return whether *file*, what belongs to it and its folder may be written."""
    beside = [path for end in (LOG, INDEX) if (path := file.with_name(file.name + end)).exists()]
    return all(os.access(path, os.W_OK) for path in (file, *beside, file.parent))


def _connect(file: Path) -> sqlite3.Connection:
    for tries_left in reversed(range(TRIES)):
        connection = None
        try:
            connection = _opened(file)
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            break
        except sqlite3.OperationalError as error:
            if connection is not None:
                connection.close()
            if not tries_left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN:
                raise
    assert connection is not None
    return connection


def _opened(file: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(file.absolute()), safe='/')}?mode=ro"
    log, index = (file.with_name(file.name + end) for end in (LOG, INDEX))
    if log.exists() and index.exists():
        return sqlite3.connect(address, uri=True, isolation_level=None)
    if log.exists() and log.stat().st_size:
        # Left by a process that died, and copied without its index: nobody writes, so SQLite makes one in memory.
        connection = sqlite3.connect(f"{address}&vfs=unix-none", uri=True, isolation_level=None)
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        return connection
    # Nobody writes, and the file has everything.
    return sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)
