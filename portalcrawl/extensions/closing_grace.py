"""Limits how long a closing spider waits for pending requests (setting CLOSING_GRACE)."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from portalcrawl.downloader import CancellableDownloader

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

INTERVAL = 0.25
"""Seconds between two checks of the engine, which sends no signal when it starts to close the spider."""


class ClosingGrace:
    """Cancels the requests of a closing spider: queued ones immediately, sent ones after *grace* seconds."""

    def __init__(self, crawler: Crawler, grace: float) -> None:
        self._crawler = crawler
        self._grace = grace
        self._closing_since: float | None = None
        self._loop = create_looping_call(self._check)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension; raise NotConfigured if another downloader is set."""
        if not crawler.settings["DOWNLOADER"].endswith(CancellableDownloader.__name__):
            raise NotConfigured
        extension = cls(crawler, crawler.settings.getfloat("CLOSING_GRACE"))
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        self._loop.start(INTERVAL, now=False)

    def spider_closed(self) -> None:
        if self._loop.running:
            self._loop.stop()

    def _check(self) -> None:
        slot: Any = self._crawler.engine._slot
        downloader = self._crawler.engine.downloader
        if slot is None or slot.closing is None or not isinstance(downloader, CancellableDownloader):
            return
        self._closing_since = self._closing_since or monotonic()
        downloader.cancel_queued()
        if monotonic() - self._closing_since > self._grace:
            downloader.cancel_under_way()
