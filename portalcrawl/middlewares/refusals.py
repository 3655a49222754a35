"""Drops requests that a host refuses for longer than the run waits (429, RFC 6585, 4; 503, RFC 9110, 15.6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.utils.httpobj import urlparse_cached

from portalcrawl.component import Component
from portalcrawl.crawl.failures import HostPaused
from portalcrawl.crawl.politeness import REFUSALS

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from portalcrawl.crawl.politeness import Politeness

SERVICE_UNAVAILABLE = 503


class RefusalsMiddleware(Component):
    """Drops a refused request if its host is paused for too long, or if it was the last retry.

    After the last retry, the page counts as waiting instead of failed if the response was a 429, or a 503 with
    Retry-After. A 503 without Retry-After may also mean that only this page is broken.

    Must process responses before RetryMiddleware, whose retries wait in the downloader until the pause is over.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._retries = settings.getint("RETRY_TIMES") if settings.getbool("RETRY_ENABLED") else 0

    def process_response(self, request: Request, response: Response) -> Response:
        """Return *response*; raise HostPaused if the run does not wait for its host."""
        politeness: Politeness | None = getattr(self._crawler.spider, "politeness", None)
        if politeness is None or response.status not in REFUSALS or "cached" in response.flags:
            return response
        host = request.meta.get("download_slot") or urlparse_cached(request).hostname or ""
        asks = response.status != SERVICE_UNAVAILABLE or "Retry-After" in response.headers
        is_last = request.meta.get("retry_times", 0) >= request.meta.get("max_retry_times", self._retries)
        pause = politeness.given_up(host) or (politeness.pause(host) if asks and is_last else None)
        if pause is not None:
            raise HostPaused(host, pause.reason, pause.until)
        return response
