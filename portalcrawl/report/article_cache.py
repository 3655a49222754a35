"""A DuckDB cache of the article columns that the report needs. It stays valid, as published feeds never change.

A million articles are 3.8 GB of JSON, which take seconds to parse; the needed columns take a tenth of that. The file
can be deleted at any time; the next report then reads the feeds again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from portalcrawl.errors import DataFolderError
from portalcrawl.feeds.store.published import FeedDamagedError, PublishedFeed, PublishedFeeds

FILE = "report.duckdb"
"""Name of the cache file in the data folder."""
VERSION = 2
ARTICLES = "articles"
"""The kind of the feeds that are read; their names begin with it."""
MEMORY = "512MB"
"""Memory limit of DuckDB; beyond it, DuckDB uses the disk."""
LINE, LONGEST_LINE = 1024 * 1024, 32 * 1024 * 1024
"""Most bytes of a line: for usual lines, with small DuckDB buffers, and for any (DOWNLOAD_MAXSIZE is 10 MiB)."""
CHUNK = 2_000
"""Number of feeds that one statement reads."""
COLUMNS: dict[str, str] = {
    **dict.fromkeys(("id", "portal", "headline", "canonical_url", "section", "source", "agency"), "VARCHAR"),
    **dict.fromkeys(("date_published", "date_published_precision", "date_fetched", "cluster_id"), "VARCHAR"),
    "changed_fields": "VARCHAR[]",
    "revision": "INTEGER",
}
TABLES = (
    "CREATE TABLE IF NOT EXISTS files (file VARCHAR, bytes BIGINT)",
    """CREATE TABLE IF NOT EXISTS all_articles (
        file VARCHAR, portal VARCHAR, id VARCHAR USING COMPRESSION zstd, revision INTEGER,
        headline VARCHAR USING COMPRESSION zstd, url VARCHAR USING COMPRESSION zstd, section VARCHAR, source VARCHAR,
        agency VARCHAR, changed_fields VARCHAR[], cluster_id VARCHAR USING COMPRESSION zstd, is_exact BOOLEAN,
        published_text VARCHAR, published TIMESTAMP, found TIMESTAMP)""",
    "CREATE TABLE IF NOT EXISTS version (number INTEGER)",
)
"""Columns that differ from article to article use zstd, which takes half the time of DuckDB's default choice."""
READ = """
    INSERT INTO all_articles SELECT
        parse_filename(filename), portal, id, revision, headline, canonical_url, section, source, agency,
        changed_fields, cluster_id, date_published_precision = 'minute', date_published,
        TRY_CAST(date_published AS TIMESTAMP), TRY_CAST(date_fetched AS TIMESTAMP)
    FROM read_json($paths, format = 'newline_delimited', records = true, columns = $columns, filename = true,
                   ignore_errors = $tolerant, maximum_object_size = $longest)
    WHERE id IS NOT NULL
"""
"""The format, one record per line, is given explicitly: detecting it takes DuckDB a quarter longer. Ignoring errors
takes another fifth."""


