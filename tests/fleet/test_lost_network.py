"""A server that has vanished from the network is noticed, by each kind of connection that a fleet has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, make_url
from support.postgres import PostgresServer

from portalcrawl.fleet.database import Database
from portalcrawl.fleet.job_queue import make_app
from portalcrawl.storage.database import open_database
from portalcrawl.storage.host_budget import HostBudget

SECONDS = 30
"""Within which a connection whose peer is silent must be given up. Linux alone takes a quarter of an hour to notice."""


def parameters(connection: Connection) -> dict[str, str]:
    driver: Any = connection.connection.driver_connection
    found: dict[str, str] = driver.info.get_parameters()
    return found


@contextmanager
def of_the_state(url: str) -> Iterator[dict[str, str]]:
    engine = open_database(url)
    with engine.connect() as connection:
        yield parameters(connection)
    engine.dispose()


@contextmanager
def of_the_host_budget(url: str) -> Iterator[dict[str, str]]:
    budget = HostBudget.beside(url, Path())
    with budget._connection() as connection:
        yield parameters(connection)
    budget.close()


@contextmanager
def of_the_fleet(url: str) -> Iterator[dict[str, str]]:
    database = Database(url)
    with database.transaction() as connection:
        yield connection.info.get_parameters()
    database.close()


@contextmanager
def of_the_queue(url: str) -> Iterator[dict[str, str]]:
    async def ask() -> dict[str, str]:
        app = make_app(url, 1)
        async with app.open_async():
            connector: Any = app.connector
            async with connector.pool.connection() as connection:
                found: dict[str, str] = connection.info.get_parameters()
                return found

    yield asyncio.run(ask())


@pytest.mark.parametrize("connection", [of_the_state, of_the_host_budget, of_the_fleet, of_the_queue])
def test_a_connection_notices_a_silent_server(connection: Any, server: PostgresServer) -> None:
    url = server.new_database()
    with connection(url) as found:
        assert int(found["tcp_user_timeout"]) <= SECONDS * 1000  # of data that are not acknowledged
        idle = int(found["keepalives_idle"]) + int(found["keepalives_interval"]) * int(found["keepalives_count"])
        assert idle <= SECONDS
        assert found["application_name"].startswith("portalcrawl")


def test_an_address_may_set_its_own_limits(server: PostgresServer) -> None:
    url = make_url(server.new_database()).update_query_dict({"tcp_user_timeout": "40000"})
    with of_the_fleet(url.render_as_string(hide_password=False)) as found:
        assert found["tcp_user_timeout"] == "40000"
