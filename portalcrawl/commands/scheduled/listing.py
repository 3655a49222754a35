"""``scrapy schedule list``: lists each entry with its times and its last run."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from time import time

from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.entries import Schedule, ScheduleEntry
from portalcrawl.scheduling.entry_health import Health, health_of
from portalcrawl.scheduling.external_runs import ExternalRuns
from portalcrawl.scheduling.job_store import POSTED, EntryState, Job, JobStore
from portalcrawl.terminal import Column, as_objects, print_json, print_table

COLUMNS = (
    *(Column("name"), Column("when"), Column("next"), Column("now"), Column("last run")),
    *(Column("verdict", is_level=True), Column("articles", is_number=True), Column("teasers", is_number=True)),
    Column("why"),
)
NEVER = float("inf")
TimeText = Callable[[float, ScheduleEntry], str]
"""Formats a moment (Unix seconds, or NEVER) of an entry for the output."""


def show_list(schedule: Schedule, settings: RunSettings, *, as_json: bool) -> None:
    """Print the entries, as a table or as a JSON array with one object per entry."""
    store = JobStore.open(settings.data_dir)
    external = ExternalRuns(store, settings)
    states, jobs = store.entry_states(schedule.entries), store.open_jobs()
    time_text = _iso if as_json else _shown
    rows = [_row(entry, states[entry.name], jobs, external, time_text) for entry in schedule.entries.values()]
    if as_json:
        print_json(as_objects(COLUMNS, rows))
    else:
        print_table(COLUMNS, rows)


def _row(
    entry: ScheduleEntry, state: EntryState, jobs: Collection[Job], external: ExternalRuns, time_text: TimeText
) -> tuple[str, ...]:
    own = [job.status for job in jobs if job.entry == entry.name]
    health = health_of(entry, state, any(status in POSTED for status in own), time())
    soon = entry.timing.nth_after(datetime.now(UTC), 1)
    due = state.next.due if state.next else soon.timestamp() if soon else NEVER
    following, now = time_text(due, entry), " ".join(own) or "-"
    return (entry.name, entry.timing.text, following, now, *_last(entry, state, health, external, time_text))


def _shown(moment: float, entry: ScheduleEntry) -> str:
    """Return *moment* (Unix seconds, or NEVER) for people: in the entry's time zone, with its UTC offset."""
    return "never" if moment == NEVER else f"{datetime.fromtimestamp(moment, entry.timing.zone):%Y-%m-%d %H:%M:%S%z}"


def _iso(moment: float, entry: ScheduleEntry) -> str:
    """Return *moment* (Unix seconds) as ISO 8601 in the entry's time zone; for NEVER, a value shown as null."""
    return "-" if moment == NEVER else datetime.fromtimestamp(moment, entry.timing.zone).isoformat(timespec="seconds")


def _last(
    entry: ScheduleEntry, state: EntryState, health: Health, external: ExternalRuns, time_text: TimeText
) -> tuple[str, ...]:
    """Return the columns of the last run: the schedule's own, or a later run of the portal started by others."""
    job = state.last
    run = external.last_finished(entry.portals[0]) if len(entry.portals) == 1 else None
    ended = datetime.fromisoformat(run.finished).timestamp() if run and run.finished else 0.0
    if run is not None and (job is None or (job.ended or 0) < ended - 1) and (not job or run.run != job.run):
        is_ours = external.is_of_schedule(run)
        counts, verdict, why = run.counts, run.verdict or "?", "" if is_ours else "not started by the schedule"
    elif job is not None:
        counts, verdict, why, ended = job.counts, health.level, "; ".join(health.reasons), job.ended or 0.0
    else:
        return (time_text(NEVER, entry), health.level, "-", "-", "; ".join(health.reasons))
    return (time_text(ended, entry), verdict, str(counts.get("articles", 0)), str(counts.get("teasers", 0)), why)
