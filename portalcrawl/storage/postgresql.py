"""PostgreSQL as the state's database: set-up of sessions, and which errors are transient."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

BACKEND = "postgresql"
DRIVER = "postgresql+psycopg"
NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS FLOAT)"
"""SQL: Unix seconds by the database's clock."""
IDLE_IN_TRANSACTION = 20
"""Seconds after which the server ends a transaction whose client does nothing: that of a frozen process or of a machine
that was cut off would keep its rows, a portal's lease among them, locked for ever."""
APPLICATION = "portalcrawl"
CONNECTION = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Parameters of libpq: a server that has vanished from the network is noticed within half a minute."""
PASSING = ("08", "40001", "40P01", "53300", "55P03", "57P", "25P03")
"""Error codes after which a later try may succeed: lost connections, serialization failures, deadlocks, too many
connections, a lock timeout, a server that stops or starts (PostgreSQL, appendix A)."""
TABLES_LOCK = 0x706F7274616C01
"""Key of the advisory lock under which tables are made and migrated."""
STATE_LOCK = 0x706F7274616C02
"""Key of the advisory lock under which a state is opened, and rebuilt if it is new."""


def connect_arguments(url: URL, application: str = APPLICATION) -> dict[str, Any]:
    """Return the parameters of a connection that *url* does not set itself; *application* is named in the server."""
    return {
        name: value for name, value in {**CONNECTION, "application_name": application}.items() if name not in url.query
    }


def prepare(engine: Engine) -> None:
    """Register the set-up of the sessions of *engine*."""
    event.listen(engine, "connect", _set_up)


def _set_up(connection: Any, _: object) -> None:
    connection.adapters.register_dumper(str, _text_dumper())
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION}s'")
    connection.commit()


def _text_dumper() -> type:
    """Return a psycopg dumper of text that removes U+0000, which PostgreSQL's text can't contain."""
    from psycopg.types.string import StrDumper  # here, since a state in SQLite needs no psycopg

    class TextDumper(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "") if "\0" in obj else obj)

    return TextDumper


def set_lock_timeout(connection: Connection, seconds: float) -> None:
    """Let statements of the transaction wait for locked rows for *seconds* at most."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, int(seconds * 1000))}")


def is_passing(error: BaseException) -> bool:
    """Return whether *error* is of PostgreSQL's driver, and the same call may succeed later."""
    driver: Any = error.orig if isinstance(error, DBAPIError) else None
    if not hasattr(driver, "sqlstate"):
        return False
    code = driver.sqlstate
    if code is None:  # an error of libpq: no connection, or it broke
        return isinstance(error, OperationalError | InterfaceError)
    return str(code).startswith(PASSING)


@contextmanager
def advisory_lock(engine: Engine, seconds: float) -> Iterator[None]:
    """Hold the lock that a process needs to open a state and to rebuild a new one.

    The server releases it when the connection ends. After *seconds* the database's error is raised.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = {max(1, int(seconds * 1000))}")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({STATE_LOCK})")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({STATE_LOCK})")
            connection.exec_driver_sql("RESET lock_timeout")
