"""Removing old feeds, where the setting FEED_RETENTION asks for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from portalcrawl.runs.run_names import manifest_run, started_at
from portalcrawl.storage.run_history import History


def remove_old_feeds(folder: Path, history: History, now: datetime, retention: float) -> list[str]:
    """Remove the feeds of runs that finished more than *retention* seconds before *now*; return these runs.

    Each manifest goes first: a reader that takes only files named in a manifest never misses one of them. A run tells
    by its name when it started, so that no manifest is read before it may be old enough; and the state remembers how
    old the oldest is, so that nothing at all is looked at before.
    """
    mark = f"oldest feeds {folder}"
    oldest = history.mark(mark)
    if oldest and (now - datetime.fromisoformat(oldest)).total_seconds() <= retention:
        return []
    removed: list[str] = []
    kept = now
    for path in sorted(folder.glob("manifest-*.json")):
        run = manifest_run(path.name)
        moment = started_at(run) if run else None
        if moment is None or run is None:
            continue
        if (now - moment).total_seconds() > retention:
            manifest = json.loads(path.read_bytes())
            moment = datetime.fromisoformat(manifest["finished"])
            if (now - moment).total_seconds() > retention:
                _remove(path, [folder / feed["file"] for feed in manifest["feeds"]])
                removed.append(run)
                continue
        kept = min(kept, moment)
    history.set_mark(mark, kept.astimezone(UTC).isoformat())
    return removed


def _remove(manifest: Path, feeds: list[Path]) -> None:
    manifest.unlink()
    for feed in feeds:
        feed.unlink(missing_ok=True)
