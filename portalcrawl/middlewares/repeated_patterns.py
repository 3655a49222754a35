"""Requests for pages of a pattern that has brought nothing new for too long are not made in this run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from portalcrawl.crawl.address_patterns import REPEATS
from portalcrawl.crawl.failures import PageIgnored

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from portalcrawl.crawl.page_handler import PageHandler


class RepeatsMiddleware:
    """Drops requests for articles whose addresses are like those of pages that only repeated others."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of *crawler*."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let *request* pass or raise PageIgnored."""
        record = request.cb_kwargs.get("record")
        if record is None or record.revision:
            return
        handler: PageHandler = self._crawler.spider.page_handler  # type: ignore[union-attr]
        if handler.repeats.is_closed(request.url):
            raise PageIgnored(REPEATS, f"{request.url}: pages like it brought only articles that this run has had")
