"""Statements of publishers about the use of a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from portalcrawl.items import RightsSignal


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement in a document; see RightsSignal."""

    name: str
    value: str
    scope: str


def signal_records(
    source: str, statements: Iterable[Statement], fetched: datetime, sha256: str
) -> list[dict[str, Any]]:
    """Return *statements* of one document as records for an article (RightsSignal)."""
    moment = fetched.isoformat()
    signals = (RightsSignal(source, each.name, each.value, each.scope, moment, sha256) for each in statements)
    return [asdict(signal) for signal in signals]
