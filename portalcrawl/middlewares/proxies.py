"""Uses the HTTP proxies set in the environment, except for the embedded portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class ProxyMiddleware(HttpProxyMiddleware):
    """Like Scrapy's middleware (``http_proxy``, ``https_proxy``, ``no_proxy``), but skips the embedded portal.

    The embedded portal listens on loopback, which a proxy on another machine can't reach.
    """

    crawler: Crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware: Self = super().from_crawler(crawler)
        middleware.crawler = crawler
        return middleware

    def process_request(self, request: Request, spider: Any = None) -> None:
        plan = getattr(self.crawler.spider, "plan", None)
        if plan is not None and plan.is_embedded(request.url):
            request.meta["proxy"] = None
        super().process_request(request)
