"""Scrapy's downloader, with an end that does not depend on how slow a site is."""

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


class EndingDownloader(Downloader):
    """A downloader whose requests can be given up, those that wait for their turn and those under way."""

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
            raise given_up() from None
        finally:
            self._under_way.discard(task)

    def give_up_waiting(self) -> None:
        """Drop the requests that wait for their turn at a host."""
        for slot in self.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(given_up())

    def give_up_under_way(self) -> None:
        """Drop the requests that a site has not answered yet."""
        for task in list(self._under_way):
            task.cancel()


def given_up() -> PageIgnored:
    """Return what the errback of a dropped request gets: its article stays pending."""
    return PageIgnored("ending", "the run is ending")
