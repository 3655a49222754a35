"""The write-ahead log of an SQLite file, in which readers don't wait for a writer."""

from __future__ import annotations

import sqlite3
import time

PAUSE = 0.01
"""Seconds between two tries to change the journal mode."""


def use_write_ahead_log(cursor: sqlite3.Cursor, wait: float) -> None:
    """Change the file of *cursor* to a write-ahead log; a file that has one already stays as it is.

    SQLite doesn't apply its busy timeout to a change of the journal mode: of two processes that open a new file at the
    same moment, one would fail at once. So this tries again until *wait* seconds have passed.

    :raises sqlite3.OperationalError: where another process still holds the lock then.
    """
    deadline = time.monotonic() + wait
    while not _changed(cursor, is_last=time.monotonic() > deadline):
        time.sleep(PAUSE)


def _changed(cursor: sqlite3.Cursor, *, is_last: bool) -> bool:
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if is_last or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
