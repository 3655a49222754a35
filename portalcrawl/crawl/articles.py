"""The articles of one run: which were requested, which are being read, and which are settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from portalcrawl.crawl import outcomes
from portalcrawl.crawl.revisions import remember
from portalcrawl.urls import id_token

if TYPE_CHECKING:
    from portalcrawl.items import Article
    from portalcrawl.storage.records import Record
    from portalcrawl.storage.unit_of_work import UnitOfWork
    from portalcrawl.text.fingerprints import Fingerprint


@dataclass(frozen=True, slots=True)
class Visit:
    """Data of a visit that the next visit needs."""

    ages: Sequence[int]
    """Seconds after first storing at which the article is visited again."""
    etag: str | None
    last_modified: str | None
    """Validators of the response (RFC 9110, 8.8), for a conditional request."""


@dataclass(slots=True)
class ArticleProgress:
    """How far the run has come with one article."""

    is_requested: bool = False
    is_settled: bool = False
    """Whether the article was written, or found unchanged."""
    reading: tuple[Record, Visit] | None = None
    """Set from the time its page was read until it is settled."""
    fingerprint: Fingerprint | None = None
    """Fingerprint of a text that is about to be written."""
    teaser_headline: str | None = None
    """Headline of the run's last teaser of an article that is known from an earlier run."""
    teaser_url: str | None = None
    """URL of the run's first teaser of such an article."""


class RunArticles:
    """Keeps the progress of one run with each article; its size grows with the number of articles.

    Changes for the next commit are kept in the unit of work.
    """

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work
        self._progress: dict[tuple[str, str], ArticleProgress] = {}

    def of(self, portal: str, article: str) -> ArticleProgress:
        """Return the progress of the article with this id, to be read or changed."""
        return self._progress.setdefault((portal, article), ArticleProgress())

    def is_requested(self, record: Record) -> bool:
        """Return whether the run has requested the article."""
        progress = self._progress.get((record.portal, record.id))
        return progress is not None and progress.is_requested

    def is_taken(self, record: Record) -> bool:
        """Return whether the run has settled the article, or is about to write it."""
        progress = self._progress.get((record.portal, record.id))
        return progress is not None and (progress.is_settled or progress.reading is not None)

    def note_links(self, article: Article, requested: Record, relation: str) -> None:
        """Let the next commit record the URLs that lead to *article*.

        Its page was fetched for *requested*; *relation* is that of the two (``identity.Relation``).
        """
        urls = [article.canonical_url]
        if relation == "alias":
            outcomes.skipped(requested, "alias")
            self._unit_of_work.note(requested)
        if relation != "moved":
            urls += [requested.url, requested.canonical_url]
        self._unit_of_work.note_addresses(article.portal, urls, article.id)

    def record_of(self, article: Article) -> Record:
        """Return the state's record of an article that is being read."""
        return self._reading(article)[0]

    def give_up(self, article: Article) -> Record | None:
        """Return the record of *article*, which will not be written; None if it is settled already."""
        progress = self.of(article.portal, article.id)
        record = progress.reading[0] if progress.reading else None
        progress.reading = progress.fingerprint = None
        return record

    def settle(self, article: Article, now: float, *, is_written: bool) -> None:
        """Settle *article*, which at *now* (Unix seconds) was written to its feed, or is unchanged from the state."""
        progress = self.of(article.portal, article.id)
        record, visit = self._reading(article)
        if is_written:
            self._note_token(article, is_new=not record.revision)
            remember(article, record)
            if progress.fingerprint and article.cluster_id:
                copied = progress.fingerprint
                self._unit_of_work.near_copies.note(copied, article.cluster_id, article.portal, article.id)
        progress.reading, progress.fingerprint, progress.is_settled = None, None, True
        record.url, record.canonical_url = article.canonical_url, article.canonical_url
        record.etag, record.last_modified = visit.etag, visit.last_modified
        if article.date_published:
            record.newest = datetime.fromisoformat(article.date_published).timestamp()
        outcomes.stored(record, now, visit.ages)
        self._unit_of_work.note(record)
        self._unit_of_work.discovered.settle(record.portal, record.id)

    def _reading(self, article: Article) -> tuple[Record, Visit]:
        reading = self.of(article.portal, article.id).reading
        assert reading is not None
        return reading

    def _note_token(self, article: Article, *, is_new: bool) -> None:
        token = id_token(article.canonical_url) if is_new else None
        if not token or token in article.id.lower():  # the id is the portal's own, by a pattern of its profile
            return
        if token not in self._unit_of_work.ids_by_token(article.portal, [token]):
            self._unit_of_work.note_token(article.portal, token, article.id)
