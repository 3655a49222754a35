"""The tables of the state."""

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
    func,
    literal_column,
    text,
)
from sqlalchemy.schema import CreateTable

VERSION = 5
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
    # Day of ``newest`` (packing.day_of), for the index by status.
    Column("day", Integer, nullable=False),
    # Day on which a crawl last saw the article: writing it once a day is enough to forget by it.
    Column("seen", Integer, nullable=False),
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
    Column("content_hash", LargeBinary),
    Column("field_hashes", LargeBinary),
    Column("cluster_id", String),
    Column("headline", Text),
    # Named differently than in version 3, where it was a text: so a program of that version that is still running
    # can't write to this table. SQLite would accept its value.
    Column("packed_sketch", LargeBinary, key="sketch"),
    Column("etag", Text),
    Column("last_modified", Text),
    # Counting reads only this index, since rows of articles are long. PostgreSQL keeps equal entries once, so it is by
    # day: an index by time would have one for each article.
    Index("articles_by_status", "portal", "status", "day", "seen"),
    sqlite_with_rowid=False,
)
# Holds only articles that will be visited again, so it stays small while the table grows.
HAS_NEXT_VISIT = text("next_visit IS NOT NULL")
articles_to_visit = Index("articles_to_visit", articles.c.portal, articles.c.newest, sqlite_where=HAS_NEXT_VISIT)

PREFIX = 7
"""Bytes of a content's hash in the index: enough to tell contents apart. With the byte of their length they fill what
PostgreSQL aligns them to; an entry for all 16 is nearly twice as long."""
content_prefix = func.substr(
    articles.c.content_hash, literal_column("1"), literal_column(str(PREFIX)), type_=LargeBinary
)
Index("articles_by_content", content_prefix)

addresses = Table(
    "addresses",
    metadata,
    # Hash of the portal and of the address's key, or of a token's (see storage.packing).
    Column("key", LargeBinary, primary_key=True),
    Column("portal", String, nullable=False),
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
# Truncated, because an entry of PostgreSQL's index has at most 2,704 bytes, and a run may have any number of portals.
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
    # Of the published file; NULL until it is published.
    Column("sha256", String),
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

# The record in each committed line of an unfinished run, by the offset in the feed at which the line ends. From it,
# the records that a damaged feed has lost are known. The rows are deleted when the run ends.
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

# The tables below are used if lines are committed to the state instead of to files (see storage/outbox.py).
leases = Table(
    "leases",
    metadata,
    Column("portal", String, primary_key=True),
    # Incremented by each run that takes the portal; a commit with an older epoch is refused.
    Column("epoch", BigInteger, nullable=False),
    Column("run", String),
    Column("holder", String, nullable=False),
    # Unix seconds by the clock of the database; NULL: the lease was released.
    Column("expires", Float),
    # Commits in this epoch: by it, a run whose connection broke finds out whether its commit was made.
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

# The feeds and sitemaps of portals, with data from the last time that each was read.
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

# Entries of feeds and sitemaps for articles that were not fetched since, and the times of last changes.
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


def token_key(token: str) -> str:
    """Return the key of an id-like part of an address (``urls.id_token``); keys of addresses do not begin with #."""
    return f"#{token}"


def create(connection: Connection) -> None:
    """Create all tables in an empty database."""
    create_missing(connection)
    connection.execute(meta.insert().values(key="version", value=str(VERSION)))


def create_missing(connection: Connection) -> None:
    """Create the tables that are not there yet, with their indexes."""
    _set_condition(connection)
    metadata.create_all(connection)


def create_articles(connection: Connection) -> None:
    """Create the table of articles without its indexes: it is filled faster so, and :func:`index_articles` follows."""
    connection.execute(CreateTable(articles))


def index_articles(connection: Connection) -> None:
    """Create the indexes of articles."""
    _set_condition(connection)
    for index in sorted(articles.indexes, key=lambda each: str(each.name)):
        index.create(connection)


def _set_condition(connection: Connection) -> None:
    """Set the condition of an index on PostgreSQL; set above, it would import PostgreSQL's dialect: 25 ms of CPU."""
    if connection.dialect.name == "postgresql":
        articles_to_visit.dialect_options["postgresql"]["where"] = HAS_NEXT_VISIT
