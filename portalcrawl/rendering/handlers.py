"""Scrapy's download handlers, extended by rendering in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.core.downloader.handlers import DownloadHandlers

from portalcrawl.crawl.fetch_policy import RENDER
from portalcrawl.rendering.browser_path import find_browser
from portalcrawl.rendering.renderer import Renderer

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class RenderingHandlers(DownloadHandlers):
    """Downloads by HTTP, or in a browser if the request's meta demands it and a browser is installed."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._renderer: Renderer | None = None
        self._browser = find_browser(crawler.settings.get("RENDER_BROWSER"))
        crawler.signals.connect(self._close_renderer, signals.engine_stopped)

    @property
    def has_browser(self) -> bool:
        """Whether a browser is installed and has not failed to start."""
        return self._browser is not None and not (self._renderer and self._renderer.is_off)

    async def download_request_async(self, request: Request) -> Response:
        """Return the response for *request*."""
        if RENDER not in request.meta or self._browser is None:
            return await super().download_request_async(request)
        if self._renderer is None:
            self._renderer = Renderer(self._crawler, self._browser)
        return await self._renderer.render(request)

    async def _close_renderer(self) -> None:
        if self._renderer is not None:
            await self._renderer.close()
