"""Fetches the few pages and documents from which a profile is drafted, under the same rules as a crawl."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest

from portalcrawl.crawl.failures import HostPaused, ignored_reason
from portalcrawl.discovery.document_type import type_of
from portalcrawl.discovery.entries import Child, DocumentError, Entry
from portalcrawl.discovery.links import feed_links, robots_sitemaps
from portalcrawl.discovery.reader import Received, read_document
from portalcrawl.drafting.draft import DraftError
from portalcrawl.drafting.evidence import DocumentEvidence, Evidence, section_links
from portalcrawl.extraction.page import Page, fetch_time

if TYPE_CHECKING:
    from scrapy.http import Response

    from portalcrawl.crawl.politeness import Politeness
    from portalcrawl.profiles.model import Profile
    from portalcrawl.runs.plan import Plan

MAX_REQUESTS = 10
"""Most requests for one draft, including robots.txt and excluding redirects."""
MAX_FEEDS, MAX_SITEMAPS, MAX_SECTIONS, MAX_ARTICLES = 2, 2, 2, 2
MAX_ENTRIES = 2_000
"""Most entries that are read from one document."""


@dataclass(slots=True)
class DraftResult:
    """The evidence, or the reason why nothing was fetched."""

    evidence: Evidence | None = None
    problem: str = "Scrapy did not start"


class DraftSpider(Spider):
    """Fetches a front page, then feeds, sitemaps, sections and articles, one request at a time."""

    name = "portals"
    custom_settings = {  # noqa: RUF012 - as Scrapy declares it
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {},
        "SCHEDULER": "scrapy.core.scheduler.Scheduler",
    }

    def __init__(self, plan: Plan, result: DraftResult, politeness: Politeness) -> None:
        super().__init__()
        self.plan = plan
        self.result = result
        self.politeness = politeness
        """Used by the downloader and the middlewares."""
        self._requests = 1  # the request for robots.txt
        self._sitemaps: list[str] = []

    def robots_read(self, origin: str, body: bytes) -> None:
        """Add the sitemaps that a robots.txt lists; called by RobotsMiddleware."""
        self._sitemaps += [url for url in robots_sitemaps(body, origin) if url not in self._sitemaps]

    async def start(self) -> AsyncIterator[Any]:
        """Fetch everything and fill the result; yield nothing."""
        start = self.plan.starts[0]
        try:
            response = await self._fetch(start.url)
        except DraftError as error:
            self.result.problem = str(error)
            return
        page = Page(response, start.profile)
        if not page.is_html or type_of(response.body):
            self.result.problem = "it is no page of HTML"
            return
        self.result.evidence = evidence = Evidence(page)
        await self._feeds(evidence)
        await self._read_sitemaps(evidence)
        await self._pages(evidence.sections, section_links(page), start.profile, MAX_SECTIONS)
        articles = (parts.url for each in evidence.pages for parts in each.teasers)
        await self._pages(evidence.articles, list(dict.fromkeys(articles)), start.profile, MAX_ARTICLES)
        evidence.requests = self._requests
        return
        yield

    async def _fetch(self, url: str) -> Response:
        """Return the response for *url*; raise DraftError if it fails or MAX_REQUESTS is reached."""
        if self._requests >= MAX_REQUESTS:
            raise DraftError("not fetched")
        self._requests += 1
        request = Request(url, meta={"portal": self.plan.starts[0].profile.name})
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(request)
        except IgnoreRequest as error:
            self._requests -= 1  # dropped before it was sent, for example because of robots.txt
            raise DraftError(_message(error)) from None
        except Exception as error:  # noqa: BLE001 - any error of any download handler
            raise DraftError(str(error) or type(error).__name__) from None
        if response.status != 200:
            raise DraftError(f"HTTP status {response.status}")
        return response

    async def _feeds(self, evidence: Evidence) -> None:
        named = list(dict.fromkeys(feed_links(evidence.front.root, evidence.front.base_url)))
        evidence.feeds = [await self._document(url) for url in named[:MAX_FEEDS]]
        evidence.more_feeds = len(named) - len(evidence.feeds)

    async def _read_sitemaps(self, evidence: Evidence) -> None:
        waiting = list(self._sitemaps)
        while waiting and len(evidence.sitemaps) < MAX_SITEMAPS:
            document = await self._document(waiting.pop(0))
            evidence.sitemaps.append(document)
            waiting = document.children + waiting
        evidence.more_sitemaps = len(waiting)

    async def _document(self, url: str) -> DocumentEvidence:
        profile = self.plan.starts[0].profile
        found = DocumentEvidence(url)
        if not profile.owns(url):
            found.problem = "on another host"
            return found
        try:
            response = await self._fetch(url)
            document = read_document(Received(response.body, response.url, fetch_time(response), profile.zone))
            for item in document.items:
                if isinstance(item, Entry):
                    found.entries.append(item)
                elif isinstance(item, Child):
                    found.children.append(item.url)
                if len(found.entries) + len(found.children) >= MAX_ENTRIES:
                    break
        except (DraftError, DocumentError) as error:
            found.problem = str(error)
        return found

    async def _pages(self, pages: list[Page], urls: Any, profile: Profile, most: int) -> None:
        """Fetch the pages at *urls* and add up to *most* of them to *pages*; those that fail are skipped."""
        known = {urlsplit(self.plan.starts[0].url).path}
        for url in urls:
            if len(pages) >= most or self._requests >= MAX_REQUESTS:
                return
            path = urlsplit(url).path
            if path in known:
                continue
            known.add(path)
            try:
                page = Page(await self._fetch(url), profile)
            except DraftError:
                continue
            if page.is_html:
                pages.append(page)


def _message(error: IgnoreRequest) -> str:
    """Return the reason why a request was not sent, for the user."""
    if isinstance(error, HostPaused):
        until = datetime.fromtimestamp(error.until, UTC).isoformat(timespec="seconds")
        return f"{error.host} asks for a pause until {until} ({error.reason})"
    return f"{ignored_reason(error)} ({error})"
