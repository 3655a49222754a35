"""Lengths of time as people write them: ``90s``, ``5m``, ``1h30m``, ``2d``."""

from __future__ import annotations

import re
from typing import Any

from portalcrawl.portals.table import FaultError, shown

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
SPAN = re.compile(r"(?:\d{1,6}[smhd])+")


def a_span(value: Any) -> float:
    """Check a length of time; return seconds.

    >>> a_span("1h30m")
    5400.0
    """
    if not isinstance(value, str) or not SPAN.fullmatch(value.strip()):
        raise FaultError(f"must be a time such as 90s, 5m, 1h30m or 2d, is {shown(value)}")
    return float(sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"(\d+)([smhd])", value)))


def a_period(value: Any) -> float:
    """Check a length of time of a second or more; return seconds."""
    seconds = a_span(value)
    if seconds < 1:
        raise FaultError(f"must be 1s or more, is {shown(value)}")
    return seconds


def span_text(seconds: float) -> str:
    """Return *seconds* as people write them, in its two largest units.

    >>> [span_text(90), span_text(7200), span_text(93784), span_text(0)]
    ['1m30s', '2h', '1d2h', '0s']
    """
    left, parts = int(seconds), []
    for unit, size in sorted(SECONDS.items(), key=lambda item: -item[1]):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts[:2]) or "0s"
