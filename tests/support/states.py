"""Which database the tests' states are in, and where their feeds go.

``sqlite``: a file and a folder in each data folder. ``postgresql``: a database each on one server, and a folder.
``fleet``: a database each, and a prefix each in one object store. The fixture ``each_state`` (conftest.py) runs a test
on the first two.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import text

from portalcrawl.feeds.store.feed_store import FeedStore
from portalcrawl.feeds.store.locating import open_store
from portalcrawl.storage.database import make_engine
from support.postgres import PostgresServer
from support.s3 import S3Server

current = "sqlite"
ports: dict[str, int] = {}
"""Ports of proxies before the servers (``postgresql``, ``s3``), through which commands go then."""
_databases: dict[Path, str] = {}
_servers = ExitStack()


@cache
def server() -> PostgresServer:
    """Return the PostgreSQL server that all tests of this process share."""
    return _servers.enter_context(PostgresServer(Path(tempfile.mkdtemp(prefix="pg"))))


@cache
def s3_server() -> S3Server:
    """Return the object store that all tests of this process share."""
    return _servers.enter_context(S3Server(Path(tempfile.mkdtemp(prefix="s3"))))


def stop_servers() -> None:
    """Stop the servers, where they run."""
    _servers.close()


def use(database: str) -> None:
    """Let states be made in *database* from now on."""
    global current
    current = database


def state_url(data: Path) -> str:
    """Return the URL of the state that belongs to the data folder *data*."""
    if current == "sqlite":
        return f"sqlite:///{data / 'state.sqlite3'}"
    if data not in _databases:
        _databases[data] = server().new_database()
    return _databases[data]


def feeds_url(data: Path) -> str:
    """Return where the feeds of *data* are published."""
    return s3_server().url(data.name) if current == "fleet" else str(data / "feeds")


def store(data: Path) -> FeedStore:
    """Return the store of the feeds of *data*."""
    if current != "fleet":
        return open_store(feeds_url(data))
    with patch.dict(os.environ, s3_server().variables):
        return open_store(feeds_url(data))


def variables(data: Path) -> Mapping[str, str]:
    """Return the environment variables with which a command uses the state and the feeds of *data*."""
    if current == "sqlite":
        return {}
    url = state_url(data)
    if "postgresql" in ports:
        name = url.partition("@/")[2].partition("?")[0]
        url = f"postgresql+psycopg://portalcrawl@127.0.0.1:{ports['postgresql']}/{name}"
    if current == "postgresql":
        return {"PORTALCRAWL_STATE_URL": url}
    found = {**s3_server().variables, "PORTALCRAWL_STATE_URL": url, "PORTALCRAWL_FEEDS_URL": feeds_url(data)}
    return found | ({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports['s3']}"} if "s3" in ports else {})


def rows(data: Path, sql: str, **values: object) -> list[dict[str, Any]]:
    """Return the rows that *sql* gives in the state of *data*; none for a statement that gives no rows."""
    engine = make_engine(state_url(data))
    with engine.begin() as connection:
        result = connection.execute(text(sql), values)
        found = [dict(row._mapping) for row in result] if result.returns_rows else []
    engine.dispose()
    return found


def is_made(data: Path) -> bool:
    """Return whether there is a state of *data*."""
    return (data / "state.sqlite3").exists() if current == "sqlite" else data in _databases


def lose(data: Path) -> None:
    """Delete the state of *data*; what asks for it next finds an empty database."""
    for file in data.glob("state.sqlite3*"):
        file.unlink()
    _databases.pop(data, None)
