"""Imports the lines of feeds into the state, as if it had been in use when they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import time
from typing import Any

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.revisions import remember
from portalcrawl.items import Article, Image, Observation, Teaser
from portalcrawl.storage.records import Record
from portalcrawl.storage.run_history import RunHistory
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.fingerprints import fingerprint

LINES_PER_COMMIT = 2_000
TEASER_DEPTH = 1
"""Depth of an article known only by a teaser: feeds do not contain the distance of the teaser from a start page."""


@dataclass(frozen=True, slots=True)
class FeedImporter:
    """Adds lines of feeds to a state."""

    unit_of_work: UnitOfWork
    history: RunHistory
    ages: tuple[int, ...]
    """Ages in seconds at which articles are visited again (see RECRAWL_AGES)."""

    def add(self, line: bytes) -> None:
        """Record the item in *line*, and the article of a teaser as pending, with the next commit."""
        record = json.loads(line)
        if record["type"] == "article":
            self._add_article(Article(**record))
        elif record["type"] == "teaser":
            self._add_teaser(Teaser(**record))
        elif record["type"] == "observation":
            self.unit_of_work.page_pictures.apply(Observation(**record))

    def commit(self) -> None:
        """Record what was added."""
        self.unit_of_work.commit([])

    def is_known(self, record: Mapping[str, Any]) -> bool:
        """Return whether the state knows that *record* was written."""
        if record["type"] == "article":
            known = self.unit_of_work.record(record["portal"], record["id"])
            return known is not None and known.revision >= record["revision"]
        if record["type"] == "observation":
            return self.unit_of_work.page_pictures.has_applied(Observation(**record))
        return record["type"] == "teaser" and bool(self.unit_of_work.known_teasers([record["id"]]))

    def _add_teaser(self, teaser: Teaser) -> None:
        self.unit_of_work.note_teaser(teaser.id)
        if self.unit_of_work.record(teaser.portal, teaser.article_id) is None:
            moment = datetime.fromisoformat(teaser.date_published or teaser.date_fetched)
            record = Record(
                portal=teaser.portal,
                id=teaser.article_id,
                url=teaser.url,
                canonical_url=teaser.url,
                depth=TEASER_DEPTH,
                found_on=teaser.found_on,
                newest=moment.timestamp(),
            )
            self.unit_of_work.note(record)
            self.unit_of_work.note_addresses(teaser.portal, [teaser.url], teaser.article_id)

    def _add_article(self, article: Article) -> None:
        article.images = [Image(**image) for image in article.images]  # type: ignore[arg-type]
        fetched = datetime.fromisoformat(article.date_fetched).timestamp()
        record = self.unit_of_work.record(article.portal, article.id) or Record(
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
        # At the present time: visits that were due since then are skipped, else all articles would be due at once.
        outcomes.stored(record, time(), self.ages)
        self.unit_of_work.note(record)
        self.unit_of_work.note_addresses(article.portal, [article.canonical_url], article.id)
        if article.revision == 1 and article.cluster_id:
            copied = fingerprint(f"{article.description or ''}\n{article.article_body or ''}")
            if copied:
                self.unit_of_work.near_copies.note(copied, article.cluster_id, article.portal, article.id)


def parse_record(line: bytes) -> dict[str, Any] | None:
    """Return the record in *line*; None if the line is incomplete or damaged."""
    try:
        record = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return record if isinstance(record, dict) and {"type", "portal", "id"} <= record.keys() else None
