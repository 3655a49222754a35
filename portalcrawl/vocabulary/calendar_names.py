"""Names of months and days in many languages, from dateparser's data.

The data are Python modules of a literal each. They are loaded without dateparser itself, which takes 70 ms to import
and is needed on few pages; all that are asked for here take 6 ms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    "december",
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YESTERDAY, _TODAY = "1 day ago", "0 day ago"


@cache
def _folder() -> list[str]:
    package = find_spec("dateparser")
    places = package.submodule_search_locations if package else None
    return [f"{place}/data/date_translation_data" for place in places or ()]


@cache
def _info(language: str) -> Mapping[str, Any]:
    """Return what dateparser knows of the dates of *language*."""
    spec = PathFinder.find_spec(language, _folder())
    if spec is None or spec.loader is None:
        raise LookupError(f"dateparser has no data for the language {language!r}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    info: Mapping[str, Any] = module.info
    return info


def names(language: str, keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield names of *language* for *keys* (``MONTHS``, ``WEEKDAYS``), lower case, no dot, each with its index."""
    info = _info(language)
    for index, key in enumerate(keys):
        for name in info.get(key, ()):
            yield name.lower().rstrip("."), index


def days_by_name(language: str) -> Iterator[str]:
    """Yield the words of *language* for today and yesterday."""
    relative = _info(language)["relative-type"]
    for key in (_YESTERDAY, _TODAY):
        yield from map(str.lower, relative.get(key, ()))
