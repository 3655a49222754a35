"""The tables of the state, and migrations from older versions."""

from __future__ import annotations

from collections.abc import Callable
from time import time

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
    func,
    literal_column,
    text,
)

from portalcrawl.storage.packing import address_key, teaser_key
from portalcrawl.urls import id_token, url_key

VERSION = 3
"""Version of the tables below. An older state is migrated, a newer one refused."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))

articles = Table(
    "articles",
    metadata,
    # Numbers first: PostgreSQL aligns them, which costs up to 7 bytes each after a text.
    Column("newest", Float, nullable=False),
    Column("next_visit", Float),
    Column("first_stored", Float),
    Column("attempts", Integer, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("portal", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("canonical_url", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String),
    Column("found_on", Text),
    Column("content_hash", String),
    Column("field_hashes", Text),
    Column("cluster_id", String),
    Column("headline", Text),
    Column("sketch", String),
    Column("etag", Text),
    Column("last_modified", Text),
    # Counting and clean-up read only this index, since rows of articles are long.
    Index("articles_by_status", "portal", "status", "newest"),
    sqlite_with_rowid=False,
)
# Holds only articles that will be visited again, so it stays small while the table grows.
HAS_NEXT_VISIT = text("next_visit IS NOT NULL")
articles_to_visit = Index("articles_to_visit", articles.c.portal, articles.c.newest, sqlite_where=HAS_NEXT_VISIT)

articles_by_content = Index("articles_by_content", articles.c.content_hash)

addresses = Table(
    "addresses",
    metadata,
    Column("portal", String, primary_key=True),
    # Hash of the address's key, or of a token's (see storage.packing).
    Column("key", LargeBinary, primary_key=True),
    Column("id", String, nullable=False),
    sqlite_with_rowid=False,
)

teasers = Table(
    "teasers",
    metadata,
    # Hash of the teaser's id (see storage.packing).
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

signatures = Table(
    "signatures",
    metadata,
    Column("text", Integer, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
    Column("cluster_id", String, nullable=False),
    # The article with this text; in a state of version 1, the first article of the group.
    Column("portal", String),
    Column("article", String),
    # Unix seconds. Fingerprints are deleted after NEAR_COPY_DAYS.
    Column("added", Float),
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
    Column("reasons", Text),
    Index("runs_by_finished", "finished"),
)
# Cut, because an entry of PostgreSQL's index holds 2,704 bytes at most, and a run may be over any number of portals.
PORTALS_IN_INDEX = 500
portals_of_run = func.substr(runs.c.portals, literal_column("1"), literal_column(str(PORTALS_IN_INDEX)))
Index("runs_by_first_portals", portals_of_run, runs.c.run)
# The id of a run is its start (16 characters), a hyphen and, on Scrapyd, the id of its job.
job_of_run = func.substr(runs.c.run, literal_column("18"))
Index("runs_by_job", job_of_run)

feeds = Table(
    "feeds",
    metadata,
    Column("file", String, primary_key=True),
    Column("run", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("records", Integer, nullable=False),
    Index("feeds_by_run", "run"),
)

# What each start page that is a list showed when it was last observed, as JSON (see storage/page_pictures.py).
page_pictures = Table(
    "page_pictures",
    metadata,
    Column("portal", String, primary_key=True),
    Column("page", Text, primary_key=True),
    Column("picture", Text, nullable=False),
    sqlite_with_rowid=False,
)

# The record that each committed line of an unfinished run holds, by the offset in the feed at which the line ends. It
# tells which records a damaged feed has lost. The rows are deleted when the run ends.
lines = Table(
    "lines",
    metadata,
    Column("run", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("stop", BigInteger, primary_key=True),
    Column("portal", String, nullable=False),
    Column("id", String, nullable=False),
    Column("revision", Integer),
    sqlite_with_rowid=False,
)

# What follows is used where lines are committed to the state instead of to files (see runs/sinks.py).
leases = Table(
    "leases",
    metadata,
    Column("portal", String, primary_key=True),
    # Rises by one with each run that takes the portal; a commit with an older one is refused.
    Column("epoch", BigInteger, nullable=False),
    Column("run", String),
    Column("holder", String, nullable=False),
    # Unix seconds by the clock of the database; NULL: the lease was released.
    Column("expires", Float),
    # Commits under this epoch: tells a run whose connection broke whether its commit was made.
    Column("commits", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("run", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("records", Integer, nullable=False),
    # Bytes of the lines, which are compressed by zstd.
    Column("size", BigInteger, nullable=False),
    Column("compressed", LargeBinary, nullable=False),
)

# Runs that have ended and whose lines are still in the outbox, with their manifests as they will be published.
unpublished = Table(
    "unpublished",
    metadata,
    Column("run", String, primary_key=True),
    Column("manifest", Text, nullable=False),
    Column("since", Float, nullable=False),
)

# Feeds and sitemaps that a portal has, and what they said when they were last read.
documents = Table(
    "documents",
    metadata,
    Column("portal", String, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("parent", Text),
    Column("lastmod", Text),
    Column("read_lastmod", Text),
    Column("read_at", Float),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("links", Integer, nullable=False),
    Index("documents_by_parent", "portal", "parent"),
)

# What a feed or sitemap said of an article that was not fetched since, or of its last change.
entries = Table(
    "entries",
    metadata,
    Column("portal", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("via", String, nullable=False),
    Column("title", Text),
    Column("published", String),
    Column("precision", String),
    Column("updated", Float),
    sqlite_with_rowid=False,
)


def _rekey_addresses(connection: Connection) -> None:
    """Replace addresses by their keys; where articles share a key, the one stored first keeps it."""
    stored = "(SELECT first_stored FROM articles WHERE articles.portal = old.portal AND articles.id = old.id)"
    query = (
        f"SELECT portal, url, id, {stored} AS stored FROM addresses_by_url AS old ORDER BY stored IS NULL, stored, url"
    )
    known: set[tuple[str, str]] = set()
    for part in connection.execute(text(query)).partitions(10_000):
        fresh: dict[tuple[str, str], str] = {}
        for portal, url, article, first_stored in part:
            token = id_token(url) if first_stored is not None else None
            for key in (url_key(url), *([token_key(token)] if token else [])):
                if (portal, key) not in known:
                    fresh.setdefault((portal, key), article)
        known.update(fresh)
        if fresh:
            rows = [{"portal": portal, "key": key, "id": article} for (portal, key), article in fresh.items()]
            connection.execute(text("INSERT INTO addresses (portal, key, id) VALUES (:portal, :key, :id)"), rows)


def _date_signatures(connection: Connection) -> None:
    """Count the age of fingerprints, which had no date, from now on."""
    connection.execute(signatures.update().values(added=time()))


def _hash_addresses(connection: Connection) -> None:
    """Replace the keys of addresses by their hashes."""
    query = text("SELECT portal, key, id FROM addresses_by_text")
    for part in connection.execution_options(yield_per=10_000).execute(query).partitions():
        rows = [{"portal": portal, "key": address_key(key), "id": article} for portal, key, article in part]
        connection.execute(addresses.insert(), rows)


def _hash_teasers(connection: Connection) -> None:
    """Replace the ids of teasers by their hashes."""
    query = text("SELECT id FROM teasers_by_id")
    for part in connection.execution_options(yield_per=10_000).execute(query).partitions():
        connection.execute(teasers.insert(), [{"key": teaser_key(teaser)} for (teaser,) in part])


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
        "CREATE INDEX articles_by_status ON articles (portal, status, newest)",
        "CREATE INDEX runs_by_finished ON runs (finished)",
        "CREATE INDEX runs_by_portals ON runs (portals, run)",
        "CREATE INDEX runs_by_job ON runs (substr(run, 18))",
    ),
    2: (
        "ALTER TABLE signatures ADD COLUMN added FLOAT",
        _date_signatures,
        "DROP INDEX runs_by_portals",
        f"CREATE INDEX runs_by_first_portals ON runs (substr(portals, 1, {PORTALS_IN_INDEX}), run)",
        "ALTER TABLE addresses RENAME TO addresses_by_text",
        addresses.create,
        _hash_addresses,
        "DROP TABLE addresses_by_text",
        "ALTER TABLE teasers RENAME TO teasers_by_id",
        teasers.create,
        _hash_teasers,
        "DROP TABLE teasers_by_id",
    ),
}
"""Version -> statements and functions that lead to the next version. New tables are created without them."""


def token_key(token: str) -> str:
    """Return the key of an id-like part of an address (``urls.id_token``); keys of addresses do not begin with #."""
    return f"#{token}"


def create(connection: Connection) -> None:
    """Create all tables in an empty database."""
    _create_missing(connection)
    connection.execute(meta.insert().values(key="version", value=str(VERSION)))


def migrate(connection: Connection, version: int) -> None:
    """Migrate the tables from *version* to VERSION."""
    for step in range(version, VERSION):
        for migration in MIGRATIONS[step]:
            if isinstance(migration, str):
                connection.execute(text(migration))
            else:
                migration(connection)
    _create_missing(connection)
    connection.execute(meta.update().where(meta.c.key == "version").values(value=str(VERSION)))


def _create_missing(connection: Connection) -> None:
    """Create the tables and indexes that are not there yet."""
    if connection.dialect.name == "postgresql":
        # Set here because naming it above imports PostgreSQL's dialect, which takes 25 ms of CPU.
        articles_to_visit.dialect_options["postgresql"]["where"] = HAS_NEXT_VISIT
        articles_by_content.dialect_options["postgresql"]["using"] = "hash"  # a third of the size of a B-tree's entry
    metadata.create_all(connection)
