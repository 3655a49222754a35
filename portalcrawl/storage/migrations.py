"""Migrations of the state's tables from older versions.

All steps to VERSION are one transaction: whatever a migration dies of, the state is as it was. Rows are copied CHUNK at
a time, so that memory does not grow with the state.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from time import time
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, MetaData, String, Table, inspect, text

from portalcrawl.storage import tables
from portalcrawl.storage.packing import (
    day_of,
    from_hex,
    hash_of,
    key_on_portal,
    pack_hashes,
    teaser_key,
    today,
)
from portalcrawl.storage.postgresql import BACKEND, NOW
from portalcrawl.storage.tables import addresses, articles, signatures, teasers, token_key
from portalcrawl.urls import id_token, url_key

CHUNK = 10_000
"""Rows read and written at a time."""
MARK = "="
"""Prefix of sketches and hashes of fields that version 3 had packed."""

addresses_3 = Table(
    "addresses",
    MetaData(),
    Column("portal", String, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("id", String, nullable=False),
    sqlite_with_rowid=False,
)
"""The addresses of version 3."""

ADD_ADDRESS = text("INSERT INTO addresses (portal, key, id) VALUES (:portal, :key, :id) ON CONFLICT DO NOTHING")


IN_USE = text(f"SELECT portal FROM leases WHERE expires > {NOW} ORDER BY portal LIMIT 1")


def portal_in_use(connection: Connection) -> str | None:
    """Return a portal with a running crawl that the migration would break; None if there is none.

    This is known only for a state on PostgreSQL. With SQLite, such a run ends at its next commit.
    """
    if connection.dialect.name != BACKEND or not inspect(connection).has_table(tables.leases.name):
        return None
    portal: str | None = connection.scalar(IN_USE)
    return portal


def migrate(connection: Connection, version: int) -> None:
    """Migrate the tables from *version* to tables.VERSION."""
    for step in range(version, tables.VERSION):
        for migration in MIGRATIONS[step]:
            if isinstance(migration, str):
                connection.execute(text(migration))
            else:
                migration(connection)
    tables.create_missing(connection)
    meta = tables.meta
    connection.execute(meta.update().where(meta.c.key == "version").values(value=str(tables.VERSION)))


def _chunks(connection: Connection, query: str) -> Iterator[Sequence[Any]]:
    """Yield the rows of *query*, CHUNK at a time."""
    yield from connection.execute(text(query), execution_options={"yield_per": CHUNK}).partitions(CHUNK)


def _rekey_addresses(connection: Connection) -> None:
    """Replace addresses by their keys; where articles share a key, the one stored first keeps it."""
    query = """
        SELECT old.portal, old.url, old.id, articles.first_stored FROM addresses_by_url AS old
        LEFT JOIN articles ON articles.portal = old.portal AND articles.id = old.id
        ORDER BY articles.first_stored IS NULL, articles.first_stored, old.url
    """
    for chunk in _chunks(connection, query):
        rows = []
        for portal, url, article, first_stored in chunk:
            token = id_token(url) if first_stored is not None else None
            for key in (url_key(url), *([token_key(token)] if token else [])):
                rows.append({"portal": portal, "key": key, "id": article})
        connection.execute(ADD_ADDRESS, rows)


def _date_signatures(connection: Connection) -> None:
    """Set the date of fingerprints, which had none, to now."""
    connection.execute(signatures.update().values(added=time()))


def _hash_addresses(connection: Connection) -> None:
    """Replace the keys of addresses by their hashes."""
    for chunk in _chunks(connection, "SELECT portal, key, id FROM addresses_by_text"):
        rows = [{"portal": portal, "key": hash_of(key), "id": article} for portal, key, article in chunk]
        connection.execute(addresses_3.insert(), rows)


def _hash_teasers(connection: Connection) -> None:
    """Replace the ids of teasers by their hashes."""
    for chunk in _chunks(connection, "SELECT id FROM teasers_by_id"):
        connection.execute(teasers.insert(), [{"key": teaser_key(teaser)} for (teaser,) in chunk])


def _take_portal_into_keys(connection: Connection) -> None:
    """Replace the keys of addresses, which were those of a portal, by keys over all portals."""
    for chunk in _chunks(connection, "SELECT portal, key, id FROM addresses_of_version_3"):
        rows = [{"portal": portal, "key": key_on_portal(portal, key), "id": article} for portal, key, article in chunk]
        connection.execute(addresses.insert(), rows)


def _pack_articles(connection: Connection) -> None:
    """Copy the articles, with their hashes as bytes."""
    names, seen = [column.key for column in articles.columns if column.key not in ("day", "seen")], today()
    for chunk in _chunks(connection, f"SELECT {', '.join(names)} FROM articles_of_version_3"):
        rows = [dict(zip(names, row, strict=True)) | {"seen": seen} for row in chunk]
        for row in rows:
            row["day"] = day_of(row["newest"])
            row["content_hash"] = from_hex(row["content_hash"])
            row["field_hashes"] = _field_hashes(row["field_hashes"])
            row["sketch"] = _sketch(row["sketch"])
        connection.execute(articles.insert(), rows)


def _add_seen(connection: Connection) -> None:
    """Add the day on which a crawl last saw an article: today, since only that forgets none that is still linked.

    As a constant default it rewrites no row, and runs of version 4 that go on can write without it.
    """
    if "seen" in {column["name"] for column in inspect(connection).get_columns(articles.name)}:
        return  # the step from version 3 has made the table as it is now
    connection.execute(text(f"ALTER TABLE articles ADD COLUMN seen INTEGER NOT NULL DEFAULT {today()}"))
    connection.execute(text("DROP INDEX articles_by_status"))
    next(index for index in articles.indexes if index.name == "articles_by_status").create(connection)


def _make_statistics(connection: Connection) -> None:
    """Update PostgreSQL's statistics at once instead of by autovacuum; SQLite needs none."""
    if connection.dialect.name == BACKEND:
        connection.execute(text("ANALYZE articles, addresses"))


