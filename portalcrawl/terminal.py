"""The one style in which commands show tables: on terminals of any width, in pipes, and as JSON.

Colour is used on a terminal only, and never where NO_COLOR is set (no-color.org). In a pipe each row is one line, so
that ``grep`` and ``awk`` work on it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2
"""Spaces between columns."""
LEAST = 24
"""Width down to which the last column is wrapped before a table is shown as one block a row."""
NOTHING = ("", "-")
"""Stand for a value that is not there."""
LEVELS = {"ok": "green", "warning": "yellow", "failed": "red", "late": "red", "running": "cyan", "stored": "green"}
"""Words that are shown in a colour, in the column that tells a level or a status."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    is_number: bool = False
    is_level: bool = False
    """Whether its words have colours (LEVELS)."""


def output_console() -> Console:
    """Return a console on standard output, which is as wide as the terminal; without one, lines are never wrapped."""
    return Console() if sys.stdout.isatty() else Console(width=100_000, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print *value* as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print *rows*; where a table would not fit on the terminal, each as a block of ``title  value`` lines."""
    console = output_console()
    widths = [max([cell_len(column.title), *(cell_len(row[at]) for row in rows)]) for at, column in enumerate(columns)]
    before_last = sum(widths[:-1]) + GAP * (len(widths) - 1)
    if before_last + min(widths[-1], LEAST) <= console.width:
        console.print(_table(columns, rows, min(widths[-1], max(LEAST, console.width - before_last))))
        return
    for number, row in enumerate(rows):
        if number:
            console.print()
        console.print(_block(columns, row))


def as_objects(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return *rows* as objects for JSON: numbers as such, None for what is not there."""
    return [
        {column.title.replace(" ", "_"): _value(column, value) for column, value in zip(columns, row, strict=True)}
        for row in rows
    ]


def _value(column: Column, value: str) -> str | int | None:
    if value in NOTHING:
        return None
    return int(value) if column.is_number else value


def _table(columns: Sequence[Column], rows: Sequence[Sequence[str]], last_width: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for at, column in enumerate(columns):
        is_last = at == len(columns) - 1
        table.add_column(
            column.title.upper(),
            justify="right" if column.is_number else "left",
            no_wrap=not is_last,
            overflow="fold",
            width=last_width if is_last else None,
        )
    for row in rows:
        table.add_row(*(_cell(column, value) for column, value in zip(columns, row, strict=True)))
    return table


def _block(columns: Sequence[Column], row: Sequence[str]) -> Table:
    block = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    block.add_column(style="dim", no_wrap=True)
    block.add_column(overflow="fold")
    for column, value in zip(columns, row, strict=True):
        if value not in NOTHING:
            block.add_row(column.title, _cell(column, value))
    return block


def _cell(column: Column, value: str) -> Text:
    """Return *value* as it is: what pages and files hold is never read as markup."""
    level = value.partition(";")[0] if column.is_level else ""
    return Text(value, style=LEVELS.get(level, ""))
