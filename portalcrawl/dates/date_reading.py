"""The result of parsing a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Precision = Literal["minute", "hour", "day"]
Role = Literal["published", "modified"]


@dataclass(frozen=True, slots=True)
class DateReading:
    """A parsed date."""

    when: datetime
    """Aware, without microseconds; in the requested zone, or with the text's own offset if that zone is UTC."""
    precision: Precision
    """How exact the text is; for ``day``, *when* is midnight."""
    raw: str
    """The parsed text, with white space collapsed."""
    role: Role = "published"
    """``modified`` if the text says so (``Stand:``, ``Aktualisiert am``)."""
    zoned: bool = False
    """Whether the text defines the moment without *zone*: it has a zone, or is a Unix time or an age."""
