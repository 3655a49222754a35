"""Reads TOML files written by users (profiles, schedule.toml): each key has a converter, and all faults are reported.

A converter takes a value as tomllib returns it and returns the value to use. For a wrong value it raises ValueError
with the cause.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from portalcrawl.errors import ConfigFileError
from portalcrawl.profiles.profile_hosts import netloc_of
from portalcrawl.urls import mask_secrets

Value = TypeVar("Value")
Converter = Callable[[Any], Value]
Fault = tuple[str, str]
"""Key and cause."""


class TableError(ValueError):
    """The faults in a table, by their keys in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)


def read_toml(content: bytes, converter: Converter[Value], file: str) -> tuple[Value | None, list[ConfigFileError]]:
    """Return the converted *content* and no faults, or None and all faults; *file* is the file name to show in them."""
    try:
        return converter(tomllib.loads(content.decode("utf-8-sig"))), []
    except TableError as error:
        faults = error.faults
    except UnicodeDecodeError as error:
        faults = [(f"byte {error.start}", "is not UTF-8")]
    except tomllib.TOMLDecodeError as error:
        faults = [("TOML", str(error))]
    except RecursionError:
        faults = [("TOML", "nested too deeply")]
    return None, [ConfigFileError(file, key, cause) for key, cause in faults]


def table(
    make: Callable[..., Value],
    keys: Mapping[str, Converter[Any]],
    required: Collection[str] = (),
    refused: Mapping[str, str] | None = None,
) -> Converter[Value]:
    """Return a converter of tables, which converts the *keys* in this order and passes them to *make* as keywords.

    *refused* maps keys that were renamed or belong elsewhere to the causes to report.
    """

    def convert(content: Any) -> Value:
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for key in [key for key in keys if key in mapping(content)]:
            try:
                values[key] = keys[key](content[key])
            except TableError as error:
                faults += [
                    (key + inner if inner[0] == "[" else f"{key}.{inner}", cause) for inner, cause in error.faults
                ]
            except ValueError as error:
                faults.append((key, str(error)))
        faults += [(key, "is missing") for key in required if key not in content]
        faults += [(key, (refused or {}).get(key) or _unknown(key, keys)) for key in content if key not in keys]
        if faults:
            raise TableError(faults)
        return make(**values)

    return convert


def _unknown(key: str, keys: Collection[str]) -> str:
    near = difflib.get_close_matches(key, sorted(keys), 1)
    return f"unknown key; did you mean {near[0]}?" if near else f"unknown key; known here: {', '.join(sorted(keys))}"


def tables(converter: Converter[Value]) -> Converter[tuple[Value, ...]]:
    """Return a converter of an array of tables; in faults they are numbered from 1."""

    def convert(value: Any) -> tuple[Value, ...]:
        content = {f"[{place}]": mapping(each) for place, each in enumerate(_list(value, "tables"), 1)}
        return table(lambda **found: tuple(found.values()), dict.fromkeys(content, converter))(content)

    return convert


def named(converter: Callable[[str], Converter[Value]]) -> Converter[dict[str, Value]]:
    """Return a converter of a table whose keys are chosen by the user; *converter* returns the converter for a key."""
    return lambda value: table(dict, {name: converter(name) for name in mapping(value)})(value)


def array(converter: Converter[Value], of: str = "strings") -> Converter[tuple[Value, ...]]:
    """Return a converter of an array without repetitions; *of* describes its values in faults."""

    def convert(value: Any) -> tuple[Value, ...]:
        found: list[Value] = []
        for place, each in enumerate(_list(value, of), 1):
            try:
                found.append(converter(each))
            except ValueError as error:
                raise ValueError(f"value {place} {error}") from None
            if found[-1] in found[:-1]:
                raise ValueError(f"value {place} is listed twice: {shown(each)}")
        return tuple(found)

    return convert


def must_be(form: str, convert: Callable[[Any], Value | None]) -> Converter[Value]:
    """Return a converter that calls *convert*, which returns None or raises if the value is not *form*."""

    def converter(value: Any) -> Value:
        try:
            found = convert(value)
        except (TypeError, ValueError, AttributeError, KeyError, OSError):
            found = None
        if found is None:
            raise ValueError(f"must be {form}, is {shown(value)}")
        return found

    return converter


def _list(value: Any, of: str) -> list[Any]:
    return must_be(f"an array of {of}", lambda value: value if isinstance(value, list) else None)(value)


mapping: Converter[Mapping[str, Any]] = must_be("a table", lambda value: value if isinstance(value, dict) else None)
text: Converter[str] = must_be("a string that is not blank", lambda value: value if value.strip() else None)
flag: Converter[bool] = must_be("true or false", lambda value: value if isinstance(value, bool) else None)
time_zone: Converter[ZoneInfo] = must_be("an IANA time zone such as Europe/Berlin", ZoneInfo)
http_address: Converter[str] = must_be("an http or https URL", lambda value: value if netloc_of(value) else None)


def whole(minimum: int) -> Converter[int]:
    """Return a converter of whole numbers of at least *minimum*."""
    form = f"a whole number from {minimum}"
    return must_be(form, lambda value: value if type(value) is int and value >= minimum else None)


def number(form: str, minimum: float = -1e300) -> Converter[float]:
    """Return a converter of finite numbers of at least *minimum*; *form* describes them in faults."""
    return must_be(form, lambda value: float(value) if type(value) is not bool and minimum <= value < 1e300 else None)


def one_of(*values: str) -> Converter[Any]:
    """Return a converter that accepts only *values*."""
    return must_be(f"one of {', '.join(values)}", lambda value: value if value in values else None)


def matching(pattern: str, form: str) -> Converter[str]:
    """Return a converter of strings that *pattern* fully matches; *form* describes them in faults."""
    return must_be(form, lambda value: value if re.fullmatch(pattern, value) else None)


def shown(value: Any) -> str:
    """Return *value* for a message: shortened to 60 characters, with secrets in URLs masked."""
    represented = mask_secrets(repr(value))
    return represented if len(represented) <= 60 else f"{represented[:57]}..."
