"""The clock: APScheduler, whose next times live in the store. What becomes due is written there, and nothing else."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from apscheduler.executors.base import BaseExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.base import BaseScheduler

from portalcrawl.scheduling.entries import Entry, Schedule
from portalcrawl.scheduling.store import Store

STORED = f"{__name__}:due"


def due() -> None:
    """What APScheduler's store names as the work of each job; the Recorder does it instead."""


class Recorder(BaseExecutor):  # type: ignore[misc]
    """Records that an entry is due, once for each time at which it is: a crash in between changes nothing."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self.portals: dict[str, tuple[str, ...]] = {}

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        """Starts that were missed count as one. The first of them names it: it is what the job store has kept."""
        try:
            slot = run_times[0].astimezone(UTC).isoformat()
            self._store.add(job.id, slot, run_times[-1].timestamp(), self.portals.get(job.id, ()))
        except Exception:  # noqa: BLE001 - as APScheduler's own executors: it is logged, the clock goes on
            self._run_job_error(job.id, *sys.exc_info()[1:])
        else:
            self._run_job_success(job.id, [])


class Clock(BaseScheduler):  # type: ignore[misc]
    """APScheduler driven by its caller: no thread of its own, so that it can't die unseen."""

    def __init__(self, store: Store) -> None:
        self._recorder = Recorder(store)
        super().__init__(
            # All runs of a job that were missed are one; how old one may be is for the keeper to say.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )
        self.add_jobstore(SQLAlchemyJobStore(engine=store.engine, tablename="clock"))
        self.add_executor(self._recorder)

    def shutdown(self, wait: bool = True) -> None:
        """Close the job store."""
        super().shutdown(wait)

    def wakeup(self) -> None:
        """Nothing sleeps here."""

    def tick(self) -> float:
        """Record what is due; return the seconds until the next is."""
        wait = self._process_jobs()
        return 3600.0 if wait is None else float(wait)

    def follow(self, schedule: Schedule) -> None:
        """Take the entries of *schedule*: an entry that did not change keeps its next time."""
        self._recorder.portals = {name: entry.portals for name, entry in schedule.entries.items()}
        kept = {job.id: job for job in self.get_jobs()}
        for name in set(kept) - set(schedule.entries):
            self.remove_job(name)
        for name, entry in schedule.entries.items():
            if name not in kept or kept[name].name != entry.timing.text:
                self._set(entry)

    def _set(self, entry: Entry) -> None:
        """A new entry of an interval is due at once, one of a crontab line when the line says."""
        now = datetime.now(UTC)
        trigger = entry.timing.trigger(now)
        first = now if entry.timing.every else trigger.get_next_fire_time(None, now)
        self.add_job(STORED, trigger, id=entry.name, name=entry.timing.text, next_run_time=first, replace_existing=True)

    def next_times(self) -> dict[str, datetime]:
        """Return when each entry is next due."""
        return {job.id: job.next_run_time for job in self.get_jobs() if job.next_run_time}
