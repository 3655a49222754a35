"""Checks every request against robots.txt (RFC 9309)."""

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

from portalcrawl.crawl.failures import HostPaused, PageIgnored, ignored_reason
from portalcrawl.extraction.page import fetch_time
from portalcrawl.rights.robots_txt import MAX_BYTES, SOURCE
from portalcrawl.urls import site_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"
TOO_MANY_REQUESTS = 429


class RobotsMiddleware(RobotsTxtMiddleware):
    """Like Scrapy's middleware, but checks all requests that wait for a robots.txt; Scrapy checks only the first two.

    RFC 9309, 2.3.1: without a robots.txt (4xx) everything is allowed; if it is unreachable (5xx, network error, broken
    redirect) nothing is. Redirects are followed to other hosts too, at most REDIRECT_MAX_TIMES. Status 429 counts as
    unreachable, since it says nothing about the file: pages of the host wait for as long as it demands.

    The Crawl-delay of the group that applies to the user agent (not part of RFC 9309, but widely used) is passed to the
    run's politeness.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._tasks: dict[str, asyncio.Task[RobotParser]] = {}
        self._unreachable: dict[str, PageIgnored] = {}
        """The error for each request to an origin whose robots.txt is unreachable."""

    async def process_request(self, request: Request, spider: Any = None) -> None:
        """Raise PageIgnored if *request* is not allowed."""
        try:
            await super().process_request(request)
        except PageIgnored:
            raise
        except IgnoreRequest as error:
            unreachable = self._unreachable.get(site_of(request.url))
            raise unreachable or PageIgnored("robots", str(error)) from None

    async def robot_parser(self, request: Request) -> RobotParser:
        """Return the parsed robots.txt of the origin of *request*; it is fetched only once."""
        origin = site_of(request.url)
        if origin not in self._tasks:
            self._tasks[origin] = asyncio.ensure_future(self._load(origin, request))
        return await asyncio.shield(self._tasks[origin])

    async def _load(self, origin: str, request: Request) -> RobotParser:
        self._stats.inc_value("robotstxt/request_count")
        body = await self._fetch(origin, request)
        if take := getattr(self.crawler.spider, "robots_read", None):
            take(origin, body)
        parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body)
        politeness = getattr(self.crawler.spider, "politeness", None)
        if politeness is not None:
            agent = self._robotstxt_useragent or request.headers.get(b"User-Agent", self._default_useragent) or ""
            politeness.set_crawl_delay(urlparse_cached(request).hostname or "", parser.crawl_delay(agent))
        return parser

    async def _fetch(self, origin: str, request: Request) -> bytes:
        """Return the body of *origin*'s robots.txt; if there is none, a body that allows everything or nothing."""
        meta = {"dont_obey_robotstxt": True, "portal": request.meta.get("portal")}
        robots = Request(f"{origin}/robots.txt", priority=self.DOWNLOAD_PRIORITY, meta=meta, callback=NO_CALLBACK)
        try:
            response = await self.crawler.engine.download_async(robots)
        except HostPaused as error:
            self._unreachable[origin] = error
            return NOTHING_ALLOWED
        except IgnoreRequest as error:
            reason = ignored_reason(error)
            if reason == "not_cached":
                return b""  # an offline replay from the HTTP cache, which has no robots.txt
            if reason == "ending":
                self._unreachable[origin] = PageIgnored(reason, str(error))
                return NOTHING_ALLOWED
            return self._nothing_allowed(origin, str(error))
        except Exception as error:  # noqa: BLE001 - after any error nothing is allowed
            self._stats.inc_value(f"robotstxt/exception_count/{type(error).__name__}")
            return self._nothing_allowed(origin, str(error) or type(error).__name__)
        return self._rules(origin, response)

    def _rules(self, origin: str, response: Response) -> bytes:
        """Return the rules in *response*, the final response after redirects."""
        status = response.status
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{status}")
        is_there = 200 <= status < 300
        if not is_there and (not 400 <= status < 500 or status == TOO_MANY_REQUESTS):
            return self._nothing_allowed(origin, f"HTTP status {status}")
        if rights := getattr(self.crawler.spider, "site_rights", None):
            rights.fetched(origin, SOURCE, response.body if is_there else None, fetch_time(response))
        return _first_part(response.body) if is_there else b""

    def _nothing_allowed(self, origin: str, problem: str) -> bytes:
        logger.warning("robots.txt of %s could not be fetched (%s), so nothing is fetched there", origin, problem)
        self._unreachable[origin] = PageIgnored("no_robots", f"its robots.txt could not be fetched: {problem}")
        return NOTHING_ALLOWED


def _first_part(body: bytes) -> bytes:
    """Return the whole lines within the first MAX_BYTES of a robots.txt."""
    return body if len(body) <= MAX_BYTES else body[:MAX_BYTES].rpartition(b"\n")[0]
