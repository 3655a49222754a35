"""When each host may be asked next, shared by all runs of a data folder, or of a fleet.

One row a host, changed by one statement at a time, so that two runs never take the same turn. With an SQLite state the
rows are in a file of their own: another process may hold the state's write lock for seconds. What the file holds need
not survive a power failure, so it is never synced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    case,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
)
from sqlalchemy.exc import DatabaseError, IntegrityError

from portalcrawl.errors import DataFolderError
from portalcrawl.storage import postgresql
from portalcrawl.storage.database import is_server
from portalcrawl.storage.upsert import insert_into
from portalcrawl.storage.write_ahead_log import use_write_ahead_log

FILE = "hosts.sqlite3"
"""Name of the file in the folder of locks."""
TIMEOUT = 5.0
"""Seconds to wait for another process that writes; a statement takes less than a millisecond."""
LONGEST_QUEUE = 3_600.0
"""A last turn more than this number of seconds ahead is ignored: the clock was set back."""

metadata = MetaData()
hosts = Table(
    "hosts",
    metadata,
    Column("host", String, primary_key=True),
    # Unix times: of the last turn that was given, and before which the host must not be asked.
    Column("last_turn", Float, nullable=False),
    Column("not_before", Float, nullable=False),
    # Refusals (429, 503) in a row, and the name of the last one.
    Column("refusals", Integer, nullable=False),
    Column("reason", String),
)


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that a host has asked for."""

    until: float
    """Unix time before which it must not be asked."""
    reason: str
    """``http_429`` or ``http_503``."""


class HostBudget:
    """The table of hosts.

    :raises DataFolderError: if it can't be read or written.
    """

    def __init__(self, engine: Engine, file: Path | None = None) -> None:
        self._engine = engine
        self._file = file
        """The SQLite file, which is made with the first row; None for another database."""
        self._has_table = False
        # By the database's clock if machines share it, else by this machine's. Statements are built once, since
        # building one takes longer than running it.
        self._now: ColumnElement[float] = (
            bindparam("now", type_=Float) if file else func.extract("epoch", func.now()).cast(Float)
        )
        self._take_turn = self._turn_statement()
        self._refuse = self._refusal_statement()
        self._pause = select(hosts.c.not_before - self._now, hosts.c.reason).where(hosts.c.host == bindparam("of_host"))

    @classmethod
    def beside(cls, state_url: str, locks: Path) -> HostBudget:
        """Return the budget that belongs to the state at *state_url*: of its database, or for SQLite in *locks*."""
        if is_server(state_url):
            options = postgresql.connect_arguments(make_url(state_url))
            return cls(create_engine(state_url, isolation_level="AUTOCOMMIT", connect_args=options))
        file = locks / FILE
        engine = create_engine(f"sqlite:///{file}", isolation_level="AUTOCOMMIT", connect_args={"timeout": TIMEOUT})
        event.listen(engine, "connect", _prepare)
        return cls(engine, file)

    def make_table(self) -> None:
        """Create the table if it does not exist; every other method does so too."""
        with self._connection():
            pass

    def take_turn(self, host: str, delay: float) -> float:
        """Take the next turn at *host*, at least *delay* seconds after the last one; return the seconds until then."""
        with self._connection() as connection:
            return max(0.0, float(connection.scalar(self._take_turn, self._values(of_host=host, delay=delay)) or 0.0))

    def pause(self, host: str) -> Pause | None:
        """Return the pause that *host* asked for; None if it may be asked now."""
        if self._file is not None and not self._file.exists():
            return None
        with self._connection() as connection:
            row = connection.execute(self._pause, self._values(of_host=host)).one_or_none()
        return Pause(time() + row[0], row[1] or "") if row and row[0] > 0 else None

    def refuse(self, host: str, reason: str, least: float) -> int:
        """Record that *host* refused a request: it is not asked for *least* seconds. Return its refusals in a row.

        Answers to requests that were under way when an earlier refusal came count as part of that one.
        """
        values = self._values(of_host=host, why=reason, least=least)
        with self._connection() as connection:
            return int(connection.scalar(self._refuse, values) or 1)

    def lengthen(self, host: str, seconds: float) -> None:
        """Record that *host* is not asked for *seconds* from now, or longer if that was recorded before."""
        with self._connection() as connection:
            not_before = self._greatest(hosts.c.not_before, self._now + seconds)
            statement = hosts.update().where(hosts.c.host == host).values(not_before=not_before)
            connection.execute(statement, self._values())

    def answer(self, host: str) -> None:
        """Record that *host* answers again, if the time that it asked for has passed."""
        with self._connection() as connection:
            is_over = hosts.c.not_before <= self._now
            statement = hosts.update().where(hosts.c.host == host, is_over).values(refusals=0, reason=None)
            connection.execute(statement, self._values())

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """Yield a connection in autocommit mode."""
        try:
            with self._engine.connect() as connection:
                if not self._has_table:
                    _create_table(connection)
                    self._has_table = True
                yield connection
        except (DatabaseError, sqlite3.DatabaseError) as error:
            where = self._file or make_url(str(self._engine.url)).render_as_string()
            raise DataFolderError(f"the request times of hosts can't be stored in {where}: {error.args[0]}") from error

    def _values(self, **values: Any) -> dict[str, Any]:
        return values if self._file is None else {"now": time(), **values}

    def _turn_statement(self) -> Any:
        last = case((hosts.c.last_turn > self._now + LONGEST_QUEUE, literal(0.0)), else_=hosts.c.last_turn)
        turn = self._greatest(self._now, last + bindparam("delay", type_=Float), hosts.c.not_before)
        row = {"host": bindparam("of_host"), "last_turn": self._now, "not_before": 0.0, "refusals": 0}
        return self._upsert(row, last_turn=turn).returning(hosts.c.last_turn - self._now)

    def _refusal_statement(self) -> Any:
        until = self._now + bindparam("least", type_=Float)
        why = bindparam("why", type_=String)
        row = {"host": bindparam("of_host"), "last_turn": 0.0, "not_before": until, "refusals": 1, "reason": why}
        refusals = case((hosts.c.not_before <= self._now, hosts.c.refusals + 1), else_=hosts.c.refusals)
        changes = {"refusals": refusals, "not_before": self._greatest(hosts.c.not_before, until), "reason": why}
        return self._upsert(row, **changes).returning(hosts.c.refusals)

    def _greatest(self, *values: ColumnElement[float]) -> ColumnElement[float]:
        return func.greatest(*values) if self._file is None else func.max(*values)

    def _upsert(self, row: dict[str, Any], **changes: Any) -> Any:
        """Return a statement that inserts *row*, or makes *changes* to the host's row if there is one."""
        insert = insert_into(hosts, self._engine.dialect.name)
        return insert.values(row).on_conflict_do_update(index_elements=[hosts.c.host], set_=changes)


def _create_table(connection: Connection) -> None:
    try:
        metadata.create_all(connection)
    except DatabaseError as error:
        if "exist" not in str(error) and not isinstance(error, IntegrityError):
            raise  # otherwise another process has created it in the meantime


def _prepare(connection: Any, _record: Any) -> None:
    cursor: sqlite3.Cursor = connection.cursor()
    use_write_ahead_log(cursor, TIMEOUT)
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()
