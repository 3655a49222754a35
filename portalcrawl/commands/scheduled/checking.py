"""``scrapy schedule check``: prints one JSON object for monitoring; exit code 1 if there are problems."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from time import time
from typing import Any

from portalcrawl.runs.published_line import EGG
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import Schedule, ScheduleEntry
from portalcrawl.scheduling.entry_health import health_of
from portalcrawl.scheduling.job_store import POSTED, EntryState, Job, JobStore
from portalcrawl.scheduling.job_tracker import RESTART
from portalcrawl.scheduling.scheduler_loop import HEALTH_INTERVAL
from portalcrawl.scheduling.scrapyd import NodeError, Scrapyd
from portalcrawl.scheduling.shadow import shadowing_copy
from portalcrawl.scheduling.ticker import CLOCK_SET_BACK
from portalcrawl.terminal import print_json

DEAD_AFTER = 24 * HEALTH_INTERVAL
"""Seconds without a sign of the scheduler after which it counts as stopped."""
STARTS_WITHIN = 60.0
"""Seconds within which a Scrapyd with free slots starts a job; it polls its queue every few seconds."""


def check(schedule: Schedule, settings: RunSettings) -> int:
    """Print the findings; return the exit code."""
    found = findings(schedule, JobStore.open(settings.data_dir), time())
    print_json(found)
    return 1 if found["problems"] else 0


def findings(schedule: Schedule, store: JobStore, now: float) -> dict[str, Any]:
    """Return the state of the scheduler, the nodes and the entries, and their problems."""
    seen = store.last_seen()
    open_jobs, states = store.open_jobs(), store.entry_states(schedule.entries)
    nodes = [_node(Scrapyd(node, schedule.project), open_jobs, now) for node in schedule.nodes.values()]
    entries = [_entry(entry, states[entry.name], open_jobs, now) for entry in schedule.entries.values()]
    copy = shadowing_copy()
    problems = [
        *([copy] if copy else []),
        *_scheduler_problems(seen, now, entries),
        *(node["problem"] for node in nodes if node["problem"]),
        *_entry_problems(entries),
    ]
    return {
        "ok": not problems,
        "problems": problems,
        "time": _text(now),
        "scheduler": {"seen": _text(seen), "age": _age(seen, now)},
        "nodes": nodes,
        "entries": entries,
    }


def _node(scrapyd: Scrapyd, open_jobs: Collection[Job], now: float) -> dict[str, Any]:
    node: dict[str, Any] = {"node": scrapyd.node.name, "url": scrapyd.node.url, "up": True, "problem": None}
    try:
        if not scrapyd.is_deployed():
            node["problem"] = f"the project is not deployed on node {scrapyd.node.name}; deploy it with scrapyd-deploy"
            return node
        if _waits(scrapyd.node.name, open_jobs, now) and scrapyd.running() == 0:
            node["problem"] = f"node {scrapyd.node.name} starts no job, though none is running there; {RESTART}"
            return node
        ended = [job for job in scrapyd.jobs().values() if job.state == "finished"]
        result = scrapyd.result_in_log(ended[0].log_url) if ended else None
    except NodeError as error:
        return {**node, "up": False, "problem": str(error)}
    if result is not None and result.code != EGG:
        hint = "pip uninstall portalcrawl there"
        node["problem"] = f"node {scrapyd.node.name} runs the copy in {result.code}, not the egg; {hint}"
    return node


def _waits(node: str, open_jobs: Collection[Job], now: float) -> bool:
    """Return whether a job has been in the queue of *node* for longer than STARTS_WITHIN."""
    return any(
        job.node == node and job.status == "pending" and now - (job.posted or now) > STARTS_WITHIN for job in open_jobs
    )


def _entry(entry: ScheduleEntry, state: EntryState, open_jobs: Collection[Job], now: float) -> dict[str, Any]:
    posted = [job for job in open_jobs if job.entry == entry.name and job.status in POSTED]
    running = posted[0] if posted else None
    health = health_of(entry, state, running is not None, now)
    is_stuck = running is not None and now - (running.started or running.posted or now) > entry.limit
    return {
        "entry": entry.name,
        "portals": list(entry.portals),
        "verdict": health.level,
        "reasons": list(health.reasons),
        "last_run": state.last.run if state.last else None,
        "last_job": state.last.job if state.last else None,
        "last_good": _text(state.last_good),
        "last_good_age": _age(state.last_good, now),
        "last_new_article": _text(state.last_news),
        "last_new_article_age": _age(state.last_news, now),
        "overdue": health.overdue,
        "silent": health.silent,
        "job": running.job if running else None,
        "job_age": _age(running.started or running.posted, now) if running else None,
        "stuck": is_stuck,
        "ahead": _ahead(state, now),
    }


def _scheduler_problems(seen: float | None, now: float, entries: list[dict[str, Any]]) -> Iterator[str]:
    if seen is None and any(entry["job"] or entry["last_job"] for entry in entries):
        return  # no scheduler: cron runs ``scrapy schedule once``
    if seen is None:
        yield "the scheduler has never run here: scrapy schedule run"
    elif seen > now + CLOCK_SET_BACK:
        yield f"the clock was set back by {format_duration(seen - now)}, and no scheduler runs: scrapy schedule run"
    elif now - seen > DEAD_AFTER:
        yield f"the scheduler was last seen {format_duration(now - seen)} ago: scrapy schedule run"


def _entry_problems(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        if entry["verdict"] in ("failed", "warning"):
            yield f"{entry['entry']}: {entry['verdict']}: {'; '.join(entry['reasons'])}"
        if entry["stuck"]:
            yield f"{entry['entry']}: its job {entry['job']} hangs"
        if entry["ahead"]:
            ahead = format_duration(entry["ahead"])
            yield f"{entry['entry']}: its last run ended {ahead} in the future: the clock was set back"


def _text(moment: float | None) -> str | None:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds") if moment is not None else None


def _age(moment: float | None, now: float) -> int | None:
    """Return the seconds since *moment* (Unix seconds); None for None."""
    return max(int(now - moment), 0) if moment is not None else None


def _ahead(state: EntryState, now: float) -> int:
    """Return by how many seconds the stored times of an entry are in the future."""
    ended = state.last.ended if state.last else None
    ahead = max(state.last_good or now, ended or now) - now
    return int(ahead) if ahead > CLOCK_SET_BACK else 0
