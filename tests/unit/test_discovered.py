"""What the state keeps of feeds and sitemaps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from portalcrawl.storage.database import open_database
from portalcrawl.storage.discovered import DocumentRecord, EntryRecord
from portalcrawl.storage.maintenance import Maintenance
from portalcrawl.storage.records import Record
from portalcrawl.storage.unit_of_work import UnitOfWork

INDEX, CHILD = "https://a.example/sitemap.xml", "https://a.example/1.xml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite3"


def opened(file: Path) -> UnitOfWork:
    return UnitOfWork(open_database(f"sqlite:///{file}"))


@pytest.fixture
def state(file: Path) -> Iterator[UnitOfWork]:
    unit_of_work = opened(file)
    yield unit_of_work
    unit_of_work.close()


def test_documents_are_known_before_and_after_the_commit(state: UnitOfWork, file: Path) -> None:
    child = DocumentRecord("a", CHILD, parent=INDEX, lastmod="2025-12-05")
    state.discovered.note_document(child)
    assert state.discovered.children("a", INDEX) == [child]
    state.commit([])
    other = opened(file)
    assert other.discovered.documents("a", [CHILD, INDEX]) == {CHILD: child}
    assert other.discovered.children("a", INDEX) == [child]
    assert other.discovered.documents("b", [CHILD]) == {}
    other.close()


@pytest.mark.parametrize(
    ("lastmod", "read_lastmod", "read_at", "is_due"),
    [(None, None, None, True), (None, None, 5.0, True), ("x", None, 5.0, True), ("x", "x", 5.0, False)],
)
def test_a_document_is_due_unless_its_index_says_that_it_is_the_same(
    lastmod: str | None, read_lastmod: str | None, read_at: float | None, is_due: bool
) -> None:
    record = DocumentRecord("a", CHILD, INDEX, lastmod=lastmod, read_lastmod=read_lastmod, read_at=read_at)
    assert record.is_due is is_due


def test_an_entry_is_kept_until_its_article_was_fetched(state: UnitOfWork) -> None:
    state.discovered.note_entry(EntryRecord("a", "1", "feed", "Eins", "2025-12-05T10:00:00+01:00", "minute"))
    state.discovered.note_entry(EntryRecord("a", "2", "sitemap", updated=7.0))
    state.discovered.note_entry(EntryRecord("a", "3", "feed", "Drei"))
    state.commit([])
    state.discovered.keep("a", "3")
    for article in "123":
        state.discovered.settle("a", article)
    state.commit([])
    left = state.discovered.entries("a", ["1", "2", "3"])
    assert left == {"2": EntryRecord("a", "2", "sitemap", updated=7.0), "3": EntryRecord("a", "3", "feed", "Drei")}


def test_entries_of_forgotten_articles_go_with_them(state: UnitOfWork, file: Path) -> None:
    for number in (1, 2):
        article = str(number)
        state.note(Record("a", article, "u", "u", status="skipped", newest=100.0 * number))
        state.discovered.note_entry(EntryRecord("a", article, "feed", "Titel"))
    state.commit([])
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE articles SET seen = 5 WHERE id = '1'")
    connection.close()
    assert Maintenance(open_database(f"sqlite:///{file}")).forget(6 * 86_400.0) == 1
    assert set(state.discovered.entries("a", ["1", "2"])) == {"2"}
