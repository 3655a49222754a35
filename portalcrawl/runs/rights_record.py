"""The rights reserved for an article at a time, from its record in the feeds and from the archived documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portalcrawl.crawl.site_rights import statements
from portalcrawl.errors import UsageError
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.rights.sightings import StoredDocument
from portalcrawl.rights.signals import signal_records
from portalcrawl.runs.article_records import ArticleRecords
from portalcrawl.urls import site_of

OF_PAGE = ("header", "meta")
"""Sources of signals that a page itself gives."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """The rights reserved for one page at one time."""

    url: str
    id: str | None
    """None if the page is not a stored article."""
    at: str | None
    """ISO 8601; None if it is unknown when the page was fetched."""
    revision: int | None = None
    """Revision of the article whose record was used; None: no feed has one from that time."""
    run: str | None = None
    date_fetched: str | None = None
    signals: list[dict[str, Any]] = field(default_factory=list)
    documents: list[StoredDocument] = field(default_factory=list)
    """Documents of the site at that time."""


@dataclass(frozen=True, slots=True)
class RightsRecord:
    """Looks up the rights reserved for articles."""

    articles: ArticleRecords
    archive: RightsArchive
    user_agent: str

    def reserved(self, text: str, at: datetime | None) -> Reserved:
        """Return the rights reserved for the page with the URL or article id *text* when it was fetched, or at *at*.

        :raises UsageError: if nothing is known about it.
        """
        is_url = text.startswith(("http://", "https://"))
        known = self.articles.by_address(text) if is_url else self.articles.by_id(text)
        article = known.id if known is not None else None if is_url else text
        url = text if is_url else known.url if known is not None else None
        records = self.articles.of(article, known) if article is not None else []
        revisions = sorted(records, key=lambda each: str(each["date_fetched"]))
        if at is not None:
            revisions = [each for each in revisions if datetime.fromisoformat(each["date_fetched"]) <= at]
        record = revisions[-1] if revisions else {}
        url = record.get("url") or url
        if url is None:
            raise UsageError(f"there is no article {text!r}; scrapy rights takes the URL or the id of an article")
        origin = site_of(url)
        moment = at or (datetime.fromisoformat(record["date_fetched"]) if record else None)
        documents = self.archive.at(origin, moment) if moment else self.archive.latest(origin)
        if not record and not documents and not article:
            raise UsageError(f"there is no article {text!r}, and no document of {origin} was stored")
        return Reserved(
            url=url,
            id=article,
            at=moment.isoformat() if moment else None,
            revision=record.get("revision"),
            run=record.get("run"),
            date_fetched=record.get("date_fetched"),
            signals=_signals(record) if record and at is None else self._signals_at(url, documents, record),
            documents=documents,
        )

    def _signals_at(self, url: str, documents: list[StoredDocument], record: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the signals for the page in *documents*, then those of the page itself when *record* was made."""
        signals: list[dict[str, Any]] = []
        for each in documents:
            body = self.archive.body(each)
            if body is not None and each.sha256:
                said = statements(each.document, body, url, self.user_agent)
                signals += signal_records(each.document, said, datetime.fromisoformat(each.first_seen), each.sha256)
        return signals + [signal for signal in _signals(record) if signal["source"] in OF_PAGE]


def _signals(record: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = record.get("rights", {}).get("signals", [])
    return found
