"""Removing old feeds, where the setting FEED_RETENTION asks for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from portalcrawl.feeds.store.feed_store import FeedStore, read_whole
from portalcrawl.runs.run_names import run_of_manifest, started_at
from portalcrawl.storage.run_history import RunHistory


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
    for name in sorted(each.name for each in store.manifests()):
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
