"""The spider, which contains only requests and callbacks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DontCloseSpider

from portalcrawl.crawl.failures import HostPaused, reason_of
from portalcrawl.crawl.fetch_policy import FetchPolicy, conditional_headers, to_browser
from portalcrawl.crawl.frontier import Frontier
from portalcrawl.crawl.page_handler import PageHandler, PageResult
from portalcrawl.crawl.politeness import Politeness
from portalcrawl.crawl.site_rights import SiteRights
from portalcrawl.discovery.document_type import is_document_url, may_be_document
from portalcrawl.errors import DataFolderError
from portalcrawl.extraction.pagination import ListPages
from portalcrawl.items import Article
from portalcrawl.rendering.browser_path import require_browser
from portalcrawl.runs.plan import Plan, Start, make_plan
from portalcrawl.runs.reading_guard import ReadingGuard
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.runs.session import RunSession
from portalcrawl.spiders.download_slots import set_download_slots
from portalcrawl.storage.host_budget import HostBudget

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from portalcrawl.crawl.discovery import Target
    from portalcrawl.document_requests import DocumentRequests
    from portalcrawl.extraction.page import Page
    from portalcrawl.items import Teaser
    from portalcrawl.runs.run import Run
    from portalcrawl.storage.records import Record

START_PRIORITY = 10
MAX_STARTS = 200
"""Most start pages in Scrapy's queue: for each request that it returns, the queue goes through all of its hosts."""
POLL = 0.05
"""Seconds between two checks whether more start pages may be requested."""
MAX_QUEUE = 5_000
"""Most requests in memory. Further links wait in the state, so that memory use does not grow with the portal."""


def make_session(settings: BaseSettings, arguments: Mapping[str, str]) -> RunSession:
    """Return the session of a run with these spider *arguments*, not opened yet.

    :raises UsageError: if an argument or a setting is wrong.
    """
    run_settings = RunSettings.from_settings(settings)
    plan = make_plan(arguments, run_settings.profiles)
    require_browser(plan, settings)
    return RunSession(plan, run_settings)


