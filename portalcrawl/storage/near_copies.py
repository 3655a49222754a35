"""Groups of near-identical texts over all portals of the state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import time

from sqlalchemy import Connection, bindparam, select

from portalcrawl.storage.state_reader import StateReader
from portalcrawl.storage.tables import bands, signatures
from portalcrawl.text.fingerprints import ALIKE, Fingerprint, similarity

CANDIDATES = 100
"""Texts compared at most: what shares a band is almost always a copy."""

WITH_A_BAND = select(signatures.c.signature, signatures.c.cluster_id).where(
    signatures.c.text.in_(
        select(bands.c.text).where(bands.c.band.in_(bindparam("bands", expanding=True))).distinct().limit(CANDIDATES)
    )
)
INSERT = signatures.insert().returning(signatures.c.text, sort_by_parameter_order=True)


@dataclass(slots=True)
class NearCopies:
    """Finds the group of a text, and remembers new texts until the next commit."""

    reader: StateReader
    _fresh: dict[int, list[tuple[bytes, str]]] = field(default_factory=dict)
    """Band -> signatures and their groups, not committed yet."""
    _rows: list[tuple[Fingerprint, Mapping[str, str]]] = field(default_factory=list)
    _written: int = 0
    """Rows that the last transaction has written, which may have failed."""

    def group_of(self, fingerprint: Fingerprint) -> str | None:
        """Return the group of the most similar stored text; None if no text is a copy."""
        found = [entry for band in fingerprint.bands for entry in self._fresh.get(band, ())]
        found += self._stored(fingerprint.bands)
        best = max(((similarity(fingerprint.signature, sig), group) for sig, group in found), default=(0.0, ""))
        return best[1] if best[0] >= ALIKE else None

    def _stored(self, wanted: Sequence[int]) -> list[tuple[bytes, str]]:
        return [(row.signature, row.cluster_id) for row in self.reader.rows(WITH_A_BAND, bands=wanted)]

    def note(self, fingerprint: Fingerprint, cluster_id: str, portal: str, article: str) -> None:
        """Let the next commit record the text of *article*, which belongs to the group *cluster_id*."""
        self._rows.append((fingerprint, {"cluster_id": cluster_id, "portal": portal, "article": article}))
        self._remember(fingerprint, cluster_id)

    def _remember(self, fingerprint: Fingerprint, cluster_id: str) -> None:
        for band in fingerprint.bands:
            self._fresh.setdefault(band, []).append((fingerprint.signature, cluster_id))

    def commit(self, connection: Connection) -> None:
        """Write the noted texts in the transaction of *connection*."""
        self._written = len(self._rows)
        if not self._rows:
            return
        now = time()
        values = [{"signature": each.signature, "added": now, **row} for each, row in self._rows]
        texts = connection.scalars(INSERT, values).all()
        found = zip(texts, self._rows, strict=True)
        rows = [{"band": band, "text": text} for text, (each, _) in found for band in set(each.bands)]
        connection.execute(bands.insert(), rows)

    def committed(self) -> None:
        """Forget what the last :meth:`commit` has written: its transaction has succeeded."""
        del self._rows[: self._written]
        self._written = 0
        self._fresh.clear()
        for fingerprint, row in self._rows:
            self._remember(fingerprint, row["cluster_id"])
