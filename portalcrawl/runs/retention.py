"""Removes old feeds (FEED_RETENTION) and old fingerprints of texts (NEAR_COPY_DAYS)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from time import time

from sqlalchemy import Engine

from portalcrawl.feeds.store.feed_store import FeedStore, read_whole
from portalcrawl.runs.run_names import run_of_manifest, started_at
from portalcrawl.storage.maintenance import Maintenance
from portalcrawl.storage.run_history import RunHistory

DAY = 86_400
INTERVAL = 3_600
"""Seconds between two deletions of old fingerprints."""
MOST_AT_A_TIME = 5_000
"""Fingerprints that one run deletes: about two seconds' work."""
NEAR_COPIES = "near copies removed"
"""Key in the table ``meta``: when old fingerprints were deleted last (Unix seconds)."""


def remove_old_near_copies(engine: Engine, history: RunHistory, days: float) -> None:
    """Delete, once in an hour, the fingerprints of texts that are older than *days*; many of them take several runs."""
    now = time()
    last = history.value(NEAR_COPIES)
    if last and now - float(last) < INTERVAL:
        return
    removed = Maintenance(engine).forget_near_copies(now - days * DAY, MOST_AT_A_TIME)
    if removed < MOST_AT_A_TIME:
        history.set_value(NEAR_COPIES, str(now))


def remove_old_feeds(store: FeedStore, history: RunHistory, now: datetime, retention: float) -> list[str]:
    """Remove the feeds of runs that finished more than *retention* seconds before *now*; return the ids of these runs.

    A manifest is removed before its feeds, so that every file that a manifest names exists. The state keeps the age of
    the oldest feeds, and the names of manifests hold the start of the run, so only old manifests are read.
    """
    key = f"oldest feeds {store.name}"
    oldest = history.value(key)
    if oldest and (now - datetime.fromisoformat(oldest)).total_seconds() <= retention:
        return []
    removed: list[str] = []
    kept = now
    for name in store.manifests():
        run = run_of_manifest(name)
        moment = started_at(run) if run else None
        if moment is None or run is None:
            continue
        if (now - moment).total_seconds() > retention:
            manifest = json.loads(read_whole(store, name))
            moment = datetime.fromisoformat(manifest["finished"])
            if (now - moment).total_seconds() > retention:
                store.remove([name, *(feed["file"] for feed in manifest["feeds"])])
                removed.append(run)
                continue
        kept = min(kept, moment)
    history.set_value(key, kept.astimezone(UTC).isoformat())
    return removed
