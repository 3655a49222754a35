"""A bounded end: once the spider is closing, requests under way get some seconds and are then given up."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from portalcrawl.downloader import EndingDownloader

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

INTERVAL = 0.25
"""Seconds between two looks at the engine, which gives no signal when it begins to close."""


class Ending:
    """Lets a closing spider wait for what is under way, but not for ever, and for nothing that has not begun."""

    def __init__(self, crawler: Crawler, grace: float) -> None:
        self._crawler = crawler
        self._grace = grace
        self._closing_since: float | None = None
        self._looks = create_looping_call(self._look)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the extension; NotConfigured where another downloader is set."""
        if not crawler.settings["DOWNLOADER"].endswith(EndingDownloader.__name__):
            raise NotConfigured
        extension = cls(crawler, crawler.settings.getfloat("CLOSING_GRACE"))
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        """Start to look."""
        self._looks.start(INTERVAL, now=False)

    def spider_closed(self) -> None:
        """Stop to look."""
        if self._looks.running:
            self._looks.stop()

    def _look(self) -> None:
        slot: Any = self._crawler.engine._slot
        downloader = self._crawler.engine.downloader
        if slot is None or slot.closing is None or not isinstance(downloader, EndingDownloader):
            return
        self._closing_since = self._closing_since or monotonic()
        downloader.give_up_waiting()
        if monotonic() - self._closing_since > self._grace:
            downloader.give_up_under_way()
