"""Removing old feeds, where the setting FEED_RETENTION asks for it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path


def remove_old_feeds(folder: Path, now: datetime, retention: float) -> list[str]:
    """Remove the feeds of runs that finished more than *retention* seconds before *now*; return these runs.

    Each manifest goes first: a reader that takes only files named in a manifest never misses one of them.
    """
    removed: list[str] = []
    for path in sorted(folder.glob("manifest-*.json")):
        manifest = json.loads(path.read_bytes())
        if (now - datetime.fromisoformat(manifest["finished"])).total_seconds() <= retention:
            continue
        path.unlink()
        for feed in manifest["feeds"]:
            (folder / feed["file"]).unlink(missing_ok=True)
        removed.append(manifest["run"])
    return removed
