"""What was reserved for an article at a time: by its record in the feeds, and by the documents that were kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from portalcrawl.crawl.site_rights import statements
from portalcrawl.errors import UsageError
from portalcrawl.feeds.store.reader import FeedReader
from portalcrawl.rights.archive import RightsArchive, StoredDocument
from portalcrawl.rights.signals import signal_records
from portalcrawl.storage.anywhere import BY_ADDRESS, BY_ID
from portalcrawl.storage.database import read_connection
from portalcrawl.storage.packing import address_key
from portalcrawl.urls import site_of, url_key

OF_PAGE = ("header", "meta")
"""Sources of signals that a page itself gives."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was reserved for one page at one time."""

    url: str
    id: str | None
    """None for a page that is no stored article."""
    at: str | None
    """ISO 8601; None where nothing says when the page was fetched."""
    revision: int | None = None
    """Revision of the article whose record was used; None: no feed has one from that time."""
    run: str | None = None
    date_fetched: str | None = None
    signals: list[dict[str, Any]] = field(default_factory=list)
    documents: list[StoredDocument] = field(default_factory=list)
    """Documents of the site at that time."""


@dataclass(frozen=True, slots=True)
class RightsRecord:
    """Where the answers come from."""

    engine: Engine | None
    """The state; None where there is none."""
    feeds: FeedReader
    archive: RightsArchive
    user_agent: str

    def reserved(self, text: str, at: datetime | None) -> Reserved:
        """Return what was reserved for the page with the address or article id *text* when it was fetched, or *at*.

        :raises UsageError: where nothing is known of it.
        """
        article, url = self._find(text)
        revisions = sorted(self._revisions(article), key=lambda each: str(each["date_fetched"])) if article else []
        if at is not None:
            revisions = [each for each in revisions if datetime.fromisoformat(each["date_fetched"]) <= at]
        record = revisions[-1] if revisions else {}
        url = record.get("url") or url
        if url is None:
            raise UsageError(f"nothing is known of {text!r}; scrapy rights takes the address or the id of an article")
        origin = site_of(url)
        moment = at or (datetime.fromisoformat(record["date_fetched"]) if record else None)
        documents = self.archive.at(origin, moment) if moment else self.archive.latest(origin)
        if not record and not documents and not article:
            raise UsageError(f"nothing is known of {text!r}, and no document of {origin} was kept")
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

    def _find(self, text: str) -> tuple[str | None, str | None]:
        """Return the id and the address of the article *text*; None for what is not known."""
        is_url = text.startswith(("http://", "https://"))
        if self.engine is not None:
            with read_connection(self.engine) as connection:
                if is_url:
                    found = connection.execute(BY_ADDRESS, {"key": address_key(url_key(text))})
                else:
                    found = connection.execute(BY_ID, {"id": text})
                row = found.first()
            if row is not None:
                return row.id, text if is_url else row.canonical_url or row.url
        return (None, text) if is_url else (text, None)

    def _revisions(self, article: str) -> Iterator[dict[str, Any]]:
        """Yield the records of *article* in the published feeds."""
        needle = json.dumps(article, ensure_ascii=False).encode()
        for published in self.feeds.after():
            for feed in published.manifest.feeds:
                if feed.kind == "articles":
                    found = (json.loads(line) for line in self.feeds.lines(feed) if needle in line)
                    yield from (record for record in found if record["id"] == article)

    def _signals_at(self, url: str, documents: list[StoredDocument], record: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what *documents* say of the page, then what the page itself said when *record* was made."""
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
