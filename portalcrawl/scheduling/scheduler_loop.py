"""``scrapy schedule run``: runs ticker, dispatcher and webhook until a signal arrives."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Event
from time import monotonic, time

from filelock import FileLock, Timeout
from sqlalchemy.exc import DatabaseError

from portalcrawl.errors import PortalcrawlError, RunLockedError
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.dispatcher import Dispatcher
from portalcrawl.scheduling.entries import Schedule
from portalcrawl.scheduling.entry_health import health_of
from portalcrawl.scheduling.job_store import POSTED, Job, JobStore
from portalcrawl.scheduling.schedule_file import read_schedule
from portalcrawl.scheduling.ticker import CLOCK_SET_BACK, Ticker
from portalcrawl.scheduling.webhook import WebhookNotifier, notice

logger = logging.getLogger("portalcrawl.schedule")

IDLE_WAIT = 15.0
"""Seconds between two steps while no job is open."""
HEALTH_INTERVAL = 5.0
CLEANUP_INTERVAL = 3600.0
# With "+", which no portal's lock has in its name.
RUN_LOCK, STEP_LOCK = "+scheduler.lock", "+schedule-step.lock"


class Scheduler:
    """Runs one schedule in one data folder."""

    def __init__(self, file: Path, settings: RunSettings) -> None:
        self._file = file
        self._settings = settings
        self.schedule = read_schedule(file, settings)
        self._store = JobStore.open(settings.data_dir)
        self._read_at = _changed(file)
        self._next_health = self._next_cleanup = 0.0
        self._locks = settings.data_dir / "locks"
        self._locks.mkdir(parents=True, exist_ok=True)
        self._step_lock = FileLock(self._locks / STEP_LOCK)
        """Prevents scheduler and ``once`` from posting at the same time."""

    def run(self, stop: Event) -> None:
        """Run the schedule until *stop* is set; raise RunLockedError if another scheduler uses the data folder."""
        lock = FileLock(self._locks / RUN_LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunLockedError(f"another scheduler is running in {self._settings.data_dir}") from None
        with lock:
            ticker, dispatcher = self._use(self.schedule)
            WebhookNotifier(self._store, lambda: self.schedule.webhook, stop).start()
            while not stop.is_set():
                if _changed(self._file) != self._read_at and (schedule := self._read_again()):
                    ticker, dispatcher = self._use(schedule)
                stop.wait(self._step(ticker, dispatcher))

    def _step(self, ticker: Ticker, dispatcher: Dispatcher) -> float:
        """Store and post due jobs; return the seconds until the next step."""
        try:
            due_in = ticker.tick(time())
            with self._step_lock:
                is_busy = dispatcher.step()
            self._check_health()
        except (DatabaseError, OSError) as error:
            # For instance a full disk. Due entries stay due until they can be stored.
            logger.error("nothing can be stored: %s", getattr(error, "orig", None) or error)
            return IDLE_WAIT
        return min(due_in, self.schedule.poll if is_busy else IDLE_WAIT)

    def once(self, name: str) -> Job:
        """Start the entry *name* now; return its job: posted, or skipped because its portal is busy."""
        entry = self.schedule.entries[name]
        with self._step_lock:
            now = time()
            self._store.set_back(now + CLOCK_SET_BACK)  # no scheduler may be running that would do it
            job = self._store.add(name, now, entry.portals, by_hand=True)
            Dispatcher(self.schedule, self._store, self._settings).step()
        found = self._store.find(job)
        if found is None:
            raise PortalcrawlError(f"{name} could not be stored")
        return found

    def _use(self, schedule: Schedule) -> tuple[Ticker, Dispatcher]:
        self.schedule = schedule
        ticker = Ticker(self._store, schedule, time())
        for entry in schedule.entries.values():
            logger.info("%s: %s, portal %s", entry.name, entry.timing.text, " ".join(entry.portals))
        return ticker, Dispatcher(schedule, self._store, self._settings)

    def _read_again(self) -> Schedule | None:
        """Return the schedule in the changed file; None if it has faults, so that the old one is kept."""
        self._read_at = _changed(self._file)
        try:
            return read_schedule(self._file, self._settings)
        except PortalcrawlError as error:
            logger.error("the changed schedule is not used: %s", error)
            return None

    def _check_health(self) -> None:
        """Store that the scheduler is working; log changes of entries' levels and queue notices of them."""
        if monotonic() < self._next_health:
            return
        self._next_health = monotonic() + HEALTH_INTERVAL
        now = time()
        self._store.set_seen(now)
        if monotonic() >= self._next_cleanup:
            self._next_cleanup = monotonic() + CLEANUP_INTERVAL
            self._store.remove_old(now)
        busy = {job.entry for job in self._store.open_jobs() if job.status in POSTED}
        states = self._store.entry_states(self.schedule.entries)
        for entry in self.schedule.entries.values():
            state = states[entry.name]
            health, before = health_of(entry, state, entry.name in busy, now), state.level
            if health.level in ("new", before):
                continue
            line = notice(health, state, entry.portals, now) if before or health.level != "ok" else None
            self._store.set_level(entry.name, health.level, now, line if self.schedule.webhook else None)
            level = logging.INFO if health.level == "ok" else logging.WARNING
            reasons = "; ".join(health.reasons) or "all is well"
            logger.log(level, "%s: %s, was %s: %s", entry.name, health.level, before or "new", reasons)


def _changed(file: Path) -> float | None:
    try:
        return file.stat().st_mtime
    except OSError:
        return None
