"""What was read from a date text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Precision = Literal["minute", "hour", "day"]
Role = Literal["published", "modified"]


@dataclass(frozen=True, slots=True)
class DateReading:
    """The date that a text names."""

    when: datetime
    """Aware, no microseconds; in the zone asked for, or with the text's own offset where that zone is UTC."""
    precision: Precision
    """How exact the text is; for ``day``, *when* is midnight."""
    raw: str
    """The text it was read from, white space folded."""
    role: Role = "published"
    """``modified`` if the text says so (``Stand:``, ``Aktualisiert am``)."""
    zoned: bool = False
    """Whether the text itself tells the moment: with a zone, as a Unix time or as an age."""
