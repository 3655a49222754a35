"""A state made anew from the published feeds, for when it is lost or corrupt: what they hold is not written again."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.revisions import remember
from portalcrawl.fingerprints import fingerprint
from portalcrawl.items import Article, Image, Teaser
from portalcrawl.state.ledger import Ledger
from portalcrawl.state.records import Record

logger = logging.getLogger(__name__)

LINES_A_COMMIT = 2_000
TEASED = 1
"""Depth of what a teaser leads to; the feeds do not say how far from a start page it was."""


def rebuild(feeds: Path, ledger: Ledger, ages: tuple[int, ...]) -> int:
    """Note every record of every published feed, and as pending what teasers lead to; return how many there were."""
    number = 0
    for number, record in enumerate(_records(feeds), start=1):
        if record["type"] == "article":
            _note_article(Article(**record), ledger, ages)
        else:
            _note_teaser(Teaser(**record), ledger)
        if number % LINES_A_COMMIT == 0:
            ledger.commit([])
    ledger.commit([])
    if number:
        logger.warning("The state was made anew from %d records in %s", number, feeds)
    return number


def _records(feeds: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(feeds.glob("manifest-*.json")):
        for feed in json.loads(path.read_bytes())["feeds"]:
            file = feeds / feed["file"]
            if file.exists():
                with file.open("rb") as lines:
                    yield from map(json.loads, lines)


def _note_teaser(teaser: Teaser, ledger: Ledger) -> None:
    ledger.note_teaser(teaser.id)
    if ledger.record(teaser.portal, teaser.article_id) is None:
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
        ledger.note(record)
        ledger.note_addresses(teaser.portal, [teaser.url], teaser.article_id)


def _note_article(article: Article, ledger: Ledger, ages: tuple[int, ...]) -> None:
    article.images = [Image(**image) for image in article.images]  # type: ignore[arg-type]
    fetched = datetime.fromisoformat(article.date_fetched).timestamp()
    record = ledger.record(article.portal, article.id) or Record(
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
    outcomes.stored(record, fetched, ages)
    ledger.note(record)
    ledger.note_addresses(article.portal, [article.canonical_url], article.id)
    if article.revision == 1 and article.cluster_id:
        copied = fingerprint(f"{article.description or ''}\n{article.article_body or ''}")
        if copied:
            ledger.clusters.note(copied, article.cluster_id)
