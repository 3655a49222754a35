"""``scrapy fleet worker``: supervises processes that run jobs, and ticks the clock.

The supervisor itself does not crawl, so it survives the death of its processes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field

from procrastinate.exceptions import ProcrastinateException
from psycopg import Error as DriverError

from portalcrawl.errors import DataFolderError
from portalcrawl.feeds.store.locating import open_store
from portalcrawl.fleet.clock import Clock
from portalcrawl.fleet.crawl_process import ProcessOrder
from portalcrawl.fleet.database import Database
from portalcrawl.fleet.fleet_settings import FleetSettings
from portalcrawl.fleet.job_queue import CLOCK_QUEUE, Housekeeper, make_app
from portalcrawl.fleet.start_store import StartStore
from portalcrawl.fleet.state_upgrade import migrate_state
from portalcrawl.fleet.worker_store import BEAT, WorkerIdentity, WorkerStore
from portalcrawl.plurals import counted
from portalcrawl.runs.outbox_publication import publish_pending
from portalcrawl.runs.recovery import end_abandoned_runs
from portalcrawl.storage.database import make_engine

logger = logging.getLogger("portalcrawl.fleet")

ENDS_WITHIN = 30.0
"""Seconds that processes have to exit when the worker is stopped."""
TAKE_OVER = 60.0
"""Seconds of the lease on a portal that a worker takes to end an abandoned run on it."""
PUBLISH_INTERVAL = 15.0
"""Seconds between two checks for unpublished runs."""
WAITS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a process or clock that failed is restarted; the last is repeated."""
HEALTHY_AFTER = 60.0
"""A process that lived this number of seconds counts as healthy, so the waits begin anew."""


