"""``scrapy schedule list``: each entry with its times, its last run and what that brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from time import time

from portalcrawl.runs.settings import RunSettings
from portalcrawl.scheduling.clock import Clock
from portalcrawl.scheduling.entries import Entry, Schedule
from portalcrawl.scheduling.health import Health, health_of
from portalcrawl.scheduling.others import Others
from portalcrawl.scheduling.store import OPEN, Store

HEAD = ("NAME", "WHEN", "NEXT", "NOW", "LAST RUN", "VERDICT", "ARTICLES", "TEASERS", "WHY")


def show_list(schedule: Schedule, settings: RunSettings) -> None:
    """Print the entries."""
    store = Store.open(settings.data_dir)
    others = Others(store, settings)
    clock = Clock(store)
    clock.start(paused=True)
    due = clock.next_times()
    rows = [_row(entry, due, store, others) for entry in schedule.entries.values()]
    for line in _aligned([HEAD, *rows]):
        print(line)


def _row(entry: Entry, due: Mapping[str, datetime], store: Store, others: Others) -> tuple[str, ...]:
    health = health_of(entry, store, time())
    now = [job.status for job in store.open_jobs() if job.entry == entry.name and job.status in OPEN]
    following = due.get(entry.name) or entry.timing.after(datetime.now(UTC), 1)
    zone = entry.timing.zone
    following_text = f"{following.astimezone(zone):%Y-%m-%d %H:%M:%S}" if following else "never"
    return (entry.name, entry.timing.text, following_text, " ".join(now) or "-", *_last(entry, health, others))


def _last(entry: Entry, health: Health, others: Others) -> tuple[str, ...]:
    """The last run: of the schedule, or of the portal where someone else ran it later."""
    job, zone = health.last, entry.timing.zone
    run = others.last_finished(entry.portals[0]) if len(entry.portals) == 1 else None
    ended = datetime.fromisoformat(run.finished).timestamp() if run and run.finished else 0.0
    if run is not None and (job is None or (job.ended or 0) < ended - 1) and (not job or run.run != job.run):
        is_ours = others.is_of_schedule(run)
        counts, verdict, why = run.counts, run.verdict or "?", "" if is_ours else "not by the schedule"
    elif job is not None:
        counts, verdict, why, ended = job.counts, health.level, "; ".join(health.reasons), job.ended or 0.0
    else:
        return ("never", health.level, "-", "-", "; ".join(health.reasons))
    when = f"{datetime.fromtimestamp(ended, zone):%Y-%m-%d %H:%M:%S}"
    return (when, verdict, str(counts.get("articles", 0)), str(counts.get("teasers", 0)), why)


def _aligned(rows: list[tuple[str, ...]]) -> Iterable[str]:
    wide = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip()
