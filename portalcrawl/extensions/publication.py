"""Commits what was written every few seconds, and publishes the run when the spider closes."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from portalcrawl.errors import DataFolderError
from portalcrawl.runs.told import published_line

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

    from portalcrawl.runs.session import RunSession

logger = logging.getLogger(__name__)


class Publication:
    """Keeps the run of a spider that has one; ``scrapy shell`` opens none."""

    def __init__(self, crawler: Crawler, session: RunSession) -> None:
        self._crawler = crawler
        self._session = session
        self._commits = create_looping_call(self._commit)
        self._is_ending = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the extension; NotConfigured for other spiders than the product's."""
        session: RunSession | None = getattr(crawler.spider, "session", None)
        if session is None:
            raise NotConfigured
        extension = cls(crawler, session)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_error, signals.spider_error)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        """Start to commit by time."""
        self._commits.start(self._session.settings.commit_seconds, now=False)

    def spider_error(self) -> None:
        """Count an exception in a callback."""
        if self._session.run is not None:
            self._session.run.counts["exceptions"] += 1

    def spider_closed(self, spider: Spider, reason: str) -> None:
        """Publish what was written and give up the locks."""
        if self._commits.running:
            self._commits.stop()
        run = self._session.run
        if run is None:
            return
        try:
            manifest = run.publish(reason)
            for name, number in manifest.counts.items():
                self._crawler.stats.set_value(f"portalcrawl/{name}", number)
            logger.info("%s", published_line(manifest))
        except (OSError, DataFolderError) as error:
            run.break_off(error)
            logger.error("The run could not be published: %s; the next run publishes what is committed", run.broken)
        finally:
            self._session.close()

    def _commit(self) -> None:
        run = self._session.run
        if run is None:
            return
        if not run.broken:
            try:
                run.commit()
            except (OSError, DataFolderError) as error:
                run.break_off(error)
        if run.broken and not self._is_ending:
            self._is_ending = True
            logger.error("The run ends: %s", run.broken)
            self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="broken"))
