"""Restricts requests to the portal's own hosts, and to public addresses."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from portalcrawl.component import Component
from portalcrawl.crawl.failures import PageIgnored
from portalcrawl.urls import is_private_host

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class OriginMiddleware(Component):
    """Drops requests, including redirected ones, to hosts of other sites and to private addresses.

    Origins that were given by the user or a profile are always allowed. Requests without a portal (``scrapy shell``)
    are not checked.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._private: dict[str, bool] = {}

    async def process_request(self, request: Request) -> None:
        """Raise PageIgnored if *request* is not allowed."""
        name, plan = request.meta.get("portal"), getattr(self._crawler.spider, "plan", None)
        if name is None or plan is None:
            return
        profile = plan.profiles[name]
        if plan.allows_origin(profile, request.url):
            return
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise PageIgnored("scheme", f"{request.url} is not an http(s) URL")
        # RFC 9309, 2.3.1.2: a robots.txt may be redirected to another host.
        if not profile.owns(request.url) and not request.meta.get("dont_obey_robotstxt"):
            raise PageIgnored("foreign_host", f"{request.url} does not belong to the portal {profile.name}")
        if await self._is_private(parts.hostname or ""):
            raise PageIgnored("private_address", f"{request.url} leads to a private address")

    async def _is_private(self, host: str) -> bool:
        if host not in self._private:
            self._private[host] = is_private_host(host) or await _resolves_to_private(host)
        return self._private[host]


async def _resolves_to_private(host: str) -> bool:
    """Return whether any address of *host* is private; False if it can't be resolved, which fails later anyway."""
    try:
        found: list[Any] = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(is_private_host(str(entry[4][0])) for entry in found)
