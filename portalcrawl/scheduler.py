"""Scrapy's scheduler, limited so that exactly ``max_articles`` articles are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.scheduler import Scheduler

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class PortalScheduler(Scheduler):
    """Returns requests only while the pages under way can't exceed the number of articles that are still missing.

    Any page under way may turn out to be an article, so there are never more pages under way than missing articles.
    Articles that were not fetched stay pending in the state.
    """

    crawler: Crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PortalScheduler:
        """Return the scheduler of *crawler*."""
        scheduler = super().from_crawler(crawler)
        scheduler.crawler = crawler
        return scheduler

    def has_pending_requests(self) -> bool:
        """Return whether there are requests, and articles are still missing."""
        missing = self._missing()
        return (missing is None or missing > 0) and super().has_pending_requests()

    def next_request(self) -> Request | None:
        """Return the next request; None if there is none, or as long as no more pages may be under way."""
        missing = self._missing()
        if missing is not None and self._under_way() >= missing:
            return None
        return super().next_request()

    def _missing(self) -> int | None:
        missing: int | None = getattr(self.crawler.spider, "articles_missing", None)
        return missing

    def _under_way(self) -> int:
        slot: Any = self.crawler.engine._slot
        return len(slot.inprogress)