def _field_hashes(stored: str | None) -> bytes | None:
    """Return the hashes of fields as they are stored now: version 3 had their bytes in base 64.

    Behind a comma stood a hexadecimal number whose bits are a leading 1 and, for each field, whether it has a hash.
    """
    if stored is None or not stored.startswith(MARK):
        return None if stored is None else pack_hashes(stored)
    content, _, present = stored[1:].partition(",")
    digits = base64.b64decode(content + "=" * (-len(content) % 4)).hex()
    starts = iter(range(0, len(digits), 8))
    bits = f"{int(present, 16):b}"[1:]
    return pack_hashes(",".join(digits[(at := next(starts)) : at + 8] if bit == "1" else "" for bit in bits))


def _sketch(stored: str | None) -> bytes | None:
    """Return a sketch as it is stored now: version 3 had it in base 85, or as older ones in hexadecimal."""
    if stored is not None and stored.startswith(MARK):
        return base64.b85decode(stored[1:])
    return from_hex(stored)


Step = str | Callable[[Connection], None]

MIGRATIONS: dict[int, tuple[Step, ...]] = {
    1: (
        "ALTER TABLE articles ADD COLUMN headline TEXT",
        "ALTER TABLE articles ADD COLUMN sketch VARCHAR",
        "ALTER TABLE addresses RENAME TO addresses_by_url",
        "CREATE TABLE addresses (portal VARCHAR, key TEXT, id VARCHAR NOT NULL, PRIMARY KEY (portal, key))",
        _rekey_addresses,
        "DROP TABLE addresses_by_url",
        "ALTER TABLE signatures ADD COLUMN portal VARCHAR",
        "ALTER TABLE signatures ADD COLUMN article VARCHAR",
        "UPDATE signatures SET portal = articles.portal, article = articles.id FROM articles "
        "WHERE articles.id = signatures.cluster_id",
        "ALTER TABLE runs ADD COLUMN reasons TEXT",
        "CREATE INDEX runs_by_finished ON runs (finished)",
        "CREATE INDEX runs_by_portals ON runs (portals, run)",
        "CREATE INDEX runs_by_job ON runs (substr(run, 18))",
    ),
    2: (
        "ALTER TABLE signatures ADD COLUMN added FLOAT",
        _date_signatures,
        "DROP INDEX runs_by_portals",
        f"CREATE INDEX runs_by_first_portals ON runs (substr(portals, 1, {tables.PORTALS_IN_INDEX}), run)",
        "ALTER TABLE addresses RENAME TO addresses_by_text",
        addresses_3.create,
        _hash_addresses,
        "DROP TABLE addresses_by_text",
        "ALTER TABLE teasers RENAME TO teasers_by_id",
        teasers.create,
        _hash_teasers,
        "DROP TABLE teasers_by_id",
    ),
    3: (
        "ALTER TABLE addresses RENAME TO addresses_of_version_3",
        addresses.create,
        _take_portal_into_keys,
        "DROP TABLE addresses_of_version_3",
        "ALTER TABLE articles RENAME TO articles_of_version_3",
        tables.create_articles,
        _pack_articles,
        "DROP TABLE articles_of_version_3",
        tables.index_articles,
        _make_statistics,
    ),
    4: (
        _add_seen,
        "ALTER TABLE feeds ADD COLUMN sha256 VARCHAR",
    ),
}
"""Version -> statements and functions that lead to the next version. New tables are created without them."""
