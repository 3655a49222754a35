"""Fetches ``/.well-known/tdmrep.json`` (W3C TDM Reservation Protocol) from each crawled site, once per run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK

from portalcrawl.component import Component
from portalcrawl.crawl.site_rights import SiteRights
from portalcrawl.extraction.page import fetch_time
from portalcrawl.rights.tdmrep import MAX_BYTES, PATH, SOURCE
from portalcrawl.urls import site_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

TIMEOUT = 10
"""Seconds that fetching the file may take, since requests to the site wait for it."""
DOCUMENT = "rights_document"
"""Key in ``Request.meta`` that marks requests for tdmrep.json."""


class TdmrepMiddleware(Component):
    """Delays a page's request until the site's tdmrep.json was fetched, or the attempt has failed.

    The page is fetched whatever the file says. Must process requests after RobotsMiddleware, which checks the request
    for tdmrep.json too.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("TDMREP_ENABLED"):
            raise NotConfigured
        super().__init__(crawler)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def process_request(self, request: Request) -> None:
        """Wait until the tdmrep.json of the request's site has been fetched."""
        rights: SiteRights | None = getattr(self._crawler.spider, "site_rights", None)
        meta = request.meta
        if rights is None or not meta.get("portal") or meta.get("dont_obey_robotstxt") or meta.get(DOCUMENT):
            return
        origin = site_of(request.url)
        if origin not in self._tasks:
            self._tasks[origin] = asyncio.ensure_future(self._fetch(origin, meta["portal"], rights))
        await asyncio.shield(self._tasks[origin])

    async def _fetch(self, origin: str, portal: str, rights: SiteRights) -> None:
        meta = {"portal": portal, DOCUMENT: True, "dont_retry": True, "download_timeout": TIMEOUT}
        meta["download_maxsize"] = MAX_BYTES
        request = Request(f"{origin}{PATH}", meta=meta, callback=NO_CALLBACK, priority=1000)
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception:  # noqa: BLE001 - pages are fetched even if this file can't be
            return
        if response.status in (200, 404, 410):
            body = response.body if response.status == 200 else None
            rights.fetched(origin, SOURCE, body, fetch_time(response))
