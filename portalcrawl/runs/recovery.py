"""Finishing what dead runs left: feeds cut to what is committed, published, and named in a manifest."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portalcrawl.errors import RunLockedError
from portalcrawl.feeds.files import PART
from portalcrawl.feeds.publication import listed, publish_feed, write_manifest
from portalcrawl.runs.identity import KINDS, feed_name, manifest_name
from portalcrawl.runs.locks import PortalLocks
from portalcrawl.schema import Manifest, Verdict
from portalcrawl.state.history import History, PastFeed, PastRun

logger = logging.getLogger(__name__)


def recover(feeds: Path, locks: Path, history: History, portals: Collection[str]) -> None:
    """Publish the feeds of all dead runs that worked on one of *portals*, whose locks are held.

    A run over several portals is dead when the locks of all of them are free; else it is left alone.
    """
    for run in history.unfinished(portals):
        others = PortalLocks(locks, set(run.portals) - set(portals))
        with suppress(RunLockedError):
            others.acquire(wait=0)
            try:
                _finish(feeds, history, run)
            finally:
                others.release()


def _finish(folder: Path, history: History, run: PastRun) -> None:
    path = folder / manifest_name(run.run)
    manifest = _published(path) or _publish(folder, path, history, run)
    verdict = manifest["verdict"]["level"]
    history.end(run.run, manifest["finished"], manifest["finish_reason"], verdict, manifest["counts"])


def _published(path: Path) -> dict[str, Any] | None:
    """Return the manifest of a run that died between writing it and saying so in the state."""
    return json.loads(path.read_bytes()) if path.exists() else None


def _publish(folder: Path, path: Path, history: History, run: PastRun) -> dict[str, Any]:
    committed = {feed.kind: feed for feed in history.feeds_of(run.run)}
    for kind in KINDS:
        name = feed_name(kind, run.run)
        committed.setdefault(kind, PastFeed(file=name, kind=kind, bytes=0, records=0))
    left = [committed[kind] for kind in KINDS]
    feeds = [publish_feed(folder, feed.file, feed.kind, feed.bytes, feed.records) for feed in left]
    counts = {feed.kind: feed.records for feed in left}
    manifest = Manifest(
        run=run.run,
        portal=" ".join(run.portals),
        arguments=dict(run.arguments),
        started=run.started,
        finished=datetime.now(UTC).replace(microsecond=0).isoformat(),
        finish_reason="recovered",
        feeds=listed(feeds),
        counts=counts,
        verdict=Verdict("warning", ["the run died; a later run published what it had committed"]),
    )
    write_manifest(path, manifest)
    (folder / (path.name + PART)).unlink(missing_ok=True)
    logger.warning("Published the feeds of run %s, which had died: %s", run.run, counts)
    return asdict(manifest)
