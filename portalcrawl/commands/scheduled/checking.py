"""``scrapy schedule check``: one JSON object for a monitor, exit code 1 where something needs a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from time import time
from typing import Any

from portalcrawl.runs.settings import RunSettings
from portalcrawl.runs.told import EGG
from portalcrawl.scheduling.entries import Entry, Schedule
from portalcrawl.scheduling.health import health_of
from portalcrawl.scheduling.results import result_in_log
from portalcrawl.scheduling.run import ALIVE, HEALTH_INTERVAL
from portalcrawl.scheduling.scrapyd import NodeError, Scrapyd
from portalcrawl.scheduling.shadow import shadowing_copy
from portalcrawl.scheduling.spans import span_text
from portalcrawl.scheduling.store import POSTED, Store

DEAD_AFTER = 24 * HEALTH_INTERVAL
"""Seconds without a sign of life after which the scheduler counts as stopped."""


def check(schedule: Schedule, settings: RunSettings) -> int:
    """Print what was found; return the exit code."""
    found = findings(schedule, Store.open(settings.data_dir), time())
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 1 if found["problems"] else 0


def findings(schedule: Schedule, store: Store, now: float) -> dict[str, Any]:
    """Look at scheduler, nodes and entries."""
    alive = store.mark(ALIVE)
    nodes = [_node(Scrapyd(node, schedule.project)) for node in schedule.nodes.values()]
    entries = [_entry(entry, store, now) for entry in schedule.entries.values()]
    copy = shadowing_copy()
    problems = [
        *([copy] if copy else []),
        *_of_scheduler(alive, now, entries),
        *_of_nodes(nodes),
        *_of_entries(entries),
    ]
    return {
        "ok": not problems,
        "problems": problems,
        "time": _text(now),
        "scheduler": {"seen": _text(alive), "age": _age(alive, now)},
        "nodes": nodes,
        "entries": entries,
    }


def _node(scrapyd: Scrapyd) -> dict[str, Any]:
    node: dict[str, Any] = {"node": scrapyd.node.name, "url": scrapyd.node.url, "up": True, "problem": None}
    try:
        if not scrapyd.is_deployed():
            node["problem"] = f"the project is not deployed on node {scrapyd.node.name}; scrapyd-deploy brings it there"
            return node
        ended = [job for job in scrapyd.jobs().values() if job.state == "finished"]
        result = result_in_log(scrapyd, ended[0].log_url) if ended else None
    except NodeError as error:
        return {**node, "up": False, "problem": str(error)}
    if result is not None and result.code != EGG:
        hint = "pip uninstall portalcrawl there"
        node["problem"] = f"node {scrapyd.node.name} runs the copy in {result.code}, not the egg; {hint}"
    return node


def _entry(entry: Entry, store: Store, now: float) -> dict[str, Any]:
    health = health_of(entry, store, now)
    posted = [job for job in store.open_jobs() if job.entry == entry.name and job.status in POSTED]
    running = posted[0] if posted else None
    is_stuck = running is not None and now - (running.started or running.posted or now) > entry.limit
    return {
        "entry": entry.name,
        "portals": list(entry.portals),
        "verdict": health.level,
        "reasons": list(health.reasons),
        "last_run": health.last.run if health.last else None,
        "last_job": health.last.job if health.last else None,
        "last_good": _text(health.last_good),
        "last_good_age": _age(health.last_good, now),
        "last_new_article": _text(health.last_news),
        "last_new_article_age": _age(health.last_news, now),
        "overdue": health.overdue,
        "silent": health.silent,
        "job": running.job if running else None,
        "job_age": _age(running.started or running.posted, now) if running else None,
        "stuck": is_stuck,
    }


def _of_scheduler(alive: float | None, now: float, entries: list[dict[str, Any]]) -> Iterator[str]:
    if alive is None and any(entry["job"] or entry["last_job"] for entry in entries):
        return  # cron calls scrapy schedule once
    if alive is None:
        yield "the scheduler has never run here: scrapy schedule run"
    elif now - alive > DEAD_AFTER:
        yield f"the scheduler was last seen {span_text(now - alive)} ago: scrapy schedule run"


def _of_nodes(nodes: list[dict[str, Any]]) -> Iterator[str]:
    yield from (node["problem"] for node in nodes if node["problem"])


def _of_entries(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        if entry["verdict"] in ("failed", "warning"):
            yield f"{entry['entry']}: {entry['verdict']}: {'; '.join(entry['reasons'])}"
        if entry["stuck"]:
            yield f"{entry['entry']}: its job {entry['job']} hangs"


def _text(moment: float | None) -> str | None:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds") if moment is not None else None


def _age(moment: float | None, now: float) -> int | None:
    """Return how long ago that was, in seconds."""
    return int(now - moment) if moment is not None else None
