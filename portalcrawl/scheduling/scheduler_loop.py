"""``scrapy schedule run``: clock, dispatcher and webhook until a signal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic, time

from filelock import FileLock, Timeout
from sqlalchemy.exc import DatabaseError

from portalcrawl.errors import PortalcrawlError, RunLockedError
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.clock import CLOCK_SET_BACK, Clock
from portalcrawl.scheduling.dispatcher import Dispatcher
from portalcrawl.scheduling.entries import Schedule
from portalcrawl.scheduling.entry_health import health_of
from portalcrawl.scheduling.job_store import POSTED, Job, Store
from portalcrawl.scheduling.schedule_file import read_schedule
from portalcrawl.scheduling.webhook import WebhookNotifier, notice

logger = logging.getLogger("portalcrawl.schedule")

IDLE_LOOK = 15.0
"""Seconds between two looks while nothing is open."""
HEALTH_INTERVAL = 5.0
TIDY_INTERVAL = 3600.0
# A "+" stands in no name of a portal's lock.
RUN_LOCK, STEP_LOCK = "+scheduler.lock", "+schedule-step.lock"


class Scheduler:
    """Keeps one schedule in one data folder."""

    def __init__(self, file: Path, settings: RunSettings) -> None:
        self._file = file
        self._settings = settings
        self.schedule = read_schedule(file, settings)
        self._store = Store.open(settings.data_dir)
        self._read_at = _changed(file)
        self._next_health = self._next_tidying = 0.0
        self._locks = settings.data_dir / "locks"
        self._locks.mkdir(parents=True, exist_ok=True)

    def run(self, stop: Event) -> None:
        """Keep the schedule until *stop* is set; RunLockedError where another scheduler does."""
        lock = FileLock(self._locks / RUN_LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunLockedError(f"another scheduler keeps a schedule in {self._settings.data_dir}") from None
        with lock:
            clock, dispatcher = self._take(self.schedule)
            WebhookNotifier(self._store, lambda: self.schedule.webhook, stop).start()
            while not stop.is_set():
                if _changed(self._file) != self._read_at and (schedule := self._read_again()):
                    clock, dispatcher = self._take(schedule)
                stop.wait(self._turn(clock, dispatcher))

    def _turn(self, clock: Clock, dispatcher: Dispatcher) -> float:
        """Do all that is to be done now; return the seconds until there may be more."""
        try:
            due_in = clock.tick(time())
            with self._step_lock():
                is_busy = dispatcher.step()
            self._watch()
        except (DatabaseError, OSError) as error:
            # A full disk, say. What is due stays due: the clock goes on only with what is recorded.
            logger.error("nothing can be recorded: %s", getattr(error, "orig", None) or error)
            return IDLE_LOOK
        return min(due_in, self.schedule.poll if is_busy else IDLE_LOOK)

    def once(self, name: str) -> Job:
        """Start the entry *name* now; return its job: posted, or skipped because its portal is busy."""
        entry = self.schedule.entries[name]
        with self._step_lock():
            now = time()
            self._store.set_back(now + CLOCK_SET_BACK)  # nothing else looks where no scheduler runs
            job = self._store.add(name, now, entry.portals, by_hand=True)
            Dispatcher(self.schedule, self._store, self._settings).step()
        found = self._store.find(job)
        if found is None:
            raise PortalcrawlError(f"{name} could not be recorded")
        return found

    def _take(self, schedule: Schedule) -> tuple[Clock, Dispatcher]:
        self.schedule = schedule
        clock = Clock(self._store, schedule, time())
        for entry in schedule.entries.values():
            logger.info("%s: %s, portal %s", entry.name, entry.timing.text, " ".join(entry.portals))
        return clock, Dispatcher(schedule, self._store, self._settings)

    def _read_again(self) -> Schedule | None:
        """Return the schedule after its file was changed; None, and the old one stays, where it is faulty."""
        self._read_at = _changed(self._file)
        try:
            return read_schedule(self._file, self._settings)
        except PortalcrawlError as error:
            logger.error("the changed schedule is not taken: %s", error)
            return None

    @contextmanager
    def _step_lock(self) -> Iterator[None]:
        """One decision at a time, whoever makes it: the scheduler, or ``once``."""
        with FileLock(self._locks / STEP_LOCK):
            yield

    def _watch(self) -> None:
        """Remember that the scheduler is at work, and tell of entries whose level has changed."""
        if monotonic() < self._next_health:
            return
        self._next_health = monotonic() + HEALTH_INTERVAL
        now = time()
        self._store.set_seen(now)
        if monotonic() >= self._next_tidying:
            self._next_tidying = monotonic() + TIDY_INTERVAL
            self._store.tidy(now)
        busy = {job.entry for job in self._store.open_jobs() if job.status in POSTED}
        records = self._store.records()
        for entry in self.schedule.entries.values():
            record = records.get(entry.name)
            health, before = health_of(entry, record, entry.name in busy, now), record.level if record else None
            if health.level in ("new", before):
                continue
            line = notice(health, before, entry.portals, now) if before or health.level != "ok" else None
            self._store.set_level(entry.name, health.level, now, line if self.schedule.webhook else None)
            level = logging.INFO if health.level == "ok" else logging.WARNING
            logger.log(level, "%s: %s, was %s: %s", entry.name, health.level, before or "new", _said(health.reasons))


def _said(reasons: tuple[str, ...]) -> str:
    return "; ".join(reasons) or "all is well"


def _changed(file: Path) -> float | None:
    try:
        return file.stat().st_mtime
    except OSError:
        return None
