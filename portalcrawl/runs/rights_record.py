"""The rights reserved for an article at a time, from its record in the feeds and from the archived documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portalcrawl.crawl.site_rights import statements
from portalcrawl.errors import UsageError
from portalcrawl.profiles.catalog import Catalog
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.rights.sightings import StoredDocument
from portalcrawl.rights.signals import signal_records
from portalcrawl.runs.article_records import ArticleRecords, KnownArticle
from portalcrawl.urls import canonical_url, site_of

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
    revision: int | None
    """Revision of the article whose record was used; None: no feed has one from that time."""
    run: str | None
    date_fetched: str | None
    signals: list[dict[str, Any]]
    documents: list[StoredDocument]
    """Documents of the site at that time."""


def reserved(
    text: str,
    at: datetime | None,
    articles: ArticleRecords,
    archive: RightsArchive,
    agent: str,
    catalog: Catalog,
) -> Reserved:
    """Return the rights reserved for the page with the URL or article id *text* when it was fetched, or at *at*.

    :param agent: the crawl's user agent, for which a site's documents may have statements of their own.
    :param catalog: the profiles, by one of which a crawl names the article of a URL.
    :raises UsageError: if nothing is known about the page.
    :raises ConfigFileError: if the profile for a URL is faulty.
    """
    is_url = text.startswith(("http://", "https://"))
    article, known = _article_at(text, articles, catalog) if is_url else (text, articles.by_id(text))
    url = text if is_url else known.url if known is not None else None
    records = articles.of(article, known, at) if article is not None else []
    revisions = sorted(records, key=lambda each: str(each["date_fetched"]))
    if at is not None:
        revisions = [each for each in revisions if datetime.fromisoformat(each["date_fetched"]) <= at]
    record = revisions[-1] if revisions else {}
    url = record.get("url") or url
    if url is None:
        raise UsageError(f"there is no article {text!r}; scrapy rights takes the URL or the id of an article")
    origin = site_of(url)
    moment = at or (datetime.fromisoformat(record["date_fetched"]) if record else None)
    documents = archive.at(origin, moment) if moment else archive.latest(origin)
    if not record and not documents and not article:
        raise UsageError(f"there is no article {text!r}, and no document of {origin} was stored")
    signals: list[dict[str, Any]] = record.get("rights", {}).get("signals", [])
    if not record or at is not None:
        of_documents = [signal for each in documents for signal in _signals_in(each, url, archive, agent)]
        signals = of_documents + [signal for signal in signals if signal["source"] in OF_PAGE]
    return Reserved(
        url=url,
        id=article,
        at=moment.isoformat() if moment else None,
        revision=record.get("revision"),
        run=record.get("run"),
        date_fetched=record.get("date_fetched"),
        signals=signals,
        documents=documents,
    )


def _article_at(url: str, articles: ArticleRecords, catalog: Catalog) -> tuple[str | None, KnownArticle | None]:
    """Return the id of the article at *url*, and what the state knows of it.

    A crawl finds it by its address or by the id that the profile gives it. If the state has forgotten it, the feeds
    still have both.
    """
    try:
        profile = catalog.for_url(url)
    except ValueError:
        raise UsageError(f"{url!r} is not a URL; scrapy rights takes the URL or the id of an article") from None
    by_rule = profile.article_id(canonical_url(url, profile.hosts))
    known = articles.by_address(url) or articles.by_id(by_rule)
    return (known.id, known) if known is not None else (articles.published_at(url, by_rule), None)


def _signals_in(document: StoredDocument, url: str, archive: RightsArchive, agent: str) -> list[dict[str, Any]]:
    """Return the signals for the page *url* in a document of its site."""
    body = archive.body(document)
    if body is None or not document.sha256:
        return []
    said = statements(document.document, body, url, agent)
    return signal_records(document.document, said, datetime.fromisoformat(document.first_seen), document.sha256)
