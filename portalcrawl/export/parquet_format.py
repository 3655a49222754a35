"""Parquet files, with column types from the item classes and row groups of bounded size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from weakref import WeakSet

import pyarrow as pa
import pyarrow.parquet as pq

from portalcrawl.errors import ExportError
from portalcrawl.export.columns import Column, ColumnType, columns_of
from portalcrawl.export.exporting import Row

ROWS_HELD = 20_000
"""Most rows held in memory before a row group is written, in all files together: about 150 MB of articles."""
TIME = pa.timestamp("us", tz="UTC")
TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "time": TIME,
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "texts": pa.list_(pa.string()),
    "object": pa.string(),
}


class ParquetFormat:
    """Writes times as UTC timestamps, lists as lists, records in them as structs, objects of any keys as JSON text."""

    name = "parquet"

    def __init__(self) -> None:
        self.merger = ParquetMerger()
        self._writers: WeakSet[ParquetWriter] = WeakSet()
        self._held = 0

    def writer(self, kind: str, file: IO[bytes]) -> ParquetWriter:
        """Return a writer of rows of *kind* to *file*."""
        writer = ParquetWriter(kind, file, self)
        self._writers.add(writer)
        return writer

    def row_added(self) -> None:
        """Count a row; if all files together hold too many, flush the file that holds most."""
        self._held += 1
        if self._held >= ROWS_HELD:
            largest = max(self._writers, key=lambda writer: writer.held)
            self._held -= largest.held
            largest.write_group()


def schema_of(kind: str) -> pa.Schema:
    """Return the schema of the files of *kind*."""
    return pa.schema([_field(column) for column in columns_of(kind)])


def _field(column: Column) -> pa.Field:
    if column.type == "records":
        return pa.field(column.name, pa.list_(pa.struct([_field(each) for each in column.fields])))
    return pa.field(column.name, TYPES[column.type])


class ParquetWriter:
    """Writes one file."""

    def __init__(self, kind: str, file: IO[bytes], of_format: ParquetFormat) -> None:
        self.rows = 0
        self._format = of_format
        self._columns = columns_of(kind)
        self._schema = schema_of(kind)
        self._file = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[Sequence[Any]] = []

    @property
    def held(self) -> int:
        """Number of rows that are not written yet."""
        return len(self._held)

    def write(self, row: Row) -> None:
        """Add a row."""
        self._held.append(row.values)
        self.rows += 1
        self._format.row_added()

    def finish(self) -> None:
        """Write the last row group and the footer."""
        if self._held:
            self.write_group()
        self._file.close()

    def write_group(self) -> None:
        """Write the held rows as one row group."""
        arrays = [
            pa.array(_plain_all(column, [row[at] for row in self._held]), type=field.type)
            for at, (column, field) in enumerate(zip(self._columns, self._schema, strict=True))
        ]
        self._held = []
        self._file.write_table(pa.table(arrays, schema=self._schema))


class ParquetMerger:
    """Merges files of one schema: keeps the rows and their order, and joins small row groups."""

    def shape(self, path: Path) -> bytes:
        """Return the serialized schema of a file; only files with equal ones can be merged.

        :raises ExportError: if the file is damaged.
        """
        with _damage_named(path):
            return bytes(pq.read_schema(path).remove_metadata().serialize())

    def merge(self, paths: Sequence[Path], file: IO[bytes]) -> int:
        """Write all rows of the files at *paths* to *file*, in bounded memory; return their number.

        :raises ExportError: if a file is damaged.
        """
        with _damage_named(paths[0]):
            schema = pq.read_schema(paths[0])
        rows = 0
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            held: list[pa.RecordBatch] = []
            for path in paths:
                with _damage_named(path), pq.ParquetFile(path) as source:
                    for batch in source.iter_batches(ROWS_HELD, use_threads=False):
                        held.append(batch)
                        if sum(each.num_rows for each in held) >= ROWS_HELD:
                            rows += _write(writer, held)
                            held = []
            return rows + _write(writer, held)


def _write(writer: pq.ParquetWriter, batches: list[pa.RecordBatch]) -> int:
    """Write *batches* as one row group; return the number of their rows."""
    table = pa.Table.from_batches(batches, writer.schema)
    if table.num_rows:
        writer.write_table(table)
    return int(table.num_rows)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Convert errors of pyarrow to an ExportError that names the file; let errors of the system pass."""
    try:
        yield
    except pa.ArrowException as error:
        raise ExportError(f"{path} is damaged ({str(error).splitlines()[0]})") from None


def _plain_all(column: Column, values: list[Any]) -> list[Any]:
    return [_plain(column, value) for value in values] if column.type in ("object", "records") else values


def _plain(column: Column, value: Any) -> Any:
    """Return *value* in the form that pyarrow accepts."""
    if value is None:
        return None
    if column.type == "object":
        return json.dumps(value, ensure_ascii=False)
    if column.type == "time" and isinstance(value, str):  # within a record
        return datetime.fromisoformat(value)
    if column.type == "records":
        return [{each.name: _plain(each, item.get(each.name)) for each in column.fields} for item in value]
    return value