@dataclass(eq=False)
class _Process:
    """A process that runs jobs."""

    process: asyncio.subprocess.Process
    started: float
    running: int = 0
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the process takes no further jobs, or has exited."""


class Supervisor:
    """One worker. Its processes are replaced when they die, reach their number of runs, or exceed the memory limit."""

    def __init__(self, settings: FleetSettings) -> None:
        self._settings = settings
        host = socket.gethostname()
        name = f"{host}-{os.getpid()}-{secrets.token_hex(2)}"
        self.identity = WorkerIdentity(name, host, os.getpid(), settings.concurrency)
        self._workers = WorkerStore(Database(settings.state_url))
        self._processes: set[_Process] = set()
        self._following: set[asyncio.Future[None]] = set()
        self._stop = asyncio.Event()
        self._signals = 0

    async def run(self) -> int:
        """Work until SIGTERM or SIGINT; a second signal kills the processes at once. Return the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)
        if not await self._state_is_ready():
            return 0
        await asyncio.to_thread(self._workers.seen, self.identity, 0)
        logger.info("worker %s: %s at a time", self.identity.name, counted(self._settings.concurrency, "run"))
        beside = [asyncio.ensure_future(work) for work in (self._beat(), self._keep_clock(), self._publish())]
        places = [asyncio.ensure_future(self._keep_process(share)) for share in self._settings.shares()]
        stop = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({stop, *beside, *places}, return_when=asyncio.FIRST_COMPLETED)
        errors = [error for each in (*beside, *places) if each.done() and (error := each.exception())]
        for error in errors:
            logger.error("worker %s ends", self.identity.name, exc_info=error)
        if not stop.done():
            self._on_signal()
        await asyncio.gather(*places, return_exceptions=True)
        await self._end_processes()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        with suppress(DataFolderError):
            await asyncio.to_thread(self._workers.gone, self.identity)
        logger.info("worker %s has ended", self.identity.name)
        return 1 if errors else 0

    async def _state_is_ready(self) -> bool:
        """Wait until the state has this version; return False if the worker was stopped meanwhile."""
        logged = None
        while problem := await asyncio.to_thread(migrate_state, self._settings.state_url):
            if problem != logged:
                logger.warning("worker %s waits: %s", self.identity.name, problem)
            logged = problem
            with suppress(DataFolderError):  # already logged
                await asyncio.to_thread(self._workers.waits, self.identity, problem)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), BEAT)
                break
        if logged is not None:
            with suppress(DataFolderError):
                await asyncio.to_thread(self._workers.waits_no_more, self.identity)
        return not self._stop.is_set()

    def _on_signal(self) -> None:
        self._signals += 1
        if self._signals > 1:
            logger.warning("all runs are ended at once; the next ones publish what was committed")
        for each in self._processes:
            with suppress(ProcessLookupError):
                each.process.send_signal(signal.SIGTERM if self._signals == 1 else signal.SIGKILL)
        self._stop.set()

    async def _keep_process(self, share: int) -> None:
        """Keep one process with *share* concurrent runs alive until the worker is stopped."""
        failures = 0
        while not self._stop.is_set():
            process = await self._start(share)
            await process.leaving.wait()
            code = process.process.returncode
            if code is None or self._stop.is_set():
                continue  # start the replacement now, while the old process finishes its last runs
            lived = asyncio.get_running_loop().time() - process.started
            failures = 0 if lived > HEALTHY_AFTER else failures + 1
            wait = WAITS[min(failures, len(WAITS) - 1)]
            logger.error(
                "process %d ended with exit code %d; another starts in %.0f s", process.process.pid, code, wait
            )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), wait)

    async def _start(self, share: int) -> _Process:
        settings = self._settings
        # In its own session, so that Ctrl-C reaches only the supervisor, which passes it on.
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "portalcrawl.fleet.crawl_process"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        process = _Process(child, asyncio.get_running_loop().time())
        self._processes.add(process)
        limits = {"lease": settings.lease, "runs": settings.recycle, "memory": settings.memory}
        order = ProcessOrder(worker=self.identity.name, concurrency=share, settings=settings.given, **limits)  # type: ignore[arg-type]
        assert child.stdin is not None
        with suppress(ConnectionError):
            child.stdin.write(order.to_line())
            await child.stdin.drain()
        self._following.add(task := asyncio.ensure_future(self._follow(process)))
        task.add_done_callback(self._following.discard)
        if self._stop.is_set():
            child.send_signal(signal.SIGTERM)
        return process

    async def _follow(self, process: _Process) -> None:
        """Read the messages of *process* until it exits."""
        assert process.process.stdout is not None
        while line := await process.process.stdout.readline():
            message = json.loads(line)
            process.running = message.get("running", process.running)
            if "leaving" in message:
                logger.info("process %d is replaced: %s", process.process.pid, message["leaving"])
                process.leaving.set()
        await process.process.wait()
        self._processes.discard(process)
        process.leaving.set()

    async def _end_processes(self) -> None:
        """Wait for the processes, which have been asked to exit; kill those that don't."""
        if not self._processes:
            return
        ended = [asyncio.ensure_future(each.process.wait()) for each in self._processes]
        _, late = await asyncio.wait(ended, timeout=ENDS_WITHIN)
        for each in list(self._processes) if late else ():
            logger.error("process %d does not end; it is killed", each.process.pid)
            with suppress(ProcessLookupError):
                each.process.kill()
        await asyncio.gather(*ended)

    async def _beat(self) -> None:
        while True:
            running = sum(each.running for each in self._processes)
            try:
                await asyncio.to_thread(self._workers.seen, self.identity, running)
            except DataFolderError as error:
                logger.warning("%s", error)
            await asyncio.sleep(BEAT)

    async def _publish(self) -> None:
        """Publish runs that could not do so themselves: they died at their end, or their store was down."""
        engine, store = make_engine(self._settings.state_url), open_store(self._settings.feeds_url)
        problem = None
        while True:
            await asyncio.sleep(PUBLISH_INTERVAL)
            try:
                await asyncio.to_thread(end_abandoned_runs, engine, TAKE_OVER)
                pending = await asyncio.to_thread(publish_pending, engine, store)
            except (DataFolderError, OSError) as error:
                logger.warning("%s", error)
                continue
            for run in pending.published:
                logger.info("published run %s, which was left unpublished", run)
            if pending.problem != problem:
                logger.warning("publication: %s", pending.problem or "everything is published again")
            problem = pending.problem

    async def _keep_clock(self) -> None:
        """Run the clock's queue; restart it after the database was unavailable."""
        failures = 0
        while True:
            try:
                await self._run_clock()
            except (ProcrastinateException, DriverError, OSError) as error:
                logger.warning("due entries can't be started: %s", " ".join(str(error.__cause__ or error).split()))
            failures = min(failures + 1, len(WAITS) - 1)
            await asyncio.sleep(WAITS[failures - 1])

    async def _run_clock(self) -> None:
        url = self._settings.state_url
        app = make_app(url, connections=2)
        database = Database(url)
        clock, starts = Clock(database), StartStore(database)
        Housekeeper(app, clock, starts, WorkerStore(database), self._settings.lease)
        async with app.open_async():
            await app.run_worker_async(
                queues=[CLOCK_QUEUE],
                name=f"{self.identity.name}:clock",
                concurrency=1,
                install_signal_handlers=False,
                delete_jobs="always",
                update_heartbeat_interval=BEAT,
                stalled_worker_timeout=self._settings.lease,
            )
