"""Merges sightings of a site's documents into entries, one per state of a document.

An entry keeps the times of its first and last sighting; a sighting of another state in between splits it. So entries
can be merged in any order, repeatedly, and from several places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One state of a document of an origin. Times are ISO 8601, UTC, to the second."""

    origin: str
    """Scheme, host and port (``https://www.example.org``)."""
    document: str
    """``robots.txt`` or ``tdmrep.json``."""
    sha256: str | None
    """None if there was no such document."""
    file: str | None
    """Name of the file in the host's folder."""
    first_seen: str
    last_seen: str

    @property
    def series(self) -> tuple[str, str]:
        """Origin and document, which together have one state at a time."""
        return self.origin, self.document


@dataclass(frozen=True, slots=True)
class Sighting:
    """The state of a document of an origin at one time."""

    origin: str
    document: str
    body: bytes | None
    """Content of the document; None if it did not exist."""
    moment: datetime
    """Time of the sighting (aware)."""

    @property
    def sha256(self) -> str | None:
        """Return the SHA-256 of the body, in hex; None without a body."""
        return None if self.body is None else hashlib.sha256(self.body).hexdigest()

    def entry(self) -> StoredDocument:
        """Return an entry for this sighting alone, without a file."""
        moment = self.moment.astimezone(UTC).isoformat(timespec="seconds")
        return StoredDocument(self.origin, self.document, self.sha256, None, moment, moment)


def merged(entries: Iterable[StoredDocument]) -> list[StoredDocument]:
    """Return one entry per period in which no other state of the document was seen, in the order of first sighting.

    If two states were seen in the same second, both are kept.
    """
    seen: dict[tuple[str, str], dict[tuple[str, str], str | None]] = {}
    for each in entries:
        states = seen.setdefault(each.series, {})
        for moment in (each.first_seen, each.last_seen):
            key = (moment, each.sha256 or "")
            states[key] = states.get(key) or each.file
    found = []
    for (origin, document), states in seen.items():
        for sha256, stretch in groupby(sorted(states), key=itemgetter(1)):
            keys = [*stretch]
            file = next(filter(None, map(states.__getitem__, keys)), None)
            found.append(StoredDocument(origin, document, sha256 or None, file, keys[0][0], keys[-1][0]))
    return sorted(found, key=lambda each: (each.first_seen, each.last_seen, each.series))


def first_kept(entries: Iterable[StoredDocument]) -> dict[tuple[str, str], str]:
    """Return, by origin and document, the time of the first sighting in *entries*, which are in order of time."""
    found: dict[tuple[str, str], str] = {}
    for each in entries:
        found.setdefault(each.series, each.first_seen)
    return found
