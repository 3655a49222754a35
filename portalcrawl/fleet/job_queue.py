"""Procrastinate's part: its application, the task of the clock, and the jobs of workers that died."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import make_url

from portalcrawl.errors import DataFolderError
from portalcrawl.fleet.clock import QUEUE, TASK, Clock
from portalcrawl.fleet.database import connection_address
from portalcrawl.fleet.start_store import Job, StartStore
from portalcrawl.fleet.worker_store import WorkerStore
from portalcrawl.plurals import counted
from portalcrawl.storage.postgresql import connect_arguments

logger = logging.getLogger("portalcrawl.fleet")

CLOCK_QUEUE = "clock"
CLOCK_TASK = "tick"
CLOCK_CRON = "* * * * * */5"
"""Every five seconds: croniter, which Procrastinate reads it with, takes seconds as a sixth field."""
HOUSEKEEPING = 60.0
"""Seconds between two clean-ups."""
JOBS_KEPT_HOURS = 48
DIED = "its worker died or was cut off; the portal's next run publishes what it had committed"


def make_app(state_url: str, connections: int) -> App:
    """Return Procrastinate's application on the database of *state_url*, without tasks, not opened."""
    options = connect_arguments(make_url(state_url), "portalcrawl fleet queue")
    address = connection_address(state_url)
    return App(connector=PsycopgConnector(conninfo=address, kwargs=options, min_size=1, max_size=connections))


def add_crawl_task(app: App, crawl: Callable[[Job], Awaitable[None]]) -> None:
    """Have *app* run the jobs of entries by *crawl*."""

    async def run_job(context: JobContext, entry: str, due: float, by_hand: bool) -> None:
        await crawl(Job(context.job.id or 0, entry, due, by_hand, context.job.worker_id))

    app.task(name=TASK, queue=QUEUE, pass_context=True)(run_job)


class Housekeeper:
    """Ticks the clock, fails the jobs of dead workers, and deletes what is old: the task of CLOCK_QUEUE."""

    def __init__(self, app: App, clock: Clock, starts: StartStore, workers: WorkerStore, lease: float) -> None:
        self._app = app
        self._clock = clock
        self._starts = starts
        self._workers = workers
        self._lease = lease
        """Seconds without a heartbeat after which a process counts as dead."""
        self._next_housekeeping = 0.0
        # Of several workers one ticks at a time; the others' jobs fall on the same queueing lock.
        task = app.task(name=CLOCK_TASK, queue=CLOCK_QUEUE, queueing_lock=CLOCK_QUEUE)(self.tick)
        app.periodic(cron=CLOCK_CRON)(task)

    async def tick(self, timestamp: int) -> None:
        """Do what is due."""
        try:
            tick = await asyncio.to_thread(self._clock.tick)
            if tick.started:
                logger.debug("due: %s", ", ".join(tick.started))
            await self._fail_stalled()
            loop = asyncio.get_running_loop()
            if loop.time() >= self._next_housekeeping:
                self._next_housekeeping = loop.time() + HOUSEKEEPING
                await asyncio.to_thread(self._remove_old)
                await self._app.job_manager.delete_old_jobs(JOBS_KEPT_HOURS, include_failed=True)
        except DataFolderError as error:
            logger.error("%s", error)

    async def _fail_stalled(self) -> None:
        """Fail the jobs of dead processes. The next time is the retry: a job put back could meet one that waits."""
        manager = self._app.job_manager
        stalled = [job.id for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._lease) if job.id]
        for number in stalled:
            try:
                await manager.finish_job_by_id_async(number, Status.FAILED, delete_job=False)
            except ConnectorException:
                logger.info("job %d has ended after all", number)
        for entry in await asyncio.to_thread(self._starts.give_up, stalled, DIED) if stalled else ():
            logger.warning("%s: failed: %s", entry, DIED)

    def _remove_old(self) -> None:
        if moved := self._clock.count_anew():
            entries = counted(moved, "entry", "entries")
            logger.warning("the database's clock was set back: the times of %s are counted anew", entries)
        self._starts.remove_old()
        self._workers.forget_dead()
