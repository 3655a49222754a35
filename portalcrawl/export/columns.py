"""Derives the columns of each kind of record from the item classes, and checks records against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from portalcrawl.schema import KINDS

ColumnType = Literal["text", "time", "integer", "number", "boolean", "texts", "records", "object"]
"""``texts``: a list of strings; ``records``: a list of records of one class; ``object``: an object of any keys."""

KEYS = {"articles": ("id", "revision")}
"""Fields that identify a record, by kind; for all other kinds it is ``id``."""
TIMES = ("date_fetched", "date_observed")
"""Fields with the time at which the crawl saw a record; each record has one of them."""
SCALARS: dict[type, ColumnType] = {bool: "boolean", int: "integer", float: "number", str: "text"}
PYTHON_TYPES: dict[ColumnType, type | tuple[type, ...]] = {
    "text": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict,
}  # fmt: skip
EXACT_TYPES: dict[ColumnType, type] = {"text": str, "boolean": bool, "object": dict}
"""Column types for which every value of the Python type is valid."""
INTEGERS = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a record."""

    name: str
    type: ColumnType
    fields: tuple[Column, ...] = ()
    """For ``records``: the fields of each record."""


def key_of(kind: str) -> tuple[str, ...]:
    """Return the names of the fields that identify a record of *kind*."""
    return KEYS.get(kind, ("id",))


def is_kind(kind: str) -> bool:
    """Return whether *kind* is a kind of record in the schema."""
    return kind.removesuffix("s") in KINDS


@cache
def columns_of(kind: str) -> tuple[Column, ...]:
    """Return the columns of the feed kind *kind* (``articles``), in the order of the record's fields."""
    return _columns(KINDS[kind.removesuffix("s")])


def time_column(kind: str) -> str:
    """Return the name of the field with the time at which the crawl saw a record of *kind*."""
    names = {column.name for column in columns_of(kind)}
    return next(name for name in TIMES if name in names)


def _columns(cls: type) -> tuple[Column, ...]:
    hints = get_type_hints(cls)
    return tuple(_column(each, hints[each.name]) for each in fields(cls))


def _column(field: Field[Any], hint: Any) -> Column:
    if get_origin(hint) in (UnionType, Union):
        hint = next(each for each in get_args(hint) if each is not type(None))
    if field.metadata.get("json_schema_extra", {}).get("format") == "date-time":
        return Column(field.name, "time")
    if get_origin(hint) is list:
        (item,) = get_args(hint)
        if isinstance(item, type) and is_dataclass(item):
            return Column(field.name, "records", _columns(item))
        return Column(field.name, "texts")
    return Column(field.name, SCALARS.get(hint, "object"))


def checked(columns: tuple[Column, ...], record: Mapping[str, Any]) -> list[Any]:
    """Return the values of *record* in the order of *columns*: times as aware datetimes, all others unchanged.

    Missing fields (of an older schema version) are None; fields without a column are left out.

    :raises ValueError: if a value is not of its column's type; the message names the field.
    """
    values: list[Any] = []
    for column in columns:
        value = record.get(column.name)
        is_sound = value is None or type(value) is EXACT_TYPES.get(column.type)  # the fast path for most values
        values.append(value if is_sound else _value(column, value))
    return values


def _value(column: Column, value: Any) -> Any:
    kind = column.type
    if kind == "time":
        return _time(column, value)
    if kind == "texts":
        is_good = isinstance(value, list) and all(isinstance(each, str) for each in value)
    elif kind == "records":
        is_good = isinstance(value, list) and all(isinstance(each, dict) for each in value)
        if is_good:
            for each in value:
                checked(column.fields, each)
    else:
        is_good = isinstance(value, PYTHON_TYPES[kind])
        if kind == "integer":
            is_good = is_good and not isinstance(value, bool) and value in INTEGERS
    if not is_good:
        raise ValueError(f"{column.name}: {str(value)[:60]!r} is not of type {kind}")
    return value


def _time(column: Column, value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        time = None
    if time is None or time.tzinfo is None:
        raise ValueError(f"{column.name}: {str(value)[:60]!r} is not a time with a UTC offset")
    return time
