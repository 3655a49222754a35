"""Articles that were read in this run, and what the state remembers of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portalcrawl.fingerprints import Fingerprint
from portalcrawl.items import Article
from portalcrawl.runs import outcomes
from portalcrawl.runs.revisions import remember
from portalcrawl.state.ledger import Ledger
from portalcrawl.state.records import Record


@dataclass(frozen=True, slots=True)
class Validators:
    """What the site gave to ask again for the same page (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


class Visits:
    """The articles read by one run."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._open: dict[tuple[str, str], tuple[Record, Validators, Sequence[int]]] = {}
        self._marks: dict[tuple[str, str], Fingerprint] = {}
        self._settled: set[tuple[str, str]] = set()

    def begin(self, article: Article, asked: Record, validators: Validators, ages: Sequence[int]) -> None:
        """Find the record of *article*, which came as the answer to the request for *asked*.

        An article keeps the id that it was first stored under, whatever address it has now; an address that turns
        out to lead to an article known by another is remembered as an alias of it.
        """
        article.id = self._fixed_id(article, asked)
        record = asked
        if article.id != asked.id:
            if not asked.revision:
                outcomes.skipped(asked, "alias")
                self._ledger.note(asked)
            record = self._ledger.record(article.portal, article.id) or _record(article, asked)
        addresses = {asked.url, asked.canonical_url, article.canonical_url}
        self._ledger.note_addresses(article.portal, sorted(addresses), article.id)
        self._open[article.portal, article.id] = record, validators, ages

    def _fixed_id(self, article: Article, asked: Record) -> str:
        if asked.revision or article.canonical_url in (asked.url, asked.canonical_url):
            return asked.id
        known = self._ledger.ids_of(article.portal, [article.canonical_url]).get(article.canonical_url)
        record = self._ledger.record(article.portal, known) if known else None
        return record.id if record and record.revision else article.id

    def record_of(self, article: Article) -> Record:
        """Return what the state remembers of *article*."""
        record, _, _ = self._open[article.portal, article.id]
        return record

    def is_settled(self, article: Article) -> bool:
        """Tell whether this run has written *article* already, or found it unchanged."""
        return (article.portal, article.id) in self._settled

    def mark(self, article: Article, copied: Fingerprint) -> None:
        """Keep the fingerprint of *article* until it is written."""
        self._marks[article.portal, article.id] = copied

    def stored(self, article: Article, now: float) -> None:
        """*article* was written to its feed at *now* (Unix seconds)."""
        remember(article, self.record_of(article))
        if (copied := self._marks.pop((article.portal, article.id), None)) and article.cluster_id:
            self._ledger.clusters.note(copied, article.cluster_id, article.portal, article.id)
        self._seen(article, now)

    def unchanged(self, article: Article, now: float) -> None:
        """*article* is as the state knows it."""
        self._seen(article, now)

    def _seen(self, article: Article, now: float) -> None:
        self._settled.add((article.portal, article.id))
        record, validators, ages = self._open.pop((article.portal, article.id))
        record.url, record.canonical_url = article.canonical_url, article.canonical_url
        record.etag, record.last_modified = validators.etag, validators.last_modified
        if article.date_published:
            record.newest = datetime.fromisoformat(article.date_published).timestamp()
        outcomes.stored(record, now, ages)
        self._ledger.note(record)


def _record(article: Article, asked: Record) -> Record:
    return Record(
        portal=article.portal,
        id=article.id,
        url=article.canonical_url,
        canonical_url=article.canonical_url,
        depth=asked.depth,
        found_on=asked.found_on,
        newest=asked.newest,
    )
