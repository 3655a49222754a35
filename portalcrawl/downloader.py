"""Scrapy's downloader, whose requests can be cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy.core.downloader import Downloader

from portalcrawl.crawl.failures import PageIgnored
from portalcrawl.rendering.handlers import RenderingHandlers

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class CancellableDownloader(Downloader):
    """Downloads pages, some in a browser; the errback of a cancelled request gets PageIgnored("ending")."""

    handlers: RenderingHandlers

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.handlers = RenderingHandlers(crawler)
        self._under_way: set[asyncio.Task[Response]] = set()

    async def _download(self, slot: Slot, request: Request) -> Response:
        task = asyncio.ensure_future(super()._download(slot, request))
        self._under_way.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            raise _cancelled() from None
        finally:
            self._under_way.discard(task)

    def cancel_queued(self) -> None:
        """Cancel the requests that wait for a free slot of their host."""
        for slot in self.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(_cancelled())

    def cancel_under_way(self) -> None:
        """Cancel the requests that have been sent and not answered."""
        for task in list(self._under_way):
            task.cancel()


def _cancelled() -> PageIgnored:
    return PageIgnored("ending", "the run is ending")
