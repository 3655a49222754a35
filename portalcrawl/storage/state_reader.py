"""Look-ups in the state for one run: without locks, and patient with a database server that restarts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from time import monotonic, sleep
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from portalcrawl.storage import postgresql
from portalcrawl.storage.database import StateBusyError, database_errors_as

T = TypeVar("T")

CHUNK = 5_000
"""Values in one IN (...), far below SQLite's limit of 32,766 parameters."""
OUTAGE = 20.0
"""Seconds that a look-up waits for a database server that was restarted: reading a page may take as long."""
RETRY_INTERVAL = 0.25


class StateReader:
    """One connection for all look-ups, opened with the first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def rows(self, query: Any, **values: Any) -> Sequence[Any]:
        """Return all rows of *query*, run with the parameters *values*.

        A database server that can't be reached is waited for.

        :raises StateBusyError: after OUTAGE seconds.
        """
        try:
            return self._read(query, values)
        except DBAPIError as error:
            if not postgresql.is_passing(error):
                raise
        return patiently(lambda: self._read_anew(query, values), OUTAGE)

    def rows_with(self, query: Any, keys: Collection[Any], **values: Any) -> Iterator[Any]:
        """Yield the rows of *query* for any number of *keys*, the values of its expanding parameter ``keys``."""
        for chunk in chunks(keys):
            yield from self.rows(query, keys=chunk, **values)

    def _read(self, query: Any, values: Mapping[str, Any]) -> Sequence[Any]:
        if self._connection is None:
            # An open read transaction would keep SQLite from emptying its write-ahead log.
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._connection.execute(query, values).all()

    def _read_anew(self, query: Any, values: Mapping[str, Any]) -> Sequence[Any]:
        self._close_connection()
        with database_errors_as("the state can't be read"):
            return self._read(query, values)

    def _close_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Close all connections of the engine."""
        self._close_connection()
        self._engine.dispose()


def patiently(work: Callable[[], T], seconds: float) -> T:
    """Return what *work* returns; while it raises StateBusyError, try again for *seconds*."""
    end = monotonic() + seconds
    while True:
        try:
            return work()
        except StateBusyError:
            if monotonic() >= end:
                raise
        sleep(RETRY_INTERVAL)


def chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    """Yield the sorted *values*, CHUNK at a time."""
    ordered = sorted(values)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
