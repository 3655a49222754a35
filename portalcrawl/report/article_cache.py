"""A DuckDB file with what the report needs of each article, kept between reports: published feeds never change.

A million articles are 2.6 GB of JSON, which take seconds to read; the columns that are asked for take a tenth of that.
Deleting the file only costs the next report the time to read the feeds again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

FILE = "report.duckdb"
"""In the data folder."""
VERSION = 1
MEMORY = "512MB"
"""What DuckDB may use; beyond it, it works on disk."""
LONGEST_LINE = 32 * 1024 * 1024
"""Bytes. A page has at most DOWNLOAD_MAXSIZE (10 MiB)."""
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
        file VARCHAR, portal VARCHAR, id VARCHAR, revision INTEGER, headline VARCHAR, url VARCHAR, section VARCHAR,
        source VARCHAR, agency VARCHAR, changed_fields VARCHAR[], cluster_id VARCHAR, is_exact BOOLEAN,
        published_text VARCHAR, published TIMESTAMP, found TIMESTAMP)""",
    "CREATE TABLE IF NOT EXISTS version (number INTEGER)",
)
READ = """
    INSERT INTO all_articles SELECT
        parse_filename(filename), portal, id, revision, headline, canonical_url, section, source, agency,
        changed_fields, cluster_id, date_published_precision = 'minute', date_published,
        TRY_CAST(date_published AS TIMESTAMP), TRY_CAST(date_fetched AS TIMESTAMP)
    FROM read_json($paths, format = 'newline_delimited', columns = $columns, ignore_errors = true, filename = true,
                   maximum_object_size = $longest)
    WHERE id IS NOT NULL
"""


@contextmanager
def article_cache(data_dir: Path, feeds: Mapping[Path, int]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a database whose table ``all_articles`` has what is in *feeds*, and nothing else.

    Where another report uses the cache, or the folder can't be written, a temporary database is filled instead.

    :param feeds: files of articles and their sizes in bytes, as manifests name them.
    """
    with TemporaryDirectory(prefix="portalcrawl-report-") as folder:
        connection = _opened(data_dir / FILE, folder) or _connect(Path(folder) / FILE, folder)
        try:
            _bring_up_to_date(connection, feeds)
            yield connection
        finally:
            connection.close()


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


def _bring_up_to_date(connection: duckdb.DuckDBPyConnection, feeds: Mapping[Path, int]) -> None:
    """Read the feeds that are new, and delete what is of others; a chunk is stored whole or not at all."""
    by_name = {path.name: (path, size) for path, size in feeds.items()}
    known = dict(connection.execute("SELECT file, bytes FROM files").fetchall())
    gone = [name for name, size in known.items() if name not in by_name or by_name[name][1] != size]
    if gone:
        connection.begin()
        for table in ("all_articles", "files"):
            connection.execute(f"DELETE FROM {table} WHERE file IN (SELECT unnest($names))", {"names": gone})
        connection.commit()
    new = sorted(name for name, (_, size) in by_name.items() if known.get(name) != size)
    for start in range(0, len(new), CHUNK):
        names = new[start : start + CHUNK]
        parameters: dict[str, Any] = {"columns": COLUMNS, "longest": LONGEST_LINE}
        connection.begin()
        connection.execute(READ, {**parameters, "paths": [str(by_name[name][0]) for name in names]})
        files = {"names": names, "sizes": [by_name[name][1] for name in names]}
        connection.execute("INSERT INTO files SELECT unnest($names), unnest($sizes)", files)
        connection.commit()
