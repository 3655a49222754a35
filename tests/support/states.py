"""Which database the tests' states are in: a file in each data folder, or a database each on one PostgreSQL server.

The fixture ``each_state`` (conftest.py) runs a test on both.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import text

from portalcrawl.storage.database import make_engine
from support.postgres import PostgresServer

BOTH = ("sqlite", "postgresql")
current = "sqlite"
_urls: dict[Path, str] = {}
_servers = ExitStack()


@cache
def server() -> PostgresServer:
    """Return the server that all tests of this process share."""
    return _servers.enter_context(PostgresServer(Path(tempfile.mkdtemp(prefix="pg"))))


def stop_server() -> None:
    """Stop the server, if it runs."""
    _servers.close()


def use(database: str) -> None:
    """Let states be made in *database* from now on."""
    global current
    current = database


def state_url(data: Path) -> str:
    """Return the URL of the state that belongs to the data folder *data*."""
    if current == "sqlite":
        return f"sqlite:///{data / 'state.sqlite3'}"
    if data not in _urls:
        _urls[data] = server().new_database()
    return _urls[data]


def variables(data: Path) -> Mapping[str, str]:
    """Return what the environment of a command must say for its state to be that of *data*."""
    return {} if current == "sqlite" else {"PORTALCRAWL_STATE_URL": state_url(data)}


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
    return (data / "state.sqlite3").exists() if current == "sqlite" else data in _urls


def lose(data: Path) -> None:
    """Delete the state of *data*; what asks for it next finds an empty database."""
    for file in data.glob("state.sqlite3*"):
        file.unlink()
    _urls.pop(data, None)
