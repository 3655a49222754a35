"""Articles that were read in this run, and what the state remembers of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.identity import Identities, Identity
from portalcrawl.crawl.revisions import remember
from portalcrawl.items import Article
from portalcrawl.storage.records import Record
from portalcrawl.storage.unit_of_work import UnitOfWork
from portalcrawl.text.fingerprints import Fingerprint
from portalcrawl.urls import id_token


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit leaves to the next one."""

    ages: Sequence[int]
    """Seconds after first storing at which the article is visited again."""
    etag: str | None = None
    last_modified: str | None = None
    """What the site gave to ask again for the same page (RFC 9110, 8.8)."""


class Visits:
    """The articles read by one run."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._ledger = unit_of_work
        self.identities = Identities(unit_of_work)
        self._open: dict[tuple[str, str], tuple[Record, Visit]] = {}
        self._marks: dict[tuple[str, str], Fingerprint] = {}
        self._settled: set[tuple[str, str]] = set()

    def lead(self, article: Article, identity: Identity, asked: Record) -> None:
        """Note which addresses lead to *article*, which came as the answer to the request for *asked*.

        It keeps the id that it was first stored under, whatever address it has now.
        """
        assert identity.record is not None
        article.id = identity.record.id
        leads_there = [article.canonical_url]
        if identity.asked == "alias":
            outcomes.skipped(asked, "alias")
            self._ledger.note(asked)
        if identity.asked != "moved":
            leads_there += [asked.url, asked.canonical_url]
        self._ledger.note_addresses(article.portal, leads_there, article.id)

    def begin(self, article: Article, record: Record, visit: Visit) -> None:
        """Keep what the state remembers of *article* until it is written or found unchanged."""
        self._open[article.portal, article.id] = record, visit

    def record_of(self, article: Article) -> Record:
        """Return what the state remembers of *article*."""
        record, _ = self._open[article.portal, article.id]
        return record

    def give_up(self, article: Article) -> Record | None:
        """Return the record of *article*, which will not be written; None where its visit has ended."""
        self._marks.pop((article.portal, article.id), None)
        record, _ = self._open.pop((article.portal, article.id), (None, None))
        return record

    def is_settled(self, record: Record) -> bool:
        """Return whether this run has written the article already, found it unchanged, or is about to write it."""
        key = record.portal, record.id
        return key in self._settled or key in self._open

    def mark(self, article: Article, copied: Fingerprint) -> None:
        """Keep the fingerprint of *article* until it is written."""
        self._marks[article.portal, article.id] = copied

    def stored(self, article: Article, now: float) -> None:
        """*article* was written to its feed at *now* (Unix seconds)."""
        record = self.record_of(article)
        self._note_token(article, is_new=not record.revision)
        remember(article, record)
        if (copied := self._marks.pop((article.portal, article.id), None)) and article.cluster_id:
            self._ledger.clusters.note(copied, article.cluster_id, article.portal, article.id)
        self._seen(article, now)

    def _note_token(self, article: Article, *, is_new: bool) -> None:
        token = id_token(article.canonical_url) if is_new else None
        if not token or token in article.id.lower():  # the portal's own id, by a pattern, needs no guess
            return
        if token not in self._ledger.ids_by_token(article.portal, [token]):
            self._ledger.note_token(article.portal, token, article.id)

    def unchanged(self, article: Article, now: float) -> None:
        """*article* is as the state knows it."""
        self._seen(article, now)

    def _seen(self, article: Article, now: float) -> None:
        self._settled.add((article.portal, article.id))
        record, visit = self._open.pop((article.portal, article.id))
        record.url, record.canonical_url = article.canonical_url, article.canonical_url
        record.etag, record.last_modified = visit.etag, visit.last_modified
        if article.date_published:
            record.newest = datetime.fromisoformat(article.date_published).timestamp()
        outcomes.stored(record, now, visit.ages)
        self._ledger.note(record)
