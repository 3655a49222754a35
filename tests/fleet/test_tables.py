"""Tables are created once, by the first process, and migrated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager
from support.postgres import PostgresServer

from portalcrawl.errors import DataFolderError
from portalcrawl.fleet.database import Database
from portalcrawl.fleet.tables import make_tables
from portalcrawl.fleet.worker_store import WorkerIdentity, WorkerStore

OLD = "03.02.00_50_post_batch_defer_jobs.sql"
"""The last migration of an older Procrastinate."""
FUNCTIONS = "SELECT proname FROM pg_proc WHERE proname LIKE 'procrastinate%' ORDER BY 1"


def rows(database: Database, sql: str) -> list[str]:
    with database.transaction() as connection:
        cursor = connection.execute(sql.encode())
        return [next(iter(row.values())) for row in cursor] if cursor.description else []


def old_queue(database: Database) -> None:
    """Make Procrastinate's tables as an older version had them, by its own migrations."""
    for migration in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        with database.transaction() as connection:
            if migration.name <= OLD:
                connection.execute(migration.read_bytes())


def test_many_may_make_the_tables_at_the_same_time(server: PostgresServer) -> None:
    url = server.new_database()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: make_tables(Database(url)), range(4)))
    assert sorted(map(len, done)) == [0, 0, 0, 2]


@pytest.mark.parametrize("has_worker", [False, True])
def test_the_queue_of_an_older_version_is_migrated(server: PostgresServer, has_worker: bool) -> None:
    fresh, database = Database(server.new_database()), Database(server.new_database())
    make_tables(fresh)
    old_queue(database)
    make_tables(database)  # the fleet's own
    with database.transaction() as connection:
        connection.execute("UPDATE fleet_meta SET value = %s WHERE key = 'procrastinate'", (OLD,))
        if has_worker:
            connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert rows(database, FUNCTIONS) != rows(fresh, FUNCTIONS)
    done = make_tables(database)
    if has_worker:
        assert done[-1].startswith("run scrapy fleet init again when all workers have this version")
        rows(database, "DELETE FROM procrastinate_workers RETURNING 1")
        make_tables(database)
    assert make_tables(database) == []
    assert rows(database, FUNCTIONS) == rows(fresh, FUNCTIONS)


def test_tables_of_the_first_version_are_migrated(server: PostgresServer) -> None:
    database = Database(server.new_database())
    make_tables(database)
    rows(database, "DROP TABLE fleet_waiting; UPDATE fleet_meta SET value = '1' WHERE key = 'version'")
    assert WorkerStore(database).waiting() == []
    assert make_tables(database) == ["migrated the tables of the fleet to version 2"]
    WorkerStore(database).waits(WorkerIdentity("a", "host", 1, 8), "it waits")
    assert [each.problem for each in WorkerStore(database).waiting()] == ["it waits"]


def test_tables_of_a_newer_version_are_left_alone(server: PostgresServer) -> None:
    database = Database(server.new_database())
    make_tables(database)
    rows(database, "UPDATE fleet_meta SET value = '99' WHERE key = 'version' RETURNING 1")
    with pytest.raises(DataFolderError, match="newer portalcrawl"):
        make_tables(database)
