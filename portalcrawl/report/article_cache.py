"""A DuckDB file with what the report needs of each article, kept between reports: published feeds never change.

A million articles are 3.8 GB of JSON, which take seconds to parse; the columns that are asked for take a tenth of that.
Deleting the file only costs the next report the time to read the feeds again.
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
"""In the data folder."""
VERSION = 2
ARTICLES = "articles"
"""The kind of the feeds that are read, with which their names begin."""
MEMORY = "512MB"
"""What DuckDB may use; beyond it, it works on disk."""
LINE, LONGEST_LINE = 1024 * 1024, 32 * 1024 * 1024
"""Bytes of a line: of usual ones, for which DuckDB's buffers are small, and of all (DOWNLOAD_MAXSIZE is 10 MiB)."""
CHUNK = 2_000
"""Feeds that are read by one statement."""
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
"""What differs from article to article is compressed by zstd: that takes half the time of what DuckDB would choose."""
READ = """
    INSERT INTO all_articles SELECT
        parse_filename(filename), portal, id, revision, headline, canonical_url, section, source, agency,
        changed_fields, cluster_id, date_published_precision = 'minute', date_published,
        TRY_CAST(date_published AS TIMESTAMP), TRY_CAST(date_fetched AS TIMESTAMP)
    FROM read_json($paths, format = 'newline_delimited', records = true, columns = $columns, filename = true,
                   ignore_errors = $tolerant, maximum_object_size = $longest)
    WHERE id IS NOT NULL
"""
"""That each line is a record is said, because DuckDB takes a quarter longer where it has to find out; another fifth
where it is to go on after errors."""


@contextmanager
def article_cache(
    data_dir: Path,
    feeds: PublishedFeeds,
    published: Sequence[PublishedFeed],
    needed: Sequence[PublishedFeed],
    problems: list[str],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a database whose table ``all_articles`` has what is in *needed*, and nothing unpublished.

    Where another report uses the cache, or the folder can't be written, a temporary database is filled instead.

    :raises DataFolderError: where DuckDB can't go on, for instance on a full disk.

    :param published: the feeds of articles in *feeds*.
    :param needed: those of them that are read if they were not yet.
    :param problems: gets a line for each of these that can't be read.
    """
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


def _opened(file: Path, folder: str) -> duckdb.DuckDBPyConnection | None:
    """Return a connection to the cache; None where it can't be used. A damaged one, or an older one, is begun anew."""
    for _ in range(2):
        try:
            connection = _connect(file, folder)
            if connection.execute("SELECT number FROM version").fetchall() == [(VERSION,)]:
                return connection
            connection.close()
        except duckdb.IOException:  # locked by another report, or not to be written
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
    """Return the feeds that were read, with their sizes in bytes."""
    return dict(connection.execute("SELECT file, bytes FROM files").fetchall())


def _delete_gone(
    connection: duckdb.DuckDBPyConnection, feeds: PublishedFeeds, published: Sequence[PublishedFeed]
) -> None:
    """Delete what is of feeds that are not published any more, or not as they were.

    So are those that a manifest names and that are missing or cut: a report says the same with a cache as without.
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
    connection: duckdb.DuckDBPyConnection,
    feeds: PublishedFeeds,
    needed: Sequence[PublishedFeed],
    problems: list[str],
) -> None:
    """Read the feeds that are new; a chunk is stored whole or not at all."""
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
    """Store what is in the files *paths*, which have these sizes in bytes; what is no record is left out."""
    try:
        _store_lines(connection, paths, LINE, is_tolerant=False)
    except (duckdb.InvalidInputException, duckdb.ConversionException):  # a longer line, or one that is no record
        connection.rollback()
        _store_lines(connection, paths, LONGEST_LINE, is_tolerant=True)


def _store_lines(
    connection: duckdb.DuckDBPyConnection, paths: Mapping[Path, int], longest: int, *, is_tolerant: bool
) -> None:
    """Store what is in the files *paths*, none of which has a line of more than *longest* bytes."""
    parameters: dict[str, Any] = {"columns": COLUMNS, "longest": longest, "tolerant": is_tolerant}
    connection.begin()
    connection.execute(READ, {**parameters, "paths": [str(path) for path in paths]})
    files = {"names": [path.name for path in paths], "sizes": list(paths.values())}
    connection.execute("INSERT INTO files SELECT unnest($names), unnest($sizes)", files)
    connection.commit()
