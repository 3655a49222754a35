"""The fleet's PostgreSQL database: address, connection, and one-line errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from portalcrawl.errors import DataFolderError, SettingError
from portalcrawl.storage.database import display_url
from portalcrawl.storage.postgresql import DRIVER, connect_arguments
from portalcrawl.urls import mask_secrets

Connection = psycopg.Connection[dict[str, Any]]

NOW = "extract(epoch FROM clock_timestamp())::float8"
"""SQL: Unix time by the database's clock, the only one that all workers share."""


def connection_address(state_url: str) -> str:
    """Return the libpq URL for *state_url* (``STATE_URL``); raise SettingError if it is not a PostgreSQL database."""
    takes = "for scrapy fleet a PostgreSQL database: postgresql+psycopg://user@host/name (PORTALCRAWL_STATE_URL)"
    try:
        url = make_url(state_url)
    except ArgumentError:
        raise SettingError("STATE_URL", mask_secrets(state_url), takes) from None
    if url.drivername != DRIVER:
        raise SettingError("STATE_URL", display_url(state_url), takes)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


class Database:
    """One connection, opened on first use and reopened after it breaks. It is thread-safe."""

    def __init__(self, state_url: str) -> None:
        self.state_url = state_url
        self._address = connection_address(state_url)
        self._connection: Connection | None = None
        self._lock = Lock()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield the connection in a transaction; raise DataFolderError if the database can't be used."""
        with self._lock, self._errors_in_one_line():
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            with self._connection.transaction():
                yield self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def _connect(self) -> Connection:
        return psycopg.connect(
            self._address,
            autocommit=True,
            row_factory=dict_row,
            **connect_arguments(make_url(self.state_url), "portalcrawl fleet"),
        )

    @contextmanager
    def _errors_in_one_line(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction):
            problem = f"the database {display_url(self.state_url)} has no tables of the fleet, or older ones"
            raise DataFolderError(f"{problem}: scrapy fleet init creates them") from None
        except psycopg.Error as error:
            cause = " ".join(str(error).split()) or type(error).__name__
            raise DataFolderError(f"the database {display_url(self.state_url)} can't be used: {cause}") from error
