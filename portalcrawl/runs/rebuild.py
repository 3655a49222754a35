"""Rebuilds a lost or corrupt state from the feeds, so that their records are not written again."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

from portalcrawl.feeds.feed_files import PART
from portalcrawl.feeds.store.feed_store import FeedStore, lines_if_any, read_whole
from portalcrawl.plurals import counted
from portalcrawl.runs.feed_import import LINES_PER_COMMIT, FeedImporter, parse_record
from portalcrawl.runs.run_names import FEED_NAME, started_at
from portalcrawl.schema import Manifest, parse_manifest
from portalcrawl.storage.run_history import NOT_IMPORTED, REBUILDING, PastFeed, PastRun, RunHistory

logger = logging.getLogger(__name__)

RUNS_PER_COMMIT = 500


def rebuild(store: FeedStore, importer: FeedImporter, folder: Path | None) -> None:
    """Record all runs and all records of the feeds published in *store*.

    Feeds in *folder* that no manifest names belong to runs that died, or that still run with the lost state: they are
    left to the recovery of these runs. If this is killed, the next run starts it again.
    """
    importer.history.set_value(REBUILDING, "")
    number = 0
    published: set[str] = set()
    finished: list[tuple[PastRun, list[PastFeed]]] = []
    for name in store.manifests():
        manifest = parse_manifest(json.loads(read_whole(store, name)))
        published.update(feed.file for feed in manifest.feeds)
        finished.append(_of_manifest(manifest))
        for feed in manifest.feeds:
            for line in lines_if_any(store, feed.file):
                importer.add(line)
                number += 1
                if number % LINES_PER_COMMIT == 0:
                    importer.commit()
        if len(finished) >= RUNS_PER_COMMIT:
            importer.history.add(finished)
            finished.clear()
    importer.commit()
    importer.history.add(finished)
    if folder is not None:
        _add_unpublished(folder, published, importer.history)
    importer.history.set_value(REBUILDING, None)
    if number:
        logger.warning("The state was rebuilt from %s in %s", counted(number, "record"), store.name)


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as lines:
            yield from lines


def _of_manifest(manifest: Manifest) -> tuple[PastRun, list[PastFeed]]:
    """Return the run and the feeds that a manifest names."""
    run = PastRun(
        run=manifest.run,
        portals=tuple(manifest.portal.split(" ")),
        arguments=manifest.arguments,
        started=manifest.started,
        finished=manifest.finished,
        finish_reason=manifest.finish_reason,
        verdict=manifest.verdict.level,
        reasons=tuple(manifest.verdict.reasons),
        counts=manifest.counts,
    )
    return run, [PastFeed(each.file, each.kind, each.bytes, each.records, each.sha256) for each in manifest.feeds]


def _add_unpublished(feeds: Path, published: set[str], history: RunHistory) -> None:
    """Record the runs of feeds that no manifest names as unfinished, and their lines as not imported."""
    found: dict[str, dict[str, PastFeed]] = {}
    for path in sorted(feeds.glob("*.jsonl*")):
        name = path.name.removesuffix(PART)
        match = FEED_NAME.fullmatch(name)
        if match and name not in published:
            found.setdefault(match["run"], {})[name] = PastFeed(name, match["kind"], NOT_IMPORTED, 0)
    for run, files in found.items():
        portals = {portal for name in files for portal in _portals(feeds, name)}
        started = started_at(run)
        if portals and started:
            history.add([(PastRun(run, tuple(sorted(portals)), {}, started.isoformat()), list(files.values()))])
            logger.warning("Run %s had not published its feeds: the next run on %s does", run, " ".join(portals))


def _portals(feeds: Path, name: str) -> set[str]:
    path = feeds / (name + PART)
    lines = _lines(path if path.exists() else feeds / name)
    return {record["portal"] for record in map(parse_record, lines) if record}
