"""Runs an entry in a process that is shared with other runs, past and concurrent.

Scrapy features that assume one crawl per process are off: log handler, statistics dump, progress line, telnet console,
memory watch.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerRunner, Crawler

from portalcrawl.errors import PortalcrawlError, RunLockedError, RunTooLateError
from portalcrawl.fleet.process_log import entry_name
from portalcrawl.fleet.start_store import Outcome
from portalcrawl.scheduling.durations import format_duration
from portalcrawl.spiders.portal import PortalSpider, make_session

if TYPE_CHECKING:
    from scrapy.settings import Settings

    from portalcrawl.runs.run import Run
    from portalcrawl.runs.session import RunSession
    from portalcrawl.scheduling.entries import ScheduleEntry

logger = logging.getLogger("portalcrawl.fleet")

PER_PROCESS = {
    "LOG_ENABLED": False,
    "PROGRESS_ENABLED": False,
    "STATS_DUMP": False,
    "LOGSTATS_INTERVAL": 0,
    "MEMUSAGE_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
}
"""Settings of runs that share a process."""
STOP_INTERVAL = 0.2
"""Seconds between two attempts to stop a crawl whose engine is not running yet."""
ENDS_WITHIN = 60.0
"""Seconds within which a stopped run must end; publishing takes up to 30."""


class RunHangsError(Exception):
    """A run did not end after it was stopped; its process must not be used for other runs."""


class WarmRunner:
    """Runs any number of entries concurrently."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._settings.setdict(PER_PROCESS, priority="cmdline")
        self._runner = AsyncCrawlerRunner(self._settings)
        self._is_stopping = False
        self._crawls: dict[Crawler, asyncio.Task[None]] = {}

    async def run(self, entry: ScheduleEntry) -> Outcome:
        """Crawl *entry* to its end and return the outcome; raise RunHangsError if the crawl can't be stopped."""
        entry_name.set(entry.name)
        if self._is_stopping:
            return Outcome(None, skipped="its worker is ending")
        settings = self._settings.copy()
        settings.setdict(dict(entry.settings), priority="cmdline")
        try:
            session = make_session(settings, entry.arguments)
            # In a thread, so that other runs continue while this one waits for the database.
            run = await asyncio.to_thread(session.open)
        except (RunLockedError, RunTooLateError) as error:
            return Outcome(None, skipped=str(error))
        except PortalcrawlError as error:
            return Outcome("failed", (str(error),))
        is_cancelled = await self._crawl(entry, session, settings)
        # Not if it hangs: without its lease it could commit beside another run. The lease expires with the process.
        session.close()
        return _outcome(run, entry.limit if is_cancelled else None)

    async def _crawl(self, entry: ScheduleEntry, session: RunSession, settings: Settings) -> bool:
        """Crawl; return whether the run was stopped because it exceeded the entry's limit."""
        crawler = Crawler(PortalSpider, settings)
        crawl = self._crawls[crawler] = self._runner.crawl(crawler, session=session)
        crawl.add_done_callback(lambda _: self._crawls.pop(crawler))
        if self._is_stopping:
            stopping = asyncio.ensure_future(_stop(crawler, crawl))
        done, _ = await asyncio.wait({crawl}, timeout=entry.limit)
        if not done:
            logger.error("%s: runs longer than %s; it is cancelled", entry.name, format_duration(entry.limit))
            stopping = asyncio.ensure_future(_stop(crawler, crawl))
            await asyncio.wait({crawl}, timeout=ENDS_WITHIN)
            stopping.cancel()
            if not crawl.done():
                raise RunHangsError(f"{entry.name} did not end when it was cancelled")
        if (error := crawl.exception()) is not None:
            logger.error("%s: the crawl ended with an exception", entry.name, exc_info=error)
        return not done

    async def stop(self) -> None:
        """Stop all crawls, so that they publish; return when they have ended."""
        self._is_stopping = True
        await asyncio.gather(*(_stop(crawler, crawl) for crawler, crawl in list(self._crawls.items())))


async def _stop(crawler: Crawler, crawl: asyncio.Task[None]) -> None:
    """Stop *crawler* and wait for the end of *crawl*; retry until its engine is running and can be stopped."""
    while not crawl.done():
        engine = crawler._engine
        if crawler.crawling and engine is not None and engine.running:
            await crawler.stop_async()
        await asyncio.wait({crawl}, timeout=STOP_INTERVAL)


def _outcome(run: Run, exceeded: float | None) -> Outcome:
    if run.manifest is None:
        return Outcome("failed", (run.broken or "nothing was published",), run.id)
    verdict = run.manifest.verdict
    reasons = tuple(verdict.reasons)
    if exceeded is not None:
        cancelled = f"cancelled: it ran longer than {format_duration(exceeded)}"
        return Outcome("failed", (cancelled, *reasons), run.id, run.manifest.counts)
    return Outcome(verdict.level, reasons, run.id, run.manifest.counts)
