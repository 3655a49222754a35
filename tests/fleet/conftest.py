"""A PostgreSQL server for all tests of the fleet, and a database for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fleet import Fleet
from support.postgres import PostgresServer


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    # Not in pytest's folder: the path of a Unix socket may have 107 bytes only.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with PostgresServer(Path(folder) / "s") as started:
            yield started


@pytest.fixture
def fleet(server: PostgresServer, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet with tables and without entries or workers."""
    made = Fleet(server.new_database(), tmp_path / "data")
    assert made.run("init").code == 0
    yield made
    made.close()
