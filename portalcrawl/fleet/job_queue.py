"""Procrastinate: the application, the clock's task, and cleanup of the jobs of dead workers."""

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
"""Every five seconds: croniter, which Procrastinate uses, accepts seconds as a sixth field."""
HOUSEKEEPING = 60.0
"""Seconds between two cleanups."""
JOBS_KEPT_HOURS = 48
DIED = "its worker died or was cut off; the portal's next run publishes what it had committed"


def make_app(state_url: str, connections: int) -> App:
    """Return a Procrastinate app for the database of *state_url*, without tasks and not opened."""
    options = connect_arguments(make_url(state_url), "portalcrawl fleet queue")
    address = connection_address(state_url)
    return App(connector=PsycopgConnector(conninfo=address, kwargs=options, min_size=1, max_size=connections))


def add_crawl_task(app: App, crawl: Callable[[Job], Awaitable[None]]) -> None:
    """Register a task with *app* that runs the jobs of entries with *crawl*."""

    async def run_job(context: JobContext, entry: str, due: float, by_hand: bool) -> None:
        await crawl(Job(context.job.id or 0, entry, due, by_hand, context.job.worker_id))

    app.task(name=TASK, queue=QUEUE, pass_context=True)(run_job)


class Housekeeper:
    """The task of CLOCK_QUEUE: ticks the clock, fails the jobs of dead workers, deletes old records."""

    def __init__(self, app: App, clock: Clock, starts: StartStore, workers: WorkerStore, lease: float) -> None:
        self._app = app
        self._clock = clock
        self._starts = starts
        self._workers = workers
        self._lease = lease
        """Seconds without a heartbeat after which a process counts as dead."""
        self._next_housekeeping = 0.0
        # Only one worker ticks at a time: the others' periodic jobs are refused by the queueing lock.
        task = app.task(name=CLOCK_TASK, queue=CLOCK_QUEUE, queueing_lock=CLOCK_QUEUE)(self.tick)
        app.periodic(cron=CLOCK_CRON)(task)

    async def tick(self, timestamp: int) -> None:
        """Tick the clock, and clean up if it is time to."""
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
        """Fail the jobs of dead processes.

        They are not requeued, as another job of the entry may be waiting; the entry's next start is the retry.
        """
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
            logger.warning("the database's clock was set back: the next times of %s are recalculated", entries)
        self._starts.remove_old()
        self._workers.forget_dead()
