"""The tests' PostgreSQL server, and a fleet on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import states
from support.fleet import Fleet
from support.postgres import PostgresServer


@pytest.fixture
def server() -> PostgresServer:
    return states.server()


@pytest.fixture
def fleet(server: PostgresServer, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet with tables and without entries or workers."""
    made = Fleet(server.new_database(), tmp_path / "data")
    assert made.run("init").code == 0
    yield made
    made.close()
