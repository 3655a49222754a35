"""The tables of states that earlier versions made, and a state of version 3 (see upgraded_portal.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from portalcrawl.storage.database import make_engine

HERE = Path(__file__).parent
AS_POSTGRESQL = (
    (" WITHOUT ROWID", ""),
    ("BLOB", "BYTEA"),
    ("text INTEGER NOT NULL, signature", "text SERIAL, signature"),
)
"""What PostgreSQL's tables are called other than SQLite's."""

VERSION_1 = """
CREATE TABLE meta ("key" VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE articles (
    portal VARCHAR NOT NULL, id VARCHAR NOT NULL, url TEXT NOT NULL, canonical_url TEXT NOT NULL,
    status VARCHAR NOT NULL, reason VARCHAR, attempts INTEGER NOT NULL, next_visit FLOAT,
    depth INTEGER NOT NULL, found_on TEXT,
    newest FLOAT NOT NULL, first_stored FLOAT, revision INTEGER NOT NULL, content_hash VARCHAR, field_hashes TEXT,
    cluster_id VARCHAR, etag TEXT, last_modified TEXT, PRIMARY KEY (portal, id)) WITHOUT ROWID;
CREATE INDEX articles_to_visit ON articles (portal, newest) WHERE next_visit IS NOT NULL;
CREATE INDEX articles_by_content ON articles (content_hash);
CREATE TABLE addresses (
    portal VARCHAR NOT NULL, url TEXT NOT NULL, id VARCHAR NOT NULL, PRIMARY KEY (portal, url)) WITHOUT ROWID;
CREATE TABLE teasers (id VARCHAR NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE TABLE signatures (
    text INTEGER NOT NULL, signature BLOB NOT NULL, cluster_id VARCHAR NOT NULL, PRIMARY KEY (text));
CREATE TABLE bands (band BIGINT NOT NULL, text INTEGER NOT NULL, PRIMARY KEY (band, text)) WITHOUT ROWID;
CREATE TABLE runs (
    run VARCHAR NOT NULL, portals TEXT NOT NULL, arguments TEXT NOT NULL, started VARCHAR NOT NULL, finished VARCHAR,
    finish_reason VARCHAR, verdict VARCHAR, counts TEXT, PRIMARY KEY (run));
CREATE TABLE feeds (
    file VARCHAR NOT NULL, run VARCHAR NOT NULL, kind VARCHAR NOT NULL, bytes INTEGER NOT NULL,
    records INTEGER NOT NULL, PRIMARY KEY (file));
CREATE INDEX feeds_by_run ON feeds (run);
INSERT INTO meta VALUES ('version', '1');
"""

VERSION_2 = """
CREATE TABLE meta ("key" VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE articles (
    portal VARCHAR NOT NULL, id VARCHAR NOT NULL, url TEXT NOT NULL, canonical_url TEXT NOT NULL,
    status VARCHAR NOT NULL, reason VARCHAR, attempts INTEGER NOT NULL, next_visit FLOAT,
    depth INTEGER NOT NULL, found_on TEXT,
    newest FLOAT NOT NULL, first_stored FLOAT, revision INTEGER NOT NULL, content_hash VARCHAR, field_hashes TEXT,
    cluster_id VARCHAR, headline TEXT, sketch VARCHAR, etag TEXT, last_modified TEXT,
    PRIMARY KEY (portal, id)) WITHOUT ROWID;
CREATE INDEX articles_by_status ON articles (portal, status, newest);
CREATE INDEX articles_to_visit ON articles (portal, newest) WHERE next_visit IS NOT NULL;
CREATE INDEX articles_by_content ON articles (content_hash);
CREATE TABLE addresses (
    portal VARCHAR NOT NULL, "key" TEXT NOT NULL, id VARCHAR NOT NULL, PRIMARY KEY (portal, "key")) WITHOUT ROWID;
CREATE TABLE teasers (id VARCHAR NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE TABLE signatures (
    text INTEGER NOT NULL, signature BLOB NOT NULL, cluster_id VARCHAR NOT NULL, portal VARCHAR, article VARCHAR,
    PRIMARY KEY (text));
CREATE TABLE bands (band BIGINT NOT NULL, text INTEGER NOT NULL, PRIMARY KEY (band, text)) WITHOUT ROWID;
CREATE TABLE runs (
    run VARCHAR NOT NULL, portals TEXT NOT NULL, arguments TEXT NOT NULL, started VARCHAR NOT NULL, finished VARCHAR,
    finish_reason VARCHAR, verdict VARCHAR, counts TEXT, reasons TEXT, PRIMARY KEY (run));
CREATE INDEX runs_by_portals ON runs (portals, run);
CREATE INDEX runs_by_job ON runs (substr(run, 18));
CREATE INDEX runs_by_finished ON runs (finished);
CREATE TABLE feeds (
    file VARCHAR NOT NULL, run VARCHAR NOT NULL, kind VARCHAR NOT NULL, bytes BIGINT NOT NULL,
    records INTEGER NOT NULL, PRIMARY KEY (file));
CREATE INDEX feeds_by_run ON feeds (run);
CREATE TABLE lines (
    run VARCHAR NOT NULL, kind VARCHAR NOT NULL, stop BIGINT NOT NULL, portal VARCHAR NOT NULL, id VARCHAR NOT NULL,
    revision INTEGER, PRIMARY KEY (run, kind, stop)) WITHOUT ROWID;
INSERT INTO meta VALUES ('version', '2');
"""


def make(url: str, script: str) -> None:
    """Run *script*, tables in SQLite's SQL, in the empty database at *url*."""
    engine = make_engine(url)
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            driver.executescript(script)
        else:
            for sqlite, postgresql in AS_POSTGRESQL:
                script = script.replace(sqlite, postgresql)
            driver.execute(script)
    engine.dispose()


def make_version_3(url: str) -> None:
    """Make in the empty database at *url* the state of version 3."""
    name = "sqlite" if url.startswith("sqlite") else "postgresql"
    make(url, (HERE / f"version_3.{name}.sql").read_text(encoding="utf-8"))
