"""The tables of the state, and the steps from one version of them to the next."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

VERSION = 1
"""Version of the tables below; a state of a newer version is refused, an older one is migrated."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))

articles = Table(
    "articles",
    metadata,
    Column("portal", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("canonical_url", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String),
    Column("attempts", Integer, nullable=False),
    Column("next_visit", Float),
    Column("depth", Integer, nullable=False),
    Column("found_on", Text),
    Column("newest", Float, nullable=False),
    Column("first_stored", Float),
    Column("revision", Integer, nullable=False),
    Column("content_hash", String),
    Column("field_hashes", Text),
    Column("cluster_id", String),
    Column("etag", Text),
    Column("last_modified", Text),
    # Holds only what will be visited again: it stays small while the articles grow.
    Index(
        "articles_to_visit",
        "portal",
        "newest",
        sqlite_where=text("next_visit IS NOT NULL"),
        postgresql_where=text("next_visit IS NOT NULL"),
    ),
    Index("articles_by_content", "content_hash"),
    sqlite_with_rowid=False,
)

addresses = Table(
    "addresses",
    metadata,
    Column("portal", String, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("id", String, nullable=False),
    sqlite_with_rowid=False,
)

teasers = Table(
    "teasers",
    metadata,
    Column("id", String, primary_key=True),
    sqlite_with_rowid=False,
)

signatures = Table(
    "signatures",
    metadata,
    Column("text", Integer, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
    Column("cluster_id", String, nullable=False),
)

bands = Table(
    "bands",
    metadata,
    Column("band", BigInteger, primary_key=True),
    Column("text", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    metadata,
    Column("run", String, primary_key=True),
    Column("portals", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("started", String, nullable=False),
    Column("finished", String),
    Column("finish_reason", String),
    Column("verdict", String),
    Column("counts", Text),
)

feeds = Table(
    "feeds",
    metadata,
    Column("file", String, primary_key=True),
    Column("run", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Index("feeds_by_run", "run"),
)

MIGRATIONS: dict[int, tuple[str, ...]] = {}
"""Statements that lead from version *n* to *n + 1*."""


def create(connection: Connection) -> None:
    """Create all tables in an empty database."""
    metadata.create_all(connection)
    connection.execute(meta.insert().values(key="version", value=str(VERSION)))


def migrate(connection: Connection, version: int) -> None:
    """Bring the tables from *version* to VERSION."""
    for step in range(version, VERSION):
        for statement in MIGRATIONS[step]:
            connection.execute(text(statement))
    connection.execute(meta.update().where(meta.c.key == "version").values(value=str(VERSION)))
