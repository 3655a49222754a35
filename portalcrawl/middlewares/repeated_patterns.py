"""Stops requests for URL patterns whose pages have only returned articles that this run has already read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portalcrawl.component import Component
from portalcrawl.crawl.failures import PageIgnored
from portalcrawl.crawl.url_patterns import REPEATS

if TYPE_CHECKING:
    from scrapy import Request

    from portalcrawl.crawl.page_handler import PageHandler


class RepeatsMiddleware(Component):
    """Drops requests for new articles whose URLs match such a pattern."""

    def process_request(self, request: Request) -> None:
        """Raise PageIgnored if *request* is to be dropped."""
        record = request.cb_kwargs.get("record")
        if record is None or record.revision:
            return
        handler: PageHandler = self._crawler.spider.page_handler  # type: ignore[union-attr]
        if handler.repeats.is_closed(request.url):
            raise PageIgnored(REPEATS, f"{request.url}: pages like it only repeated articles of this run")
