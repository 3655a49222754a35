"""Proxies that the environment names, for all pages but those that the run serves itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class ProxyMiddleware(HttpProxyMiddleware):
    """Scrapy's middleware (``http_proxy``, ``https_proxy``, ``no_proxy``), but for the embedded portal.

    That listens on this machine's loopback, which no proxy elsewhere can reach.
    """

    crawler: Crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of *crawler*; NotConfigured where HTTPPROXY_ENABLED is off."""
        middleware: Self = super().from_crawler(crawler)
        middleware.crawler = crawler
        return middleware

    def process_request(self, request: Request, spider: Any = None) -> None:
        """Set the proxy of *request*."""
        plan = getattr(self.crawler.spider, "plan", None)
        if plan is not None and plan.is_embedded(request.url):
            request.meta["proxy"] = None
        super().process_request(request)
