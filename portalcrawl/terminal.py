"""Prints the tables of all commands: on terminals of any width, in pipes, and as JSON.

Colours are used only on a terminal, and not if NO_COLOR is set (no-color.org). In a pipe each row is one line, for
``grep`` and ``awk``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2
"""Spaces between columns."""
LEAST = 24
"""Smallest width to which the last column is wrapped; if there is less room, each row is shown as a block."""
NOTHING = ("", "-")
"""Texts that stand for a missing value."""
LEVELS = {"ok": "green", "warning": "yellow", "failed": "red", "late": "red", "running": "cyan", "stored": "green"}
"""Words in columns of levels -> their colour."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    is_number: bool = False
    is_level: bool = False
    """Whether its words are coloured (LEVELS)."""


def output_console() -> Console:
    """Return a console on standard output, as wide as the terminal; without a terminal, lines are never wrapped."""
    return Console() if sys.stdout.isatty() else Console(width=100_000, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print *value*, which may contain data classes, as JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=asdict) + "\n")


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print *rows* as a table; if it does not fit on the terminal, each row as a block of ``title  value`` lines."""
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
    """Return *rows* as objects for JSON, with numbers as integers and None for missing values."""
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
    """Return *value* as text that rich does not interpret as markup, coloured if it is a level."""
    level = value.partition(";")[0] if column.is_level else ""
    return Text(value, style=LEVELS.get(level, ""))
