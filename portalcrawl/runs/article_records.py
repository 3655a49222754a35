"""Finds the records of one article in the published feeds, without reading all feeds if the state knows the article."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row

from portalcrawl.feeds.store.published import FeedDamagedError, PublishedFeed, PublishedFeeds
from portalcrawl.runs.run_names import START_FORMAT
from portalcrawl.storage.anywhere import article_at, article_with_id
from portalcrawl.storage.database import read_connection
from portalcrawl.storage.run_history import RunHistory
from portalcrawl.urls import url_key

ARTICLES = "articles"


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What the state knows of an article."""

    portal: str
    id: str
    url: str
    revision: int
    """Of its newest record; 0: none was ever written."""
    first_stored: float | None
    """When its first record was written (Unix seconds)."""


@dataclass(frozen=True, slots=True)
class ArticleRecords:
    """Looks articles and their records up."""

    engine: Engine | None
    """The state; None if there is none."""
    feeds: PublishedFeeds

    def by_address(self, url: str) -> KnownArticle | None:
        """Return the article with the URL *url*; None if the state knows none."""
        return self._known(article_at, url_key(url))

    def by_id(self, article: str) -> KnownArticle | None:
        """Return the article with this id; None if the state does not know it."""
        return self._known(article_with_id, article)

    def published_at(self, url: str, article: str) -> str | None:
        """Return the id of the article that was published with the URL *url*, in any spelling, or the id *article*.

        All feeds are read, as the state does not know it: it was forgotten, or is lost. Return None if there is none.

        :raises FeedStoreError: if the store can't be used.
        """
        key = url_key(url)
        needles = [_as_in_feeds(article), _as_in_feeds(key.partition("?")[0].rpartition("/")[2])]
        for feed in self._feeds(self.feeds.runs(), None):
            for record in self._with(feed, needles):
                if record["id"] == article or key in (url_key(record["url"]), url_key(record["canonical_url"] or "")):
                    return str(record["id"])
        return None

    def of(self, article: str, known: KnownArticle | None, at: datetime | None = None) -> list[dict[str, Any]]:
        """Return the published records of *article*, in any order; *known* is what the state knows of it.

        Only runs of its portal can have written them, the first at ``known.first_stored``. So the feeds from then up to
        the newest revision are read, and all feeds only if these have no record of it, or none from before *at*: the
        state may have forgotten the article since, and met it again.

        :raises FeedStoreError: if the store can't be used.
        """
        found: list[dict[str, Any]] = []
        for feed in self._near(known) if known is not None else ():
            found += self._in_feed(feed, article)
            if any(each["revision"] >= (known.revision if known else 0) for each in found):
                break
        if found and (at is None or any(datetime.fromisoformat(each["date_fetched"]) <= at for each in found)):
            return found
        portal = known.portal if known is not None else None
        return [each for feed in self._feeds(self.feeds.runs(), portal) for each in self._in_feed(feed, article)]

    def _known(self, find: Callable[[Connection, str], Row[Any] | None], key: str) -> KnownArticle | None:
        if self.engine is None:
            return None
        with read_connection(self.engine) as connection:
            row = find(connection, key)
        if row is None:
            return None
        return KnownArticle(row.portal, row.id, row.canonical_url or row.url, row.revision, row.first_stored)

    def _near(self, known: KnownArticle) -> Iterator[PublishedFeed]:
        """Yield the feeds of the article's portal from the one that has its first record, oldest first."""
        if self.engine is None or known.first_stored is None:
            return
        # Ids of runs begin with the second of their start. A run may have begun after the record was written, in the
        # same second. So the first run to read is one of an earlier second, maybe one before the record's run.
        moment = f"{datetime.fromtimestamp(known.first_stored, UTC):{START_FORMAT}}"
        yield from self._feeds(RunHistory(self.engine).on_portal_since(known.portal, moment), known.portal)

    def _feeds(self, runs: Iterable[str], portal: str | None) -> Iterator[PublishedFeed]:
        """Yield the article feeds of *runs* that are published and still exist."""
        for run in runs:
            try:
                manifest = self.feeds.manifest(run)
            except FeedDamagedError:  # not published, removed by FEED_RETENTION, or damaged
                continue
            if portal is None or portal in manifest.portals:
                yield from (feed for feed in manifest.feeds if feed.kind == ARTICLES)

    def _in_feed(self, feed: PublishedFeed, article: str) -> Iterator[dict[str, Any]]:
        yield from (record for record in self._with(feed, [_as_in_feeds(article)]) if record["id"] == article)

    def _with(self, feed: PublishedFeed, needles: Sequence[bytes]) -> Iterator[dict[str, Any]]:
        """Yield the records of *feed* in whose lines one of *needles* stands."""
        return (json.loads(line) for line in self.feeds.lines(feed) if any(needle in line for needle in needles))


def _as_in_feeds(text: str) -> bytes:
    """Return *text* as it stands between the quotes of a string in a line of a feed."""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode()
