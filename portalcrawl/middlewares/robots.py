"""robots.txt for every request, also for the many that a full queue starts at once."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from portalcrawl.failures import PageIgnored

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, but all requests that wait for one robots.txt are checked against it.

    RFC 9309, 2.3.1: no robots.txt (4xx) allows all; one that can't be had (5xx, network errors) allows nothing.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._tasks: dict[str, asyncio.Task[RobotParser]] = {}
        self._unreachable: dict[str, str] = {}
        """Origins whose robots.txt could not be had, and why."""

    async def process_request(self, request: Request, spider: Any = None) -> None:
        """Let *request* pass or raise PageIgnored."""
        try:
            await super().process_request(request)
        except PageIgnored:
            raise
        except IgnoreRequest as error:
            url = urlparse_cached(request)
            problem = self._unreachable.get(f"{url.scheme}://{url.netloc}")
            if problem:
                raise PageIgnored("no_robots", f"its robots.txt could not be had: {problem}") from None
            raise PageIgnored("robots", str(error)) from None

    async def robot_parser(self, request: Request) -> RobotParser:
        """Return the parsed robots.txt for *request*; it is fetched once an origin."""
        url = urlparse_cached(request)
        origin = f"{url.scheme}://{url.netloc}"
        if origin not in self._tasks:
            self._tasks[origin] = asyncio.ensure_future(self._load(origin, request))
        return await asyncio.shield(self._tasks[origin])

    async def _load(self, origin: str, request: Request) -> RobotParser:
        self._stats.inc_value("robotstxt/request_count")
        body = await self._fetch(origin, request)
        return build_from_crawler(self._parserimpl, self.crawler, body)

    async def _fetch(self, origin: str, request: Request) -> bytes:
        """Return the body that stands for *origin*'s robots.txt."""
        meta = {"dont_obey_robotstxt": True, "portal": request.meta.get("portal")}
        robots = Request(f"{origin}/robots.txt", priority=self.DOWNLOAD_PRIORITY, meta=meta, callback=NO_CALLBACK)
        try:
            response = await self.crawler.engine.download_async(robots)
        except IgnoreRequest:
            # Not in the HTTP cache, too large, or redirected in circles or to where no request may go: there is none.
            return b""
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was allowed
            logger.warning("No robots.txt of %s could be had (%s), so nothing is fetched there", origin, error)
            self._stats.inc_value(f"robotstxt/exception_count/{type(error).__name__}")
            self._unreachable[origin] = str(error) or type(error).__name__
            return NOTHING_ALLOWED
        return self._judge(origin, response)

    def _judge(self, origin: str, response: Response) -> bytes:
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status >= 500:
            logger.warning("robots.txt of %s answers %d, so nothing is fetched there", origin, response.status)
            self._unreachable[origin] = f"HTTP status {response.status}"
            return NOTHING_ALLOWED
        return response.body if response.status < 300 else b""
