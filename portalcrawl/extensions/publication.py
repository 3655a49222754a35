"""Commits the run every COMMIT_SECONDS, and publishes it when the spider closes."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from portalcrawl.errors import DataFolderError, PortalcrawlError
from portalcrawl.feeds.store.locating import TIMEOUT
from portalcrawl.runs.published_line import published_line
from portalcrawl.runs.rights_archive import FOLDER, copy_documents
from portalcrawl.runs.run import PATIENCE
from portalcrawl.storage.database import StateBusyError
from portalcrawl.storage.leases import RENEWALS

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy import Spider
    from scrapy.crawler import Crawler

    from portalcrawl.runs.run import Run
    from portalcrawl.runs.session import RunSession
    from portalcrawl.schema import Manifest

logger = logging.getLogger(__name__)

PATIENCE_WHEN_STOPPED = 5.0
"""Seconds that a run that the user has stopped waits for a state that another process has locked."""
RETRY_INTERVAL = 0.5
TIMEOUT_WHEN_STOPPED = 8.0
"""Timeout in seconds of requests to an object store if the user has stopped the run, which must end within 30 s."""


class Publication:
    """Commits and publishes the spider's run. Does nothing if no run was opened (``scrapy shell``)."""

    def __init__(self, crawler: Crawler, session: RunSession) -> None:
        self._crawler = crawler
        self._session = session
        self._commits = create_looping_call(self._work, lambda run: run.commit())
        self._renewals = create_looping_call(self._work, lambda run: run.keep_portals())
        self._is_ending = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension; raise NotConfigured for a spider that has no session."""
        session: RunSession | None = getattr(crawler.spider, "session", None)
        if session is None:
            raise NotConfigured
        extension = cls(crawler, session)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_error, signals.spider_error)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        self._commits.start(self._session.settings.commit_seconds, now=False)
        if self._session.settings.shares_state:
            # Commits renew the leases too, but COMMIT_SECONDS may be longer than a lease lasts.
            self._renewals.start(self._session.settings.lease_seconds / RENEWALS, now=False)

    def spider_error(self) -> None:
        """Count an exception in a callback."""
        if self._session.run is not None:
            self._session.run.counts["exceptions"] += 1

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """Publish the run and release the locks."""
        for loop in (self._commits, self._renewals):
            if loop.running:
                loop.stop()
        run = self._session.run
        if run is None:
            return
        try:
            manifest = await self._publish(run, reason)
            await self._deliver(run)
            for name, number in manifest.counts.items():
                self._crawler.stats.set_value(f"portalcrawl/{name}", number)
            logger.info("%s", published_line(manifest))
        except (OSError, DataFolderError) as error:
            run.break_off(error)
            logger.error("The run could not be published: %s; the next run publishes what is committed", run.broken)
        finally:
            self._session.close()

    async def _publish(self, run: Run, reason: str) -> Manifest:
        """Publish *run* and return its manifest; wait for a locked state, but only briefly if the user stopped the run.

        :raises StateBusyError: if it is still locked then.
        """
        began = monotonic()
        while True:
            try:
                return run.publish(reason)
            except StateBusyError:
                waited = monotonic() - began
                if waited > PATIENCE or (waited > PATIENCE_WHEN_STOPPED and not self._crawler.crawling):
                    raise
            await asyncio.sleep(RETRY_INTERVAL)

    async def _deliver(self, run: Run) -> None:
        """Publish the files in the outbox; in a thread, so that other runs in the process are not blocked."""
        timeout = TIMEOUT if self._crawler.crawling else TIMEOUT_WHEN_STOPPED
        if self._session.settings.uses_outbox and self._session.settings.keeps_state:
            await asyncio.to_thread(run.deliver, timeout)
        else:  # an in-memory SQLite database can be used only in its own thread
            run.deliver(timeout)
        settings = self._session.settings
        try:
            await asyncio.to_thread(copy_documents, settings.data_dir, settings.feeds_url, timeout)
        except (OSError, PortalcrawlError) as error:
            logger.warning(
                "Documents of rights are only in %s until a later run copies them: %s",
                settings.data_dir / FOLDER,
                error,
            )
        if run.delayed:
            logger.warning("The committed lines are not published yet: %s; a later run publishes them", run.delayed)

    def _work(self, work: Callable[[Run], object]) -> None:
        """Call *work* with the run; close the spider if the run is broken."""
        run = self._session.run
        if run is None:
            return
        if not run.broken:
            try:
                work(run)
            except (OSError, DataFolderError) as error:
                run.break_off(error)
        if run.broken and not self._is_ending:
            self._is_ending = True
            logger.error("The run ends: %s", run.broken)
            self._closing = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="broken"))
