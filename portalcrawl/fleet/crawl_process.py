"""A process that runs jobs of the queue concurrently: ``python -m portalcrawl.fleet.crawl_process``.

The supervisor starts it and writes one line to its standard input, a :class:`ProcessOrder` as JSON. The pipe stays open
without further data, so end of file means that the supervisor is gone. The process writes JSON objects to standard
output, one per line: ``{"running": N}``, and ``{"leaving": REASON}`` once it takes no further jobs.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from procrastinate.exceptions import ProcrastinateException
from psutil import Process
from psycopg import Error as DriverError
from scrapy.utils.project import get_project_settings
from scrapy.utils.reactor import install_reactor

from portalcrawl.errors import DataFolderError
from portalcrawl.fleet.clock import QUEUE
from portalcrawl.fleet.database import Database
from portalcrawl.fleet.job_queue import add_crawl_task, make_app
from portalcrawl.fleet.process_log import log_to_stderr
from portalcrawl.fleet.start_store import Job, Outcome, Start, StartStore
from portalcrawl.fleet.warm_run import RunHangsError, WarmRunner
from portalcrawl.plurals import counted

if TYPE_CHECKING:
    from procrastinate import App
    from scrapy.settings import Settings

logger = logging.getLogger("portalcrawl.fleet")

BEATS_IN_LEASE = 6
RECORD_TRIES = 6
"""Attempts to record the end of a start, RECORD_WAIT seconds apart: PostgreSQL may be restarting."""
RECORD_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class ProcessOrder:
    """Parameters of a process, sent by the supervisor."""

    worker: str
    """Name of the worker that it belongs to."""
    concurrency: int
    """Number of concurrent runs."""
    settings: dict[str, Any]
    """Settings from the command line."""
    lease: float
    runs: int
    """Runs after which it is replaced."""
    memory: float
    """Megabytes after which it is replaced."""

    def to_line(self) -> bytes:
        """Return the order as a line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"


