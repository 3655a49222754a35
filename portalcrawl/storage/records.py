"""What the state remembers of an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["pending", "stored", "gone", "moved", "blocked", "failed", "skipped", "unreadable"]
"""``gone``: its address leads to no article, yet or any more; ``moved``: its address leads to another article."""

SUSPECT = "suspect"
"""Reason of an article on whose page a process died, whatever the cause: a child process must read the page first."""


@dataclass(slots=True)
class Record:
    """One article of a portal, fetched or not. Times are Unix seconds."""

    portal: str
    id: str
    url: str
    """Address from which it is fetched."""
    canonical_url: str
    status: Status = "pending"
    reason: str | None = None
    """Why it is not stored: ``http_404``, ``robots``, ``too_old``, ..."""
    attempts: int = 0
    """Visits that failed since the last successful one."""
    next_visit: float | None = 0.0
    """When it is due to be fetched; None: never."""
    depth: int = 0
    found_on: str | None = None
    newest: float = 0.0
    """Publication time, else when it was first seen. Pending articles are fetched newest first."""
    first_stored: float | None = None
    revision: int = 0
    content_hash: str | None = None
    field_hashes: str | None = None
    """Hash of each content field of the last revision (see ``crawl.revisions``)."""
    cluster_id: str | None = None
    headline: str | None = None
    """Headline of the teaser that led to it when it was last fetched, else its own."""
    sketch: str | None = None
    """Sketch of the last revision's text (see ``crawl.likeness``)."""
    etag: str | None = None
    last_modified: str | None = None
    seen: int = 0
    """Day (``packing.day_of``) on which a crawl last fetched it or met a link to it."""

    def is_due(self, now: float) -> bool:
        """Return whether it should be fetched at *now* (Unix seconds)."""
        return self.next_visit is not None and self.next_visit <= now


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which due articles a run wants; times are Unix seconds."""

    now: float
    max_depth: int | None = None
    since: float | None = None

    def includes(self, record: Record) -> bool:
        """Return whether *record* is due and wanted."""
        is_near = self.max_depth is None or record.depth <= self.max_depth
        return is_near and record.is_due(self.now) and (self.since is None or record.newest >= self.since)
