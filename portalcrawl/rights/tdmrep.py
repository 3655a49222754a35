"""Reads ``/.well-known/tdmrep.json``: the TDM Reservation Protocol (W3C Community Group Report, 10 May 2024).

The file is an array of rules with ``location``, ``tdm-reservation`` and optionally ``tdm-policy``. The first rule
whose location matches applies.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from portalcrawl.rights.path_patterns import matches
from portalcrawl.rights.robots_txt import DOCUMENTS, LONGEST_VALUE
from portalcrawl.rights.signals import Statement

SOURCE = "tdmrep.json"
PATH = "/.well-known/tdmrep.json"
MAX_BYTES = 1024 * 1024
KEYS = ("tdm-reservation", "tdm-policy")


def tdmrep_statements(body: bytes, path: str) -> list[Statement]:
    """Return the statements of *body* on *path*; an empty list if it is not such a file."""
    for rule in _rules(body):
        location = rule.get("location")
        if isinstance(location, str) and matches(location, path):
            return [
                Statement(key, _text(rule[key])[:LONGEST_VALUE], location)
                for key in KEYS
                if isinstance(rule.get(key), str | int)
            ]
    return []


def _text(value: str | int) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


@lru_cache(maxsize=DOCUMENTS)
def _rules(body: bytes) -> tuple[dict[str, Any], ...]:
    if len(body) > MAX_BYTES:
        return ()
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    return tuple(rule for rule in found if isinstance(rule, dict)) if isinstance(found, list) else ()
