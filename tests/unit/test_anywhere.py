"""Articles found without their portal."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from support import states

from portalcrawl.storage.anywhere import article_at, article_with_id
from portalcrawl.storage.database import open_database
from portalcrawl.storage.records import Record
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.urls import url_key


def found(engine: Engine, url: str, article: str) -> tuple[str | None, str | None]:
    """Return the ids that are found by an address, and by an id."""
    with engine.connect() as connection:
        of_url, of_id = article_at(connection, url_key(url)), article_with_id(connection, article)
    return of_url and of_url.id, of_id and of_id.id


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_article_of_any_portal_is_found(database: str) -> None:
    engine = open_database("sqlite://" if database == "sqlite" else states.server().new_database())
    assert found(engine, "https://a.example/", "a:1") == (None, None)
    unit_of_work = UnitOfWork(engine)
    for portal in ("a", "b", "ü", "c.example:8000"):
        url = f"https://{portal}.example/1"
        unit_of_work.note(Record(portal, f"{portal}:1", url, url))
        unit_of_work.note_addresses(portal, [url], f"{portal}:1")
    unit_of_work.commit([])
    for portal in ("a", "b", "ü", "c.example:8000"):
        assert found(engine, f"https://{portal}.example/1", f"{portal}:1") == (f"{portal}:1",) * 2
    assert found(engine, "https://d.example/1", "d:1") == (None, None)
    engine.dispose()