class PortalSpider(Spider):
    """Requests start pages, then the articles that their teasers link to, and so on."""

    name = "portal"

    def __init__(self, session: RunSession) -> None:
        super().__init__()
        self.session = session
        self._starts_under_way = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, session: RunSession | None = None, **kwargs: Any) -> Self:
        """Return a spider with the given arguments; raise UsageError if one is wrong.

        The crawl command passes a *session* that it has opened; otherwise one is opened when the crawl starts.
        """
        session = session or make_session(crawler.settings, kwargs)
        set_download_slots(crawler.settings, session.plan.profiles.values())
        spider = cls(session)
        spider._set_crawler(crawler)
        return spider

    @property
    def run(self) -> Run:
        """The current run; opened on first use."""
        return self.session.run or self.session.open()

    @property
    def politeness(self) -> Politeness | None:
        """Decides when requests may be sent to which host; None while no run is open."""
        return self._politeness if self.session.run is not None else None

    @cached_property
    def _politeness(self) -> Politeness:
        settings = self.run.settings
        budget = HostBudget.beside(settings.state_url, settings.data_dir / "locks")
        return Politeness(budget, settings.politeness)

    @property
    def site_rights(self) -> SiteRights | None:
        """The sites' statements about the use of their content; None while no run is open."""
        return self._site_rights if self.session.run is not None else None

    @cached_property
    def _site_rights(self) -> SiteRights:
        settings = self.crawler.settings
        agent = settings.get("ROBOTSTXT_USER_AGENT") or settings.get("USER_AGENT")
        return SiteRights(self.run.settings.data_dir / "rights", agent)

    @property
    def plan(self) -> Plan:
        """The checked arguments of the run."""
        return self.session.plan

    @property
    def articles_missing(self) -> int | None:
        """Number of articles still to be written; None: no limit."""
        limit = self.plan.arguments.max_articles
        return None if limit is None else limit - self.run.counts["articles"]

    async def start(self) -> AsyncIterator[Any]:
        """Yield requests for the start pages, then for links that earlier runs left pending."""
        self.run.counts["start_pages"] = len(self.plan.starts)
        self.crawler.signals.connect(self.take_up_pending, signals.spider_idle)
        self.crawler.signals.connect(self.item_failed, signals.item_error)
        self.frontier.expect((start.profile, start.url) for start in self.plan.starts)
        for start in self.plan.starts:
            if self.guard.is_refused(self.frontier.start(start.profile, start.url)):
                continue
            while self._starts_under_way >= MAX_STARTS:
                if self._is_done:
                    return
                await asyncio.sleep(POLL)
            self._starts_under_way += 1
            yield self._start_request(start, 1)
        for record in islice(self.frontier.pending(before_pages=True), MAX_QUEUE):
            yield self._article_request(record, "pending")

    @property
    def _is_done(self) -> bool:
        """Whether no more requests are to be made, even if there are links left."""
        missing = self.articles_missing
        return self.run.broken is not None or (missing is not None and missing <= 0)

    @cached_property
    def frontier(self) -> Frontier:
        """The links of the run."""
        return Frontier(self.run.crawl, self._is_given_up)

    def _is_given_up(self, record: Record) -> bool:
        host = urlsplit(self.plan.address(record.url)).hostname or ""
        return self._politeness.given_up(host) is not None

    @cached_property
    def page_handler(self) -> PageHandler:
        """Handles the pages of the run."""
        return PageHandler(self.run.crawl, self.frontier, self.fetch_policy, self._site_rights)

    @cached_property
    def guard(self) -> ReadingGuard:
        """Reads pages so that no page can end the run."""
        return ReadingGuard(self.run, self.page_handler)

    @cached_property
    def fetch_policy(self) -> FetchPolicy:
        """Decides which pages a browser renders."""
        return FetchPolicy(self.run.crawl, self._has_browser)

    @cached_property
    def documents(self) -> DocumentRequests:
        """The feeds and sitemaps of the run."""
        from portalcrawl.document_requests import DocumentRequests  # imported here, since most runs need none

        return DocumentRequests(self.run, self.frontier, self.page_handler, self.guard, self.requests)

    def _discovers(self, portal: str) -> bool:
        """Return whether feeds or sitemaps of *portal* are requested."""
        rules = self.plan.discovery(self.plan.profiles[portal])
        return self.plan.arguments.follow and bool(rules.feeds or rules.sitemaps)

    def robots_read(self, origin: str, body: bytes) -> None:
        """Add the sitemaps that a robots.txt lists; called by RobotsMiddleware."""
        if any(map(self._discovers, self.plan.profiles)):
            self.documents.discovery.add_robots(origin, body)

    def _next_documents(self, portal: str) -> Iterator[Request]:
        """Yield the request for the portal's next feed or sitemap, unless one is under way or none is left."""
        if "documents" in self.__dict__ or self._discovers(portal):
            yield from self.documents.next(portal)

    def _has_browser(self) -> bool:
        handlers = getattr(self.crawler.engine.downloader, "handlers", None)
        return bool(getattr(handlers, "has_browser", False))

    def take_up_pending(self) -> None:
        """Request the pending links and the next documents; called when the queue is empty.

        Raises DontCloseSpider if there are any or the commit must be repeated, CloseSpider if the run is broken or has
        written ``max_articles``.
        """
        if self.run.broken:
            raise CloseSpider("broken")
        if self.articles_missing is not None and self.articles_missing <= 0:
            raise CloseSpider("max_articles")
        try:
            is_committed = self.run.commit()
        except (OSError, DataFolderError) as error:
            self.run.break_off(error)
            raise CloseSpider("broken") from None
        if not is_committed:
            raise DontCloseSpider
        pending = islice(self.frontier.pending(), MAX_QUEUE)
        waiting = [self._article_request(record, "pending") for record in pending]
        for portal in self.plan.profiles:
            waiting += self._next_documents(portal)
        for request in waiting:
            self.crawler.engine.crawl(request)
        if waiting:
            raise DontCloseSpider

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Any]:
        """Read a page as a start page, for ``scrapy parse``; nothing is kept in the data folder."""
        if self.session.run is None:
            settings = self.session.settings
            self.session = RunSession(make_plan({"url": response.url}, settings.profiles), settings)
            self.crawler.signals.connect(self.session.close, signals.spider_closed)
            self.session.open_temporary()
        yield from self.parse_start(response, Start(response.url, self.plan.starts[0].profile), 1)

    def parse_start(
        self, response: Response, start: Start, number: int, pages: ListPages | None = None
    ) -> Iterator[Any]:
        """Read a start page, which may be a feed or sitemap, or a further page of a list.

        *number* is the number of the page in its list, from 1; *pages* are the pages of the list read so far.
        """
        self._starts_under_way -= number == 1
        if number == 1 and (response.status == 304 or may_be_document(response.body, response.url)):
            yield from self._read_start_document(response, self.documents.discovery.start(start.profile, start.url))
            return
        record = self.frontier.start(start.profile, start.url)
        before = pages or ListPages()
        found = self.guard.read(
            response, record, lambda page: self._read_start(page, start, number, before), is_start=True
        )
        if found and found.render_reason:
            self._starts_under_way += number == 1
            yield to_browser(self._start_request(start, number, pages), found.render_reason)
        elif found:
            yield from found.items
            if found.next_page:
                yield self._start_request(Start(found.next_page, start.profile), number + 1, before)
            yield from self.requests(found, "teaser")
        yield from self._next_documents(start.profile.name)

    def _read_start_document(self, response: Response, target: Target) -> Iterator[Any]:
        read_before = target.record.read_at
        yield from self.documents.parse(response, target)
        if target.record.read_at == read_before:
            self.run.counts["start_pages_failed"] += 1
        else:
            self.run.counts["start_links"] += target.record.links

    def _read_start(self, page: Page, start: Start, number: int, pages: ListPages) -> PageResult | None:
        """Return the result of *page*, with the list's next page if there is one; None if it has failed."""
        found = self.page_handler.start_page(page, start.url, pages, is_first=number == 1)
        if found and not found.render_reason:
            if self._discovers(start.profile.name):
                self.documents.discovery.add_page(page)
            if page.page_type != "article" and number < self.plan.arguments.pages:
                found.next_page = pages.next_page(page)
        return found

    def parse_article(self, response: Response, record: Record, via: str) -> Iterator[Any]:
        """Read the page of an article; *via* is how the crawl found it (``Article.discovered_via``)."""
        if response.status == 304:
            if record.revision:
                self.page_handler.unchanged(record)
            else:  # the request was not conditional
                self.page_handler.failed(record, "http_304")
            return
        found = self.guard.read(
            response, record, lambda page: self.page_handler.article_page(page, record, via), is_start=False
        )
        if found and found.render_reason:
            yield to_browser(self._article_request(record, via), found.render_reason)
        elif found:
            yield from found.items
            yield from self.requests(found, "teaser")

    def closed(self, reason: str) -> None:
        """Close the politeness; the run is closed by the session."""
        if "_politeness" in self.__dict__:
            self._politeness.close()

    def item_failed(self, item: Article | Teaser) -> None:
        """Record a failed attempt for an article for which a pipeline raised an exception; attempts are limited."""
        if isinstance(item, Article) and (record := self.run.articles.give_up(item)):
            self.run.counts["exceptions"] += 1
            self.page_handler.failed(record, "error")

    def failed(self, failure: Failure) -> None:
        """Record that a page could not be fetched, and why."""
        request: Request = failure.request  # type: ignore[attr-defined]
        self._starts_under_way -= request.cb_kwargs.get("number") == 1
        record: Record | None = request.cb_kwargs.get("record")
        if isinstance(failure.value, HostPaused):
            self.page_handler.waits(record, failure.value.reason, failure.value.until)
        else:
            self.page_handler.failed(record, reason_of(failure))

    def requests(self, found: PageResult, via: str) -> Iterator[Request]:
        """Yield requests for the articles in *found* while the queue has room; postpone the others."""
        for record in found.follow:
            if len(self.crawler.engine.scheduler or ()) < MAX_QUEUE:  # type: ignore[arg-type]
                yield self._article_request(record, via)
            else:
                self.frontier.postpone(record)

    def _start_request(self, start: Start, number: int, pages: ListPages | None = None) -> Request:
        request = Request(
            start.url,
            callback=self.parse_start,
            errback=self.failed,
            cb_kwargs={"start": start, "number": number, "pages": pages},
            meta={"portal": start.profile.name},
            priority=START_PRIORITY,
            dont_filter=True,
        )
        if number == 1 and is_document_url(start.url):
            return self._as_document(request, start)
        reason = self.fetch_policy.known_reason(start.profile.name, request.url, "start")
        return to_browser(request, reason) if reason else request

    def _as_document(self, request: Request, start: Start) -> Request:
        """Return *request*, whose URL looks like a feed or sitemap; conditional if it was read as one before."""
        from portalcrawl.document_requests import document_meta  # imported here, since most runs need none

        target = self.documents.discovery.start(start.profile, start.url)
        return request.replace(headers=conditional_headers(target.record), meta=document_meta(target))

    def _article_request(self, record: Record, via: str) -> Request:
        """Return the request for an article, conditional if the state has validators."""
        asks_again = record.revision and self.frontier.is_conditional(record)
        self.frontier.request(record)
        request = Request(
            self.plan.address(record.url),
            callback=self.parse_article,
            errback=self.failed,
            headers=conditional_headers(record) if asks_again else {},
            cb_kwargs={"record": record, "via": via},
            meta={"portal": record.portal, "handle_httpstatus_list": [304]},
            # The frontier requests each article only once. Scrapy's filter by URL would also drop redirects to pages
            # that were fetched before, and the state would not record the reason.
            dont_filter=True,
        )
        reason = self.fetch_policy.known_reason(record.portal, request.url, "article")
        return to_browser(request, reason) if reason else request
