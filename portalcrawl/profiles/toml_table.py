"""One table of a profile file, read key by key: what has the wrong form, or is left over, is a fault."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")
Check = Callable[[Any], Value]


class FaultError(ValueError):
    """A value that a check refuses; the text is the cause."""


class Faults:
    """The faults of one file, in the order they were found: pairs of key and cause."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def add(self, key: str, cause: str) -> None:
        """Remember that the value under *key* is wrong, and why."""
        self.found.append((key, cause))


class Table:
    """The keys of one table that were not asked for yet; *path* is its own key in the file."""

    def __init__(self, content: Mapping[str, Any], path: str, faults: Faults) -> None:
        self._left = dict(content)
        self._path = path
        self._faults = faults
        self._known: set[str] = set()

    def take(self, key: str, check: Check[Value], default: Value) -> Value:
        """Return the checked value under *key*; *default* where there is none or it is wrong."""
        self._known.add(key)
        if key not in self._left:
            return default
        try:
            return check(self._left.pop(key))
        except FaultError as exc:
            self._faults.add(self.key(key), str(exc))
            return default

    def require(self, key: str, check: Check[Value], default: Value) -> Value:
        """Like :meth:`take`, but a missing key is a fault."""
        if key not in self._left:
            self._faults.add(self.key(key), "is missing")
        return self.take(key, check, default)

    def table(self, key: str) -> Table:
        """Return the table under *key*, empty where there is none."""
        return Table(self.take(key, a_table, {}), self.key(key), self._faults)

    def tables(self, key: str) -> list[Table]:
        """Return the tables of the array ``[[key]]``."""
        nothing: list[Mapping[str, Any]] = []
        found = self.take(key, list_of(a_table, "tables"), nothing)
        return [Table(each, f"{self.key(key)}[{at}]", self._faults) for at, each in enumerate(found, 1)]

    def close(self) -> None:
        """Name the keys that nobody asked for."""
        for key in self._left:
            near = difflib.get_close_matches(key, sorted(self._known), 1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(self._known))}"
            self._faults.add(self.key(key), f"unknown key; {hint}")

    def key(self, key: str) -> str:
        """Return the full key of *key* in the file (``article.url``)."""
        return f"{self._path}.{key}" if self._path else key


def a_text(value: Any) -> str:
    """Check a string that is not blank."""
    if not isinstance(value, str):
        raise FaultError(f"must be a string, is {shown(value)}")
    if not value.strip():
        raise FaultError("is empty")
    return value


def a_flag(value: Any) -> bool:
    """Check true or false."""
    if not isinstance(value, bool):
        raise FaultError(f"must be true or false, is {shown(value)}")
    return value


def a_table(value: Any) -> Mapping[str, Any]:
    """Check a table."""
    if not isinstance(value, dict):
        raise FaultError(f"must be a table, is {shown(value)}")
    return value


def whole(minimum: int) -> Check[int]:
    """Return a check for a whole number not below *minimum*."""

    def check(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise FaultError(f"must be a whole number from {minimum}, is {shown(value)}")
        return value

    return check


def a_duration(value: Any) -> float:
    """Check a number of seconds, 0 or more."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise FaultError(f"must be seconds, 0 or more, is {shown(value)}")
    return float(value)


def one_of(*values: str) -> Check[Any]:
    """Return a check for one of *values*."""

    def check(value: Any) -> str:
        if value not in values:
            raise FaultError(f"must be one of {', '.join(values)}, is {shown(value)}")
        return str(value)

    return check


def list_of(check: Check[Value], of: str = "strings") -> Check[list[Value]]:
    """Return a check for an array whose values pass *check*, none twice; *of* names them in a fault."""

    def check_all(value: Any) -> list[Value]:
        if not isinstance(value, list):
            raise FaultError(f"must be an array of {of}, is {shown(value)}")
        checked = []
        for at, each in enumerate(value, 1):
            try:
                checked.append(check(each))
            except FaultError as exc:
                raise FaultError(f"value {at} {exc}") from exc
            if checked[-1] in checked[:-1] and of != "tables":
                raise FaultError(f"value {at} is there twice: {shown(each)}")
        return checked

    return check_all


def shown(value: Any) -> str:
    """Return *value* short enough for a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