@contextmanager
def article_cache(
    data_dir: Path,
    feeds: PublishedFeeds,
    published: Sequence[PublishedFeed],
    needed: Sequence[PublishedFeed],
    problems: list[str],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a database whose table ``all_articles`` has the feeds in *needed*, and nothing unpublished.

    If another report uses the cache, or the folder is not writable, a temporary database is used instead.

    :raises DataFolderError: if DuckDB fails, for instance on a full disk, or can't open the folder.

    :param published: the feeds of articles in *feeds*.
    :param needed: those of *published* that the report needs; they are read unless cached.
    :param problems: a line is added for each needed feed that can't be read.
    """
    for name in (str(data_dir), feeds.store.name):
        _require_utf_8(name)
    with TemporaryDirectory(prefix="portalcrawl-report-") as folder:
        try:
            connection = _opened(data_dir / FILE, folder) or _connect(Path(folder) / FILE, folder)
            try:
                _delete_gone(connection, feeds, published)
                _read_new(connection, feeds, needed, problems)
                yield connection
            finally:
                connection.close()
        except duckdb.Error as error:  # such as a full disk
            raise DataFolderError(f"the report can't be made: {error}") from None


def _require_utf_8(path: str) -> None:
    """Raise DataFolderError for a path that is not UTF-8: DuckDB can't open it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode(errors="backslashreplace").decode()
        raise DataFolderError(f"{shown}: DuckDB, which the report is made with, opens no path but in UTF-8") from None


def _opened(file: Path, folder: str) -> duckdb.DuckDBPyConnection | None:
    """Return a connection to the cache; None if it can't be used. A damaged or outdated cache is recreated."""
    for _ in range(2):
        try:
            connection = _connect(file, folder)
            if connection.execute("SELECT number FROM version").fetchall() == [(VERSION,)]:
                return connection
            connection.close()
        except duckdb.IOException:  # locked by another report, or not writable
            return None
        except duckdb.Error:
            pass
        with suppress(OSError):
            file.unlink(missing_ok=True)
            file.with_name(file.name + ".wal").unlink(missing_ok=True)
    return None


def _connect(file: Path, folder: str) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": MEMORY, "temp_directory": folder}
    config["autoinstall_known_extensions"] = "false"  # nothing is ever loaded from the network
    connection = duckdb.connect(str(file), config=config)
    connection.execute("SET preserve_insertion_order = false")
    connection.begin()
    for statement in TABLES:
        connection.execute(statement)
    connection.execute(f"INSERT INTO version SELECT {VERSION} WHERE NOT EXISTS (FROM version)")
    connection.commit()
    return connection


def _known(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return the cached feeds: file name -> size in bytes."""
    return dict(connection.execute("SELECT file, bytes FROM files").fetchall())


def _delete_gone(
    connection: duckdb.DuckDBPyConnection, feeds: PublishedFeeds, published: Sequence[PublishedFeed]
) -> None:
    """Delete the articles of feeds that are not published any more, or have changed.

    This includes feeds in a manifest whose files are missing or truncated: a report is the same with and without cache.
    """
    known = _known(connection)
    if not known:
        return
    named, there = {feed.file: feed.bytes for feed in published}, feeds.store.sizes(f"{ARTICLES}-")
    gone = [file for file, size in known.items() if not named.get(file) == there.get(file) == size]
    if gone:
        connection.begin()
        for table in ("all_articles", "files"):
            connection.execute(f"DELETE FROM {table} WHERE file IN (SELECT unnest($names))", {"names": gone})
        connection.commit()


def _read_new(
    connection: duckdb.DuckDBPyConnection, feeds: PublishedFeeds, needed: Sequence[PublishedFeed], problems: list[str]
) -> None:
    """Read the feeds that are not cached yet; each chunk of feeds is stored atomically."""
    known = _known(connection)
    new = [feed for feed in needed if feed.file not in known]
    for start in range(0, len(new), CHUNK):
        with TemporaryDirectory(prefix="portalcrawl-feeds-") as folder:
            paths: dict[Path, int] = {}
            for feed in new[start : start + CHUNK]:
                try:
                    paths[feeds.local_file(feed, Path(folder))] = feed.bytes
                except FeedDamagedError as error:
                    problems.append(str(error))
            if paths:
                _store(connection, paths)


def _store(connection: duckdb.DuckDBPyConnection, paths: Mapping[Path, int]) -> None:
    """Store the articles in the files of *paths* (path -> size in bytes); lines that are not records are skipped."""
    try:
        _store_lines(connection, paths, LINE, is_tolerant=False)
    except (duckdb.InvalidInputException, duckdb.ConversionException):  # a longer line, or one that is not a record
        connection.rollback()
        _store_lines(connection, paths, LONGEST_LINE, is_tolerant=True)


def _store_lines(
    connection: duckdb.DuckDBPyConnection, paths: Mapping[Path, int], longest: int, *, is_tolerant: bool
) -> None:
    """Store the articles in the files of *paths* (path -> size in bytes), whose lines have at most *longest* bytes."""
    parameters: dict[str, Any] = {"columns": COLUMNS, "longest": longest, "tolerant": is_tolerant}
    connection.begin()
    connection.execute(READ, {**parameters, "paths": [str(path) for path in paths]})
    files = {"names": [path.name for path in paths], "sizes": list(paths.values())}
    connection.execute("INSERT INTO files SELECT unnest($names), unnest($sizes)", files)
    connection.commit()
