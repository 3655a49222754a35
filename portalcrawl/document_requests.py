"""Requests for feeds and sitemaps, and what comes of their responses."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from scrapy import Request

from portalcrawl.crawl.discovery import Discovery, Target, open_document
from portalcrawl.crawl.entry_links import Due
from portalcrawl.crawl.failures import HostPaused, reason_of
from portalcrawl.crawl.outcomes import UNREADABLE
from portalcrawl.crawl.page_handler import GIVEN_UP, PageResult
from portalcrawl.discovery.entries import DocumentError
from portalcrawl.discovery.reader import MAX_BYTES
from portalcrawl.errors import DataFolderError

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from portalcrawl.crawl.frontier import Frontier
    from portalcrawl.crawl.page_handler import PageHandler
    from portalcrawl.runs.plan import Plan
    from portalcrawl.runs.reading_guard import ReadingGuard
    from portalcrawl.runs.run import Run
    from portalcrawl.storage.records import Record

PRIORITY = 5
"""Before articles and after start pages."""
COMMIT_EVERY = 4
"""Batches of entries between two commits, so that memory does not grow with a sitemap."""


class DocumentSpider(Protocol):
    """What is needed of the spider."""

    @property
    def run(self) -> Run: ...

    @property
    def plan(self) -> Plan: ...

    @property
    def frontier(self) -> Frontier: ...

    @property
    def guard(self) -> ReadingGuard: ...

    @property
    def page_handler(self) -> PageHandler: ...

    def requests(self, found: PageResult, via: str) -> Iterator[Request]: ...


class DocumentRequests:
    """Asks for one document of each portal at a time. Made for runs that have any."""

    def __init__(self, spider: DocumentSpider) -> None:
        self._spider = spider
        self.discovery = Discovery(spider.run.crawl, spider.frontier)

    def next(self, portal: str) -> Iterator[Request]:
        """Yield the request for the portal's next document, if there is one."""
        while target := self.discovery.next(portal):
            if self._is_unreadable(target):
                self.discovery.failed(target, UNREADABLE)
                continue
            yield self._request(target)
            return

    def _is_unreadable(self, target: Target) -> bool:
        return self._spider.frontier.start(target.profile, target.url).status == UNREADABLE

    def _request(self, target: Target) -> Request:
        return Request(
            self._spider.plan.address(target.url),
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"target": target},
            headers=validators(target),
            meta=document_meta(target),
            priority=PRIORITY,
            dont_filter=True,
        )

    def parse(self, response: Response, target: Target) -> Iterator[Any]:
        """Read a feed or sitemap, and ask for the next."""
        if response.status == 304 and target.record.read_at is None:
            self.discovery.failed(target, "http_304")  # the request was not conditional
        elif response.status == 304:
            self.discovery.unchanged(target)
        else:
            yield from self.read(response, target)
        yield from self.next(target.profile.name)

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Count a document that could not be had, and ask for the next."""
        target: Target = failure.request.cb_kwargs["target"]  # type: ignore[attr-defined]
        if isinstance(failure.value, HostPaused):
            self.discovery.waits(target)
            return
        reason = reason_of(failure)
        if isinstance(failure.value, HostPaused):
            self._spider.page_handler.count_waiting(reason, failure.value.until)
        if reason != GIVEN_UP:
            self.discovery.failed(target, reason)
            yield from self.next(target.profile.name)

    def read(self, response: Response, target: Target) -> Iterator[Request | None]:
        """Read a document in batches; after each, yield requests for its articles, or None."""
        record = self._spider.frontier.start(target.profile, target.url)
        batches = self.discovery.read(response, target)
        number = 0
        while (due := self._batch(response, target, record, batches)) is not None:
            for kind, records in due.items():
                yield from self._spider.requests(PageResult(follow=records), kind)
            number += 1
            if number % COMMIT_EVERY == 0:
                self._commit()
            yield None  # so that other requests get their turn

    def _batch(self, response: Response, target: Target, record: Record, batches: Iterator[Due]) -> Due | None:
        """Return the articles to request after one more batch of entries; None where the document ends, or fails."""

        def failed(reason: str) -> None:
            self.discovery.failed(target, reason)

        def work(_: object) -> Due | None:
            try:
                return next(batches, None)
            except DocumentError as error:
                failed(error.reason)
                return None

        def trial(_: object) -> None:
            deque(open_document(response, target).items, maxlen=0)

        return self._spider.guard.read(response, record, work, is_start=True, failed=failed, trial=trial)

    def _commit(self) -> None:
        try:
            self._spider.run.commit()
        except (OSError, DataFolderError) as error:
            self._spider.run.break_off(error)


def validators(target: Target) -> dict[str, str]:
    """Return the headers that make a request conditional (RFC 9110, 13.1)."""
    record = target.record
    if record.read_at is None:
        return {}
    given = {"If-None-Match": record.etag, "If-Modified-Since": record.last_modified}
    return {name: value for name, value in given.items() if value}


def document_meta(target: Target) -> dict[str, Any]:
    """Return what requests for documents have in their ``meta``."""
    # Rank does not tell what will come: sitemaps may be larger than pages.
    return {"portal": target.profile.name, "handle_httpstatus_list": [304], "download_maxsize": MAX_BYTES}