class CrawlProcess:
    """Takes jobs until it is stopped, has done its number of runs, or exceeds its memory limit."""

    def __init__(self, order: ProcessOrder, app: App, starts: StartStore, runner: WarmRunner) -> None:
        self._order = order
        self._app = app
        self._starts = starts
        self._runner = runner
        self._number: int | None = None
        """Id of this process as a worker of the queue (Procrastinate's worker id); known from the first job on."""
        self._runs = 0
        self._under_way = 0
        self._taking: asyncio.Task[None] | None = None
        self._is_leaving = False
        self._stopping: asyncio.Task[None] | None = None
        self.hangs = False
        """Whether a run does not stop, so that the process must exit."""

    async def run(self) -> None:
        """Take and run jobs; return when the last one has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, "it got a signal to end")
        loop.add_reader(sys.stdin.fileno(), self._supervisor_is_gone)
        async with self._app.open_async():
            beat = asyncio.ensure_future(self._beat())
            self._taking = asyncio.ensure_future(self._take_jobs())
            await asyncio.wait({self._taking})
            beat.cancel()
        if not self._taking.cancelled() and (error := self._taking.exception()) is not None:
            raise error

    async def _take_jobs(self) -> None:
        await self._app.run_worker_async(
            queues=[QUEUE],
            name=f"{self._order.worker}:{os.getpid()}",
            concurrency=self._order.concurrency,
            install_signal_handlers=False,
            delete_jobs="successful",
            update_heartbeat_interval=self._order.lease / BEATS_IN_LEASE,
            stalled_worker_timeout=self._order.lease,
        )

    async def _beat(self) -> None:
        """Send heartbeats, also after the process stopped taking jobs, when Procrastinate sends none."""
        while True:
            await asyncio.sleep(self._order.lease / BEATS_IN_LEASE)
            if self._number is None:
                continue
            try:
                await self._app.job_manager.update_heartbeat(self._number)
            except (ProcrastinateException, DriverError):
                self._leave("the database was unreachable")

    async def crawl(self, job: Job) -> None:
        """Run *job* and record how it ended."""
        self._number = job.process
        start = self._starts.begin(job, self._order.worker)
        if start is None:
            return
        self._count(+1)
        try:
            outcome = await self._outcome_of(start)
            _log(start, outcome)
            await self._record(start, outcome)
        finally:
            self._count(-1)
            self._leave_if_used_up()

    async def _outcome_of(self, start: Start) -> Outcome:
        try:
            return await self._runner.run(start.entry)
        except RunHangsError as error:
            self.hangs = True
            self._leave(str(error))
            return Outcome("failed", (str(error),))
        except Exception as error:
            logger.exception("%s: failed", start.entry.name)
            return Outcome("failed", (f"{type(error).__name__}: {error}",))

    async def _record(self, start: Start, outcome: Outcome) -> None:
        for tries_left in reversed(range(RECORD_TRIES)):
            try:
                self._starts.end(start, outcome)
            except DataFolderError as error:
                level = logging.WARNING if tries_left else logging.ERROR
                logger.log(level, "%s: not recorded: %s", start.entry.name, error)
            else:
                return
            if tries_left:
                await asyncio.sleep(RECORD_WAIT)

    def _count(self, change: int) -> None:
        self._under_way += change
        self._runs += change > 0
        _send_message(running=self._under_way)

    def _leave_if_used_up(self) -> None:
        """Take no further job after the maximum number of runs, or above the memory limit, to free its memory."""
        megabytes = Process().memory_info().rss / 1e6
        if self._runs >= self._order.runs:
            self._leave(f"it has made {counted(self._runs, 'run')}")
        elif megabytes >= self._order.memory:
            self._leave(f"it has grown to {megabytes:.0f} MB")

    def _leave(self, why: str) -> None:
        """Take no further job; current runs continue."""
        if self._is_leaving or self._taking is None:
            return
        self._is_leaving = True
        self._taking.cancel()
        _send_message(leaving=why)

    def _stop(self, why: str) -> None:
        """Take no further job, and let the current runs stop and publish; on the second call, exit at once."""
        if self._stopping:
            os._exit(1)
        ending = counted(self._under_way, "run ends", "runs end")
        logger.info("process %d: %s; %s", os.getpid(), why, ending)
        self._leave(why)
        self._stopping = asyncio.ensure_future(self._runner.stop())

    def _supervisor_is_gone(self) -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            if not self._stopping:
                self._stop("its supervisor is gone")


def _log(start: Start, outcome: Outcome) -> None:
    counts = outcome.counts
    if outcome.skipped:
        logger.info("%s: skipped: %s", start.entry.name, outcome.skipped)
        return
    level = logging.INFO if outcome.verdict == "ok" else logging.WARNING
    found = ", ".join(counted(counts.get(f"{each}s", 0), each) for each in ("article", "teaser"))
    reasons = f" ({'; '.join(outcome.reasons)})" if outcome.reasons else ""
    late = f", {start.late:.0f} s late" if start.late >= 1 else ""
    logger.log(
        level, "%s: run %s%s: %s; %s%s", start.entry.name, outcome.run or "-", late, found, outcome.verdict, reasons
    )


def _send_message(**message: object) -> None:
    """Write a line to the supervisor; ignored if the supervisor is gone."""
    with suppress(OSError):
        os.write(sys.stdout.fileno(), json.dumps(message).encode() + b"\n")


def make_process(order: ProcessOrder, settings: Settings) -> CrawlProcess:
    """Return a process for *order*; a reactor must be installed."""
    url = str(settings["STATE_URL"])
    app = make_app(url, connections=2)
    process = CrawlProcess(order, app, StartStore(Database(url)), WarmRunner(settings))
    add_crawl_task(app, process.crawl)
    return process


def _log_queue_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log in one line that the queue refused the end of a job, which was given up while this process was frozen."""
    error = context.get("exception")
    if isinstance(error, ProcrastinateException):
        logger.warning("a job can't be ended in the queue: %s", " ".join(str(error.__cause__ or error).split()))
    else:
        loop.default_exception_handler(context)


def _first_line() -> bytes:
    """Return the first line of standard input, read unbuffered so that end of file can be watched for afterwards."""
    line = b""
    while not line.endswith(b"\n") and (more := os.read(sys.stdin.fileno(), 65_536)):
        line += more
    return line


def main() -> int:
    """Run the process; return its exit code."""
    order = ProcessOrder(**json.loads(_first_line()))
    settings = get_project_settings()
    settings.setdict(order.settings, priority="cmdline")
    log_to_stderr(settings["LOG_LEVEL"])
    install_reactor(settings["TWISTED_REACTOR"], settings["ASYNCIO_EVENT_LOOP"])
    from twisted.internet import reactor as installed

    reactor: Any = installed
    process, failures = make_process(order, settings), []

    async def run() -> None:
        try:
            await process.run()
        except (ProcrastinateException, DriverError, OSError) as error:
            cause = " ".join(str(error.__cause__ or error).split())
            logger.warning("process %d ends: the queue can't be used: %s", os.getpid(), cause)
            failures.append(error)
        finally:
            reactor.stop()

    loop = asyncio.get_event_loop()
    loop.set_exception_handler(_log_queue_error)
    loop.call_soon(lambda: tasks.append(loop.create_task(run())))
    tasks: list[asyncio.Task[None]] = []
    reactor.run(installSignalHandlers=False)
    if process.hangs:
        logging.shutdown()
        os._exit(1)  # a normal exit would wait for the threads of the run
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
