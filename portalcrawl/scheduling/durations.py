"""Durations such as ``90s``, ``5m``, ``1h30m``, ``2d``."""

from __future__ import annotations

import re
from typing import Any

from portalcrawl.profiles.toml_file import shown

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
DURATION = re.compile(r"(?:\d{1,6}[smhd])+")


def parse_duration(value: Any) -> float:
    """Return *value* in seconds; raise ValueError if it is not a duration.

    >>> parse_duration("1h30m")
    5400.0
    """
    if not isinstance(value, str) or not DURATION.fullmatch(value.strip()):
        raise ValueError(f"must be a time such as 90s, 5m, 1h30m or 2d, is {shown(value)}")
    return float(sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"(\d+)([smhd])", value)))


def parse_positive_duration(value: Any) -> float:
    """Return *value* in seconds; raise ValueError if it is not a duration of at least one second."""
    seconds = parse_duration(value)
    if seconds < 1:
        raise ValueError(f"must be 1s or more, is {shown(value)}")
    return seconds


def format_duration(seconds: float) -> str:
    """Return *seconds* as a duration in its two largest units.

    >>> [format_duration(90), format_duration(7200), format_duration(93784), format_duration(0)]
    ['1m30s', '2h', '1d2h', '0s']
    """
    left, parts = int(seconds), []
    for unit, size in sorted(SECONDS.items(), key=lambda item: -item[1]):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts[:2]) or "0s"
