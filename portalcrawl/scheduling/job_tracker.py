"""Follows posted jobs: updates or ends them according to the nodes' answers."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from portalcrawl.plurals import counted
from portalcrawl.runs.published_line import RunResult
from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import Node
from portalcrawl.scheduling.external_runs import ExternalRuns
from portalcrawl.scheduling.job_store import Job, JobStore
from portalcrawl.scheduling.nodes import Answers, Nodes
from portalcrawl.scheduling.scrapyd import NodeError, Scrapyd

if TYPE_CHECKING:
    import psutil

logger = logging.getLogger("portalcrawl.schedule")

POST_AGAIN_AFTER = 5.0
"""Seconds after which a posted job that its node does not list is posted again, with the same id."""
CLOCK_TOLERANCE = 5.0
"""Seconds by which the clocks of two machines may differ."""
KILL_AFTER = 60.0
"""Seconds after which a cancelled job that is still running is killed; runs normally end within 30."""
RESTART = "its Scrapyd counts ended jobs as running, as after a full disk: make room and restart it"


class JobTracker:
    """Follows jobs until they end."""

    def __init__(self, store: JobStore, nodes: Nodes, external: ExternalRuns, post: Callable[[Job], None]) -> None:
        self._store = store
        self._nodes = nodes
        self._external = external
        self._post = post

    def follow(self, job: Job, answers: Answers, now: float) -> None:
        """Update *job* according to its node's answer."""
        client = self._nodes.client(job.node or "")
        if client is None:
            self.fail(job, f"its node {job.node} is no longer in the schedule", now)
        elif (jobs := answers[client.node.name]) is None:
            self._node_is_silent(job, client, now)
        elif (listed := jobs.get(job.job)) is None:
            self._not_listed(job, client, now)
        elif listed.state == "pending":
            self._pending(job, client, now)
        elif listed.state == "running":
            self._running(job, client, now)
        elif not self._finish(job, self._result(job, client, listed.log_url), now):
            self._ended_without_result(job, client.node, now)

    def _pending(self, job: Job, client: Scrapyd, now: float) -> None:
        if job.status != "pending":
            self._store.change(job.job, status="pending")
        if now > (job.expires or now):
            self._cancel_on_node(job, client, "INT")
            waited = format_duration(now - (job.posted or now))
            self.fail(job, f"it did not begin within {waited}: {self._reason_to_wait(client)}", now)

    def _reason_to_wait(self, client: Scrapyd) -> str:
        """Return why a job waits: all slots are taken, or Scrapyd has lost them, as it does on a full disk."""
        node = client.node.name
        with suppress(NodeError):
            running = client.running()
            if not running:
                return f"node {node} starts no job, though none is running there; {RESTART}"
            return f"node {node} had no free slot, {running} run there"
        return f"node {node} had no free slot"

    def _running(self, job: Job, client: Scrapyd, now: float) -> None:
        """Record that *job* runs; if it exceeds its limit, send SIGINT (it publishes and ends), later SIGKILL."""
        if job.status != "running":
            self._store.change(job.job, status="running", started=now)
        elif job.longest is None or now - (job.started or now) <= job.longest:
            return
        elif job.cancelled is None:
            logger.error("%s: runs longer than %s; it is cancelled", job.job, format_duration(job.longest))
            self._store.change(job.job, cancelled=now)
            self._send_signal(job, client, signal.SIGINT)
        elif now - job.cancelled > KILL_AFTER:
            logger.error("%s: did not end when it was cancelled; it is killed", job.job)
            self._store.change(job.job, cancelled=now)
            self._send_signal(job, client, signal.SIGKILL)

    def _send_signal(self, job: Job, client: Scrapyd, number: signal.Signals) -> None:
        node = client.node
        if not node.shared or (self._nodes.is_up(node.name) and self._nodes.is_listed(node.name, job.job)):
            self._cancel_on_node(job, client, number.name.removeprefix("SIG"))
            return
        from psutil import AccessDenied, NoSuchProcess  # here, since every Scrapy command imports this module

        for process in _processes_of(job):
            with suppress(NoSuchProcess, AccessDenied):
                process.send_signal(number)

    def _cancel_on_node(self, job: Job, client: Scrapyd, name: str) -> None:
        try:
            client.cancel(job.job, name)
        except NodeError as error:
            logger.error("%s: can't be cancelled: %s", job.job, error)

    def _result(self, job: Job, client: Scrapyd, log_url: str | None = None) -> RunResult | None:
        """Return the result of *job* from its log, else from the state that it shares with the scheduler."""
        return client.result_in_log(log_url or client.log_url(job.job)) or self._result_in_state(job, client)

    def _result_in_state(self, job: Job, client: Scrapyd) -> RunResult | None:
        return self._external.result_of(job.job) if client.node.shared else None

    def _finish(self, job: Job, result: RunResult | None, now: float) -> bool:
        """Record how *job* ended, unless *result* is None; return whether it was recorded."""
        if result is None:
            return False
        verdict, reasons = result.verdict, list(result.reasons)
        if job.cancelled is not None:
            verdict = "failed"
            reasons.insert(0, f"cancelled: it ran longer than {format_duration(job.longest or 0)}")
        self._store.end(job, "done", now, verdict=verdict, reasons=reasons, run=result.run, counts=result.counts)
        shown_reasons = f" ({'; '.join(reasons)})" if reasons else ""
        found = ", ".join(counted(result.counts.get(f"{each}s", 0), each) for each in ("article", "teaser"))
        level = logging.INFO if verdict == "ok" else logging.WARNING
        logger.log(level, "%s: %s; %s%s", job.job, found, verdict, shown_reasons)
        return True

    def _ended_without_result(self, job: Job, node: Node, now: float) -> None:
        """Record the end of a job that has published nothing: it died, or never started."""
        runs = self._external.unfinished(job.portals) if node.shared else []
        if job.cancelled is not None:
            limit = format_duration(job.longest or 0)
            self.fail(job, f"cancelled: it ran longer than {limit}, and published nothing", now)
        elif any(run.run.endswith(f"-{job.job}") for run in runs):
            self.fail(job, "it died; the portal's next run publishes what it had committed", now)
        elif node.shared and job.expires is not None and now > job.expires:
            self._requeue(job, "its node took it too late", now)
        elif runs:
            self._store.change(job.job, status="skipped", ended=now, why=f"its portal was locked by run {runs[0].run}")
            logger.warning("%s: skipped: its portal was locked by run %s", job.job, runs[0].run)
        else:
            self.fail(job, "it ended without publishing; its log, and Scrapyd's own, say why", now)

    def _not_listed(self, job: Job, client: Scrapyd, now: float) -> None:
        """Update a job that its node does not list: a restarted Scrapyd forgets running jobs, but keeps its queue."""
        if client.node.shared and _processes_of(job):
            if job.status != "running":
                logger.warning("%s: still runs, although its Scrapyd was restarted", job.job)
            self._running(job, client, now)
        elif self._finish(job, self._result(job, client), now):
            pass
        elif job.status != "posting":
            self.fail(job, f"it died with the Scrapyd of node {client.node.name}, or was removed there", now)
        elif now > (job.expires or now) + CLOCK_TOLERANCE:
            self._requeue(job, f"it never reached node {job.node}", now)
        elif now - (job.posted or now) > POST_AGAIN_AFTER:
            self._post(job)

    def _node_is_silent(self, job: Job, client: Scrapyd, now: float) -> None:
        """Update a job of a node that does not answer: it stays open, blocking its portal, until it must have ended."""
        if not client.node.shared:
            begun = job.started if job.status == "running" else job.expires
            if now > (begun or now) + (job.longest or 0) + CLOCK_TOLERANCE:
                self.fail(job, f"node {job.node} is down; whether the job succeeded is not known", now)
        elif _processes_of(job):
            self._running(job, client, now)
        elif self._finish(job, self._result_in_state(job, client), now):
            pass
        elif job.status == "running":
            self.fail(job, f"it died with the Scrapyd of node {client.node.name}", now)
        elif now > (job.expires or now) + CLOCK_TOLERANCE:
            self._requeue(job, f"never began, since node {client.node.name} is down", now)

    def _requeue(self, job: Job, why: str, now: float) -> None:
        logger.warning("%s: %s; due again as %s", job.job, why, self._store.requeue(job, now))

    def fail(self, job: Job, why: str, now: float) -> None:
        """Record and log that *job* failed."""
        self._store.end(job, "failed", now, verdict="failed", reasons=[why], why=why)
        logger.error("%s: %s", job.job, why)


def _processes_of(job: Job) -> list[psutil.Process]:
    """Return the processes of *job* on this machine: Scrapyd's runner has ``_job=<id>`` among its arguments."""
    from psutil import process_iter  # here: see above

    return [process for process in process_iter(["cmdline"]) if f"_job={job.job}" in (process.info["cmdline"] or ())]
