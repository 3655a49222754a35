"""An export that is killed at any of its steps: afterwards each record is there once, and none is ever there twice."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pyarrow.parquet as pq
import pytest
from support.export_kills import export_to, killed_at
from support.feeds import article, publish, teaser
from support.postgres import PostgresServer

BATCH_BYTES = 20_000
"""Small enough for several batches."""
RUNS = ("20251202T101500Z-aaaaaa", "20251202T102500Z-bbbbbb", "20260102T102500Z-cccccc")
COUNT = 12


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds")
    for number, run in enumerate(RUNS):
        numbers = range(number * COUNT, (number + 1) * COUNT)
        seen = {"date_fetched": f"{run[:4]}-{run[4:6]}-02T17:20:00+00:00"}
        articles = [article(each, **seen) for each in numbers]
        articles.append(article(0, revision=number + 2, **seen))
        publish(folder, run, {"articles": articles, "teasers": [teaser(each, **seen) for each in numbers]})
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with TemporaryDirectory(prefix="pg") as folder:
        Path(folder).chmod(0o755)  # the server is another user's where root runs the tests
        with PostgresServer(Path(folder) / "server") as running:
            running.execute("ALTER SYSTEM SET fsync = off", "postgres")
            running.execute("SELECT pg_reload_conf()", "postgres")
            yield running


@pytest.fixture(autouse=True)
def nothing_is_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill loses nothing that was handed to the kernel, and syncing thousands of files takes minutes."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def keys_in(name: str, where: str, *, by_manifest: bool = False) -> Counter[tuple[str, str, int | None]]:
    """Return how often each record is in a target: kind, id, revision."""
    found: Counter[tuple[str, str, int | None]] = Counter()
    if name == "postgres":
        with psycopg.connect(where.replace("+psycopg", "")) as connection:
            for kind, revision in (("articles", "revision"), ("teasers", "NULL")):
                there = connection.execute("SELECT to_regclass(%s)", (f"portalcrawl_export.{kind}",)).fetchone()
                if there != (None,):
                    rows = connection.execute(f"SELECT id, {revision} FROM portalcrawl_export.{kind}")  # type: ignore[call-overload]
                    found.update((kind, *row) for row in rows)
        return found
    paths = list(Path(where).glob(f"kind=*/month=*/*.{name}"))
    if by_manifest:
        manifest = Path(where) / "_export.json"
        named = json.loads(manifest.read_bytes())["files"] if manifest.exists() else []
        paths = [Path(where) / each["file"] for each in named]
    for path in paths:
        kind = path.parts[-3].removeprefix("kind=")
        if name == "parquet":
            rows = pq.ParquetFile(path).read(use_threads=False).to_pylist()
        else:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        found.update((kind, row["id"], int(row["revision"]) if kind == "articles" else None) for row in rows)
    return found


@pytest.mark.parametrize("name", ["parquet", "csv", "postgres"])
def test_killed_at_every_step(name: str, feeds: Path, tmp_path: Path, server: PostgresServer) -> None:
    database = server.new_database() if name == "postgres" else None
    number = 0

    def new_target() -> str:
        nonlocal number
        number += 1
        if database is None:
            return str(tmp_path / f"target{number}")
        with psycopg.connect(database.replace("+psycopg", "")) as connection:
            connection.execute("DROP SCHEMA IF EXISTS portalcrawl_export CASCADE")
        return database

    whole = new_target()
    steps = killed_at(name, whole, feeds, 0, BATCH_BYTES)
    expected = keys_in(name, whole)
    assert len(expected) == sum(expected.values()) == len(RUNS) * (2 * COUNT + 1)
    assert steps is not None
    assert steps > 15
    for step in range(1, steps + 1):
        where = new_target()
        assert killed_at(name, where, feeds, step, BATCH_BYTES) is None
        for by_manifest in (True, False):
            seen = keys_in(name, where, by_manifest=by_manifest)
            assert max(seen.values(), default=1) == 1, step
            assert set(seen) <= set(expected), step
        assert export_to(name, where, feeds).lost is None, step
        assert keys_in(name, where) == keys_in(name, where, by_manifest=True) == expected, step
        assert not list(Path(where).rglob("*.part")), step
        assert export_to(name, where, feeds).feeds == 0


@pytest.mark.parametrize("name", ["parquet", "postgres"])
def test_killed_again_and_again(name: str, feeds: Path, tmp_path: Path, server: PostgresServer) -> None:
    """Each attempt dies a little later, until one ends."""
    where = server.new_database() if name == "postgres" else str(tmp_path / "target")
    step = 3
    while killed_at(name, where, feeds, step, BATCH_BYTES) is None:
        step += 4
    found = keys_in(name, where)
    assert set(found.values()) == {1}
    assert len(found) == len(RUNS) * (2 * COUNT + 1)
