"""Scrapy's downloader, with cancellable requests and waiting times per host."""

from __future__ import annotations

import asyncio
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.core.downloader import Downloader
from scrapy.utils.asyncio import call_later

from portalcrawl.crawl.failures import HostPaused, PageIgnored
from portalcrawl.crawl.politeness import REFUSALS, retry_after_seconds
from portalcrawl.rendering.handlers import RenderingHandlers

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from portalcrawl.crawl.politeness import Politeness


class CancellableDownloader(Downloader):
    """Downloads pages, some in a browser; the errback of a cancelled request gets PageIgnored("ending").

    Requests wait in the queue of their host until the run's politeness allows the next one. If the host demands a
    longer pause than the run waits, their errbacks get HostPaused.
    """

    handlers: RenderingHandlers

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.handlers = RenderingHandlers(crawler)
        self._under_way: set[asyncio.Task[Response]] = set()
        self._sending: set[asyncio.Task[None]] = set()
        # Scrapy sends this signal before it sends the host's next request, which a refusal must delay.
        crawler.signals.connect(self._note_answer, signals.response_downloaded)

    async def _download(self, slot: Slot, request: Request) -> Response:
        task = asyncio.ensure_future(super()._download(slot, request))
        self._under_way.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            raise _cancelled() from None
        finally:
            self._under_way.discard(task)
            slot.transferring.discard(request)

    @property
    def _politeness(self) -> Politeness | None:
        """The run's politeness; None if no run is open (``scrapy shell``), when only Scrapy's delays apply."""
        politeness: Politeness | None = getattr(self.crawler.spider, "politeness", None)
        return politeness

    def _note_answer(self, response: Response, request: Request) -> None:
        politeness = self._politeness
        if politeness is None:
            return
        host = request.meta[self.DOWNLOAD_SLOT]
        if response.status in REFUSALS:
            headers = response.headers
            retry_after = retry_after_seconds(headers.get("Retry-After"), time(), headers.get("Date"))
            politeness.refused(host, response.status, retry_after)
        else:
            politeness.answered(host)

    def _get_slot(self, request: Request, spider: Any = None) -> tuple[str, Slot]:
        key, slot = super()._get_slot(request)
        politeness = self._politeness
        if politeness is not None:
            slot.delay = max(slot.delay, politeness.crawl_delay(key))
        return key, slot

    def _process_queue(self, slot: Slot) -> None:
        """Send the next requests of *slot*, up to its concurrency; schedule another call if the next one has to wait.

        Differs from Scrapy in that a request counts as being transferred immediately. Scrapy counts it only when its
        task has started, and would send the whole queue at once.
        """
        politeness = self._politeness
        if politeness is None:
            super()._process_queue(slot)
            return
        while slot.queue and slot.latercall is None and slot.free_transfer_slots() > 0:
            host: str = slot.queue[0][0].meta[self.DOWNLOAD_SLOT]
            try:
                wait = politeness.wait(host, slot.download_delay())
            except HostPaused as paused:
                _refuse(slot, paused)
                return
            if wait > 0:
                slot.latercall = call_later(wait, self._latercall, slot)
                return
            slot.lastseen = monotonic()
            request, answer = slot.queue.popleft()
            slot.transferring.add(request)
            sending = asyncio.ensure_future(self._wait_for_download(slot, request, answer))
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)

    def cancel_queued(self) -> None:
        """Cancel the requests that wait for a free slot of their host."""
        for slot in self.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(_cancelled())

    def cancel_under_way(self) -> None:
        """Cancel the requests that have been sent but not answered."""
        for task in list(self._under_way):
            task.cancel()


def _refuse(slot: Slot, paused: HostPaused) -> None:
    """Fail all requests that wait in *slot* with HostPaused."""
    while slot.queue:
        _, waiting = slot.queue.popleft()
        waiting.errback(HostPaused(paused.host, paused.reason, paused.until))


def _cancelled() -> PageIgnored:
    return PageIgnored("ending", "the run is ending")
