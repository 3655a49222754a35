"""A state of an earlier version is migrated: its records are not written again."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import states
from support.old_states import VERSION_1, VERSION_2, make

from portalcrawl.storage.database import open_database
from portalcrawl.storage.packing import today
from portalcrawl.storage.records import Record
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.urls import id_token

pytestmark = pytest.mark.usefixtures("each_state")
ADDRESS = "http://www.a.example/rat/neue-faehre-faehrt-im-herbst-880123.html"


def insert(folder: Path, table: str, **values: object) -> None:
    names = ", ".join(values)
    states.rows(folder, f"INSERT INTO {table} ({names}) VALUES (:{', :'.join(values)})", **values)


def migrated(folder: Path) -> UnitOfWork:
    return UnitOfWork(open_database(states.state_url(folder)))


def test_addresses_of_version_1_are_known_in_every_spelling(tmp_path: Path) -> None:
    make(states.state_url(tmp_path), VERSION_1)
    secure = "https" + ADDRESS[4:]
    for article, url, status, first_stored, revision in (
        ("a:later", secure, "stored", 9.0, 1),
        ("a:first", ADDRESS, "stored", 5.0, 2),
        ("a:linked", ADDRESS + "?x", "pending", None, 0),
    ):
        addresses = {"url": url, "canonical_url": ADDRESS if status == "pending" else url}
        numbers = {"attempts": 0, "depth": 1, "newest": 1.0, "first_stored": first_stored, "revision": revision}
        texts = {"status": status, "content_hash": "ab" * 16 if revision else None, "field_hashes": "{}"}
        insert(tmp_path, "articles", portal="a", id=article, **addresses, **numbers, **texts)
        insert(tmp_path, "addresses", portal="a", url=url, id=article)
    unit_of_work = migrated(tmp_path)
    spellings = [ADDRESS, secure, "https://a.example" + ADDRESS[20:], ADDRESS + "?utm_source=brief"]
    assert unit_of_work.ids_of("a", spellings) == dict.fromkeys(spellings, "a:first")
    assert unit_of_work.ids_by_token("a", [id_token(ADDRESS) or ""]) == {"880123": "a:first"}
    known = unit_of_work.record("a", "a:first")
    assert known is not None
    assert (known.revision, known.headline, known.sketch, known.field_hashes) == (2, None, None, "{}")
    assert len(unit_of_work.records("a", ["a:first", "a:later", "a:linked"])) == 3
    assert list(unit_of_work.with_content("ab" * 16)) == ["a:first", "a:later"]
    unit_of_work.close()


def test_articles_addresses_and_teasers_of_version_2_are_known(tmp_path: Path) -> None:
    teaser, sketch, hashes = "a:0123456789abcdef", "0f" * 64, '{"headline":"114f6862","kicker":null}'
    make(states.state_url(tmp_path), VERSION_2)
    addresses = {"url": ADDRESS, "canonical_url": ADDRESS, "found_on": ADDRESS}
    numbers = {"attempts": 0, "next_visit": 9.5, "depth": 2, "newest": 5.0, "first_stored": 4.0, "revision": 3}
    texts = {"status": "stored", "content_hash": "ab" * 16, "field_hashes": hashes, "cluster_id": "a:first"}
    more = {"headline": "Fähre", "sketch": sketch, "etag": '"x"'}
    insert(tmp_path, "articles", portal="a", id="a:first", **addresses, **numbers, **texts, **more)
    for key in ("a.example/rat/neue-faehre-faehrt-im-herbst-880123", "#880123"):
        insert(tmp_path, "addresses", portal="a", key=key, id="a:first")
    insert(tmp_path, "teasers", id=teaser)
    unit_of_work = migrated(tmp_path)
    assert unit_of_work.ids_of("a", [ADDRESS + "?utm_source=brief"]) == {ADDRESS + "?utm_source=brief": "a:first"}
    assert unit_of_work.ids_by_token("a", ["880123"]) == {"880123": "a:first"}
    assert unit_of_work.known_teasers([teaser, "a:fedcba9876543210"]) == {teaser}
    known = unit_of_work.record("a", "a:first")
    assert known is not None
    assert (known.revision, known.headline, known.sketch, known.found_on) == (3, "Fähre", sketch, ADDRESS)
    assert (known.content_hash, known.field_hashes, known.cluster_id) == ("ab" * 16, hashes, "a:first")
    assert (known.canonical_url, known.next_visit, known.etag) == (ADDRESS, 9.5, '"x"')
    assert list(unit_of_work.with_content("ab" * 16)) == ["a:first"]
    unit_of_work.close()


def test_articles_of_version_4_count_as_seen_today_and_its_runs_go_on(tmp_path: Path) -> None:
    before = migrated(tmp_path)
    before.note(Record("a", "a:old", ADDRESS, ADDRESS, status="stored", newest=5.0))
    before.commit([])
    before.close()
    states.rows(tmp_path, "DROP INDEX articles_by_status")
    for table, column in (("articles", "seen"), ("feeds", "sha256")):
        states.rows(tmp_path, f"ALTER TABLE {table} DROP COLUMN {column}")
    states.rows(tmp_path, "CREATE INDEX articles_by_status ON articles (portal, status, day)")
    states.rows(tmp_path, "UPDATE meta SET value = '4' WHERE key = 'version'")
    unit_of_work = migrated(tmp_path)
    names = [name for name in states.rows(tmp_path, "SELECT * FROM articles")[0] if name not in ("seen", "id")]
    its_insert = f"INSERT INTO articles (id, {', '.join(names)}) SELECT 'a:new', {', '.join(names)} FROM articles"
    states.rows(tmp_path, its_insert)  # as a run of version 4 that has not ended yet
    found = unit_of_work.records("a", ["a:old", "a:new"])
    assert {name: each.seen for name, each in found.items()} == {"a:old": today(), "a:new": today()}
    unit_of_work.close()
