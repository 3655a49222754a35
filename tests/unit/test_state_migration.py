"""A state of an earlier version is migrated: what it knows is not written again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from support.old_states import VERSION_1, VERSION_2

from portalcrawl.storage.database import open_database
from portalcrawl.storage.store import Store
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.urls import id_token

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


def test_articles_addresses_and_teasers_of_version_2_are_known(tmp_path: Path) -> None:
    file, teaser = tmp_path / "state.sqlite3", "a:0123456789abcdef"
    sketch, hashes = "0f" * 64, '{"headline":"114f6862","kicker":null}'
    with sqlite3.connect(file) as old:
        old.executescript(VERSION_2)
        values = ("a:first", ADDRESS, ADDRESS, ADDRESS, 5.0, 4.0, 3, "ab" * 16, hashes, "a:first", "Fähre", sketch)
        old.execute(
            "INSERT INTO articles VALUES ('a', ?, ?, ?, 'stored', NULL, 0, 9.5, 2, ?, ?, ?, ?, ?, ?, ?, ?, ?, '\"x\"', "
            "NULL)",
            values,
        )
        keys = ("a.example/rat/neue-faehre-faehrt-im-herbst-880123", "#880123")
        old.executemany("INSERT INTO addresses VALUES ('a', ?, 'a:first')", [(key,) for key in keys])
        old.execute("INSERT INTO teasers VALUES (?)", (teaser,))
    unit_of_work = UnitOfWork(Store(open_database(f"sqlite:///{file}")))
    assert unit_of_work.ids_of("a", [ADDRESS + "?utm_source=brief"]) == {ADDRESS + "?utm_source=brief": "a:first"}
    assert unit_of_work.ids_by_token("a", ["880123"]) == {"880123": "a:first"}
    assert unit_of_work.known_teasers([teaser, "a:fedcba9876543210"]) == {teaser}
    known = unit_of_work.record("a", "a:first")
    assert known is not None
    assert (known.revision, known.headline, known.sketch, known.found_on) == (3, "Fähre", sketch, ADDRESS)
    assert (known.content_hash, known.field_hashes, known.cluster_id) == ("ab" * 16, hashes, "a:first")
    assert (known.canonical_url, known.next_visit, known.etag) == (ADDRESS, 9.5, '"x"')
    assert list(unit_of_work.with_content("ab" * 16)) == ["a:first"]
