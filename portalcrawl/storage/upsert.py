"""INSERT ... ON CONFLICT, with the same syntax in SQLite and PostgreSQL; SQLAlchemy has it for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert *rows*; a row whose key exists replaces the old one.

    The rows are written in the order of their keys, so that transactions that write the same rows wait for each other
    instead of ending in a deadlock.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    statement = insert_into(table, connection.dialect.name)
    new_values = {c.key: statement.excluded[c.key] for c in table.columns if not c.primary_key}
    if new_values:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=new_values)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, sorted(rows, key=itemgetter(*keys)))


def insert_into(table: Table, dialect: str) -> Any:
    """Return an INSERT of *dialect* (SQLAlchemy's name), which knows ON CONFLICT."""
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # here, since importing it takes 25 ms of CPU

    return postgresql.insert(table)
