"""CSV files (RFC 4180, UTF-8 without BOM, lines end in a line feed)."""

from __future__ import annotations

import csv
import io
import json
from typing import IO, Any

from portalcrawl.export.columns import columns_of
from portalcrawl.export.exporting import Row


class CsvFormat:
    """Times as in the feed, booleans as ``true`` and ``false``, lists and objects as JSON, null as nothing."""

    name = "csv"

    def writer(self, kind: str, file: IO[bytes]) -> CsvWriter:
        """Return a writer of rows of *kind* to *file*."""
        return CsvWriter(kind, file)


class CsvWriter:
    """Writes one file."""

    def __init__(self, kind: str, file: IO[bytes]) -> None:
        self.rows = 0
        self._names = [column.name for column in columns_of(kind)]
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
        self._csv = csv.writer(self._text, lineterminator="\n")
        self._csv.writerow(self._names)

    def write(self, row: Row) -> None:
        """Add a row."""
        self._csv.writerow([_cell(row.raw.get(name)) for name in self._names])
        self.rows += 1

    def finish(self) -> None:
        """Write all that is left, and give the file back to whoever opened it."""
        self._text.detach()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
