"""CSV files (RFC 4180 but for the line feed as line end; UTF-8 without BOM)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import IO, Any

from portalcrawl.export.columns import ColumnType, columns_of
from portalcrawl.export.exporting import Row


class CsvFormat:
    """Writes times as in the feed, booleans as ``true`` and ``false``, lists and objects as JSON, null as nothing."""

    name = "csv"
    merger = None

    def writer(self, kind: str, file: IO[bytes]) -> CsvWriter:
        """Return a writer of rows of *kind* to *file*."""
        return CsvWriter(kind, file)


class CsvWriter:
    """Writes one file."""

    def __init__(self, kind: str, file: IO[bytes]) -> None:
        self.rows = 0
        columns = columns_of(kind)
        self._cells = [(column.name, CELLS.get(column.type)) for column in columns]
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
        self._csv = csv.writer(self._text, lineterminator="\n")
        self._csv.writerow([column.name for column in columns])

    def write(self, row: Row) -> None:
        """Add a row."""
        get = row.raw.get
        self._csv.writerow([cell(get(name)) if cell else get(name) for name, cell in self._cells])
        self.rows += 1

    def finish(self) -> None:
        """Write buffered rows and detach from the file, which stays open."""
        self._text.detach()


def _boolean(value: bool | None) -> str | None:
    return None if value is None else "true" if value else "false"


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


CELLS: dict[ColumnType, Callable[[Any], str | None]] = {
    "boolean": _boolean, "texts": _json, "records": _json, "object": _json,
}  # fmt: skip
"""Column type -> conversion to text; values of other types are written unconverted."""
