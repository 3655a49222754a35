"""Requests feeds and sitemaps, and handles their responses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from scrapy import Request

from portalcrawl.crawl.discovery import Discovery, Target, open_document
from portalcrawl.crawl.entry_links import Due
from portalcrawl.crawl.failures import HostPaused, reason_of
from portalcrawl.crawl.fetch_policy import conditional_headers
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
    from portalcrawl.runs.reading_guard import ReadingGuard
    from portalcrawl.runs.run import Run
    from portalcrawl.storage.records import Record

PRIORITY = 5
"""Priority of the requests: before articles, after start pages."""
COMMIT_EVERY = 4
"""Batches of entries between two commits, so that memory use does not grow with the size of a sitemap."""


class DocumentRequests:
    """Requests one document per portal at a time. Created only for runs that read documents."""

    def __init__(
        self,
        run: Run,
        frontier: Frontier,
        page_handler: PageHandler,
        guard: ReadingGuard,
        article_requests: Callable[[PageResult, str], Iterator[Request]],
    ) -> None:
        self._run = run
        self._frontier = frontier
        self._page_handler = page_handler
        self._guard = guard
        self._article_requests = article_requests
        self.discovery = Discovery(run.crawl, frontier)

    def next(self, portal: str) -> Iterator[Request]:
        """Yield the request for the portal's next document, if there is one."""
        while target := self.discovery.next(portal):
            if self._is_unreadable(target):
                self.discovery.failed(target, UNREADABLE)
                continue
            yield self._request(target)
            return

    def _is_unreadable(self, target: Target) -> bool:
        return self._frontier.start(target.profile, target.url).status == UNREADABLE

    def _request(self, target: Target) -> Request:
        return Request(
            self._run.plan.address(target.url),
            callback=self.parse,
            errback=self.failed,
            cb_kwargs={"target": target},
            headers=conditional_headers(target.record),
            meta=document_meta(target),
            priority=PRIORITY,
            dont_filter=True,
        )

    def parse(self, response: Response, target: Target) -> Iterator[Any]:
        """Read a feed or sitemap; yield requests for its articles, and for the portal's next document."""
        if response.status == 304 and target.record.read_at is None:
            self.discovery.failed(target, "http_304")  # the request was not conditional
        elif response.status == 304:
            self.discovery.unchanged(target)
        else:
            yield from self.read(response, target)
        yield from self.next(target.profile.name)

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Count a document that could not be fetched, and yield the request for the portal's next one."""
        target: Target = failure.request.cb_kwargs["target"]  # type: ignore[attr-defined]
        reason = reason_of(failure)
        if isinstance(failure.value, HostPaused):
            self._page_handler.count_waiting(reason, failure.value.until)
            self.discovery.waits(target)
            return
        if reason != GIVEN_UP:
            self.discovery.failed(target, reason)
            yield from self.next(target.profile.name)

    def read(self, response: Response, target: Target) -> Iterator[Request | None]:
        """Read a document in batches; after each, yield requests for its articles, or None."""
        record = self._frontier.start(target.profile, target.url)
        batches = self.discovery.read(response, target)
        number = 0
        while (due := self._batch(response, target, record, batches)) is not None:
            for kind, records in due.items():
                yield from self._article_requests(PageResult(follow=records), kind)
            number += 1
            if number % COMMIT_EVERY == 0:
                self._commit()
            yield None  # lets Scrapy process other requests

    def _batch(self, response: Response, target: Target, record: Record, batches: Iterator[Due]) -> Due | None:
        """Return the articles to request from the next batch of entries; None if the document has ended or failed."""

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

        return self._guard.read(response, record, work, is_start=True, failed=failed, trial=trial)

    def _commit(self) -> None:
        try:
            self._run.commit()
        except (OSError, DataFolderError) as error:
            self._run.break_off(error)


def document_meta(target: Target) -> dict[str, Any]:
    """Return the ``meta`` of a request for a document."""
    # The larger limit of sitemaps is used for all documents: the type is known only from the response.
    return {"portal": target.profile.name, "handle_httpstatus_list": [304], "download_maxsize": MAX_BYTES}
