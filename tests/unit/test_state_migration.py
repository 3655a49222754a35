"""A state of an earlier version is migrated: what it knows is not written again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from portalcrawl.storage.database import open_database
from portalcrawl.storage.store import Store
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.urls import id_token

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
ADDRESS = "http://www.a.example/rat/neue-faehre-faehrt-im-herbst-880123.html"


def test_addresses_of_version_1_are_known_in_every_spelling(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite3"
    article = (
        "INSERT INTO articles VALUES ('a', ?, ?, ?, ?, NULL, 0, NULL, 1, NULL, 1.0, ?, ?, 'h', '{}', NULL, NULL, NULL)"
    )
    with sqlite3.connect(file) as old:
        old.executescript(VERSION_1)
        old.execute(article, ("a:later", "https" + ADDRESS[4:], "https" + ADDRESS[4:], "stored", 9.0, 1))
        old.execute(article, ("a:first", ADDRESS, ADDRESS, "stored", 5.0, 2))
        old.execute(article, ("a:linked", ADDRESS + "?x", ADDRESS, "pending", None, 0))
        rows = (("https" + ADDRESS[4:], "a:later"), (ADDRESS, "a:first"), (ADDRESS + "?x", "a:linked"))
        old.executemany("INSERT INTO addresses VALUES ('a', ?, ?)", rows)
    unit_of_work = UnitOfWork(Store(open_database(f"sqlite:///{file}")))
    spellings = [ADDRESS, "https" + ADDRESS[4:], "https://a.example" + ADDRESS[20:], ADDRESS + "?utm_source=brief"]
    assert unit_of_work.ids_of("a", spellings) == dict.fromkeys(spellings, "a:first")
    assert unit_of_work.ids_by_token("a", [id_token(ADDRESS) or ""]) == {"880123": "a:first"}
    known = unit_of_work.record("a", "a:first")
    assert known is not None
    assert (known.revision, known.headline, known.sketch) == (2, None, None)
    assert len(unit_of_work.records("a", ["a:first", "a:later", "a:linked"])) == 3
