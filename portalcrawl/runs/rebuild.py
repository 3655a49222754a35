"""A state made anew from the feeds, for when it is lost or corrupt: what they hold is not written again."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import time
from typing import Any

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.revisions import remember
from portalcrawl.feeds.feed_files import PART
from portalcrawl.items import Article, Image, Teaser
from portalcrawl.runs.run_names import FEED, started_at
from portalcrawl.storage.records import Record
from portalcrawl.storage.run_history import NOT_TAKEN_OVER, REBUILDING, History, PastFeed, PastRun
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.fingerprints import fingerprint

logger = logging.getLogger(__name__)

LINES_A_COMMIT = 2_000
RUNS_A_COMMIT = 500
TEASED = 1
"""Depth of what a teaser leads to; the feeds do not say how far from a start page it was."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a state is made anew in."""

    unit_of_work: UnitOfWork
    history: History
    ages: tuple[int, ...]
    """When articles are visited again (see RECRAWL_AGES)."""

    def note(self, line: bytes) -> None:
        """Note the record that a line of a feed holds, and as pending what it leads to."""
        record = json.loads(line)
        if record["type"] == "article":
            _note_article(Article(**record), self.unit_of_work, self.ages)
        elif record["type"] == "teaser":
            _note_teaser(Teaser(**record), self.unit_of_work)


def rebuild(feeds: Path, known: Known) -> int:
    """Note every record of every published feed, and the runs; return how many records there were.

    Feeds that are in no manifest are those of runs that died, or go on beside the state that was lost: they are left
    to the recovery of these runs. After a kill it is done once more.
    """
    known.history.set_mark(REBUILDING, "")
    number = 0
    listed: set[str] = set()
    ended: list[tuple[PastRun, list[PastFeed]]] = []
    for path in sorted(feeds.glob("manifest-*.json")):
        manifest = json.loads(path.read_bytes())
        listed.update(feed["file"] for feed in manifest["feeds"])
        ended.append(_of_manifest(manifest))
        for feed in manifest["feeds"]:
            for line in _lines(feeds / feed["file"]):
                known.note(line)
                number += 1
                if number % LINES_A_COMMIT == 0:
                    known.unit_of_work.commit([])
        if len(ended) >= RUNS_A_COMMIT:
            known.history.add(ended)
            ended.clear()
    known.unit_of_work.commit([])
    known.history.add(ended)
    _add_unpublished(feeds, listed, known.history)
    known.history.set_mark(REBUILDING, None)
    if number:
        logger.warning("The state was made anew from %d records in %s", number, feeds)
    return number


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as lines:
            yield from lines


def _of_manifest(manifest: Mapping[str, Any]) -> tuple[PastRun, list[PastFeed]]:
    """Return the run of a manifest, and its feeds."""
    run = PastRun(
        run=manifest["run"],
        portals=tuple(manifest["portal"].split(" ")),
        arguments=manifest["arguments"],
        started=manifest["started"],
        finished=manifest["finished"],
        finish_reason=manifest["finish_reason"],
        verdict=manifest["verdict"]["level"],
        reasons=tuple(manifest["verdict"]["reasons"]),
        counts=manifest["counts"],
    )
    return run, [PastFeed(feed["file"], feed["kind"], feed["bytes"], feed["records"]) for feed in manifest["feeds"]]


def _add_unpublished(feeds: Path, listed: set[str], history: History) -> None:
    """Record the runs of feeds that are in no manifest as unfinished, and their lines as not taken over."""
    found: dict[str, dict[str, PastFeed]] = {}
    for path in sorted(feeds.glob("*.jsonl*")):
        name = path.name.removesuffix(PART)
        match = FEED.fullmatch(name)
        if match and name not in listed:
            found.setdefault(match["run"], {})[name] = PastFeed(name, match["kind"], NOT_TAKEN_OVER, 0)
    for run, files in found.items():
        portals = {portal for name in files for portal in _portals(feeds, name)}
        started = started_at(run)
        if portals and started:
            dead = unfinished(run, tuple(sorted(portals)), {}, started.isoformat())
            history.add([(dead, list(files.values()))])
            logger.warning("Run %s had not published its feeds: the next run on %s does", run, " ".join(portals))


def _portals(feeds: Path, name: str) -> set[str]:
    path = feeds / (name + PART)
    whole = (line for line in _lines(path if path.exists() else feeds / name) if line.endswith(b"\n"))
    return {record["portal"] for record in map(as_record, whole) if record}


def as_record(line: bytes) -> dict[str, Any] | None:
    """Return the record that a line holds; None for a line that is not whole, or damaged."""
    try:
        record = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return record if isinstance(record, dict) and {"type", "portal", "id"} <= record.keys() else None


def unfinished(run: str, portals: tuple[str, ...], arguments: Mapping[str, str], started: str) -> PastRun:
    """Return a run that has begun and not ended."""
    return PastRun(run, portals, arguments, started, None, None, None, (), {})


def is_known(record: Mapping[str, Any], unit_of_work: UnitOfWork) -> bool:
    """Return whether the state knows that *record* was written."""
    if record["type"] == "article":
        known = unit_of_work.record(record["portal"], record["id"])
        return known is not None and known.revision >= record["revision"]
    return record["type"] == "teaser" and bool(unit_of_work.known_teasers([record["id"]]))


def _note_teaser(teaser: Teaser, unit_of_work: UnitOfWork) -> None:
    unit_of_work.note_teaser(teaser.id)
    if unit_of_work.record(teaser.portal, teaser.article_id) is None:
        moment = datetime.fromisoformat(teaser.date_published or teaser.date_fetched)
        record = Record(
            portal=teaser.portal,
            id=teaser.article_id,
            url=teaser.url,
            canonical_url=teaser.url,
            depth=TEASED,
            found_on=teaser.found_on,
            newest=moment.timestamp(),
        )
        unit_of_work.note(record)
        unit_of_work.note_addresses(teaser.portal, [teaser.url], teaser.article_id)


def _note_article(article: Article, unit_of_work: UnitOfWork, ages: tuple[int, ...]) -> None:
    article.images = [Image(**image) for image in article.images]  # type: ignore[arg-type]
    fetched = datetime.fromisoformat(article.date_fetched).timestamp()
    record = unit_of_work.record(article.portal, article.id) or Record(
        portal=article.portal,
        id=article.id,
        url=article.canonical_url,
        canonical_url=article.canonical_url,
        depth=article.depth,
        found_on=article.found_on,
    )
    published = article.date_published
    record.newest = datetime.fromisoformat(published).timestamp() if published else fetched
    remember(article, record)
    record.first_stored = record.first_stored or fetched
    outcomes.stored(record, time(), ages)  # visits that are over by now are not made up for, all at once
    unit_of_work.note(record)
    unit_of_work.note_addresses(article.portal, [article.canonical_url], article.id)
    if article.revision == 1 and article.cluster_id:
        copied = fingerprint(f"{article.description or ''}\n{article.article_body or ''}")
        if copied:
            unit_of_work.near_copies.note(copied, article.cluster_id, article.portal, article.id)
