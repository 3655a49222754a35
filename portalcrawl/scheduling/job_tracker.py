"""What became of the jobs that were posted: each answer of the nodes moves them on, or ends them."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from contextlib import suppress

from portalcrawl.runs.published_line import RunResult
from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import Node
from portalcrawl.scheduling.external_runs import ExternalRuns
from portalcrawl.scheduling.job_processes import processes_of, send_signal
from portalcrawl.scheduling.job_results import result_in_log
from portalcrawl.scheduling.job_store import Job, Store
from portalcrawl.scheduling.nodes import NodeJobs, Nodes
from portalcrawl.scheduling.scrapyd import NodeError

logger = logging.getLogger("portalcrawl.schedule")

SEND_AGAIN_AFTER = 5.0
"""Seconds after which a job that was sent, and of which the node knows nothing, is sent again under the same id."""
SLACK = 5.0
"""Seconds that the clocks of two machines may differ."""
KILL_AFTER = 60.0
"""Seconds after which a cancelled job that still runs is killed: a run ends within 30."""
RESTART = "its Scrapyd has lost its places, as it does when a disk is full at a job's end: make room and restart it"


class JobTracker:
    """Follows jobs until they are over."""

    def __init__(self, store: Store, nodes: Nodes, external: ExternalRuns, post: Callable[[Job], None]) -> None:
        self._store = store
        self._nodes = nodes
        self._external = external
        self._post = post

    def follow(self, job: Job, answer: NodeJobs | None, now: float) -> None:
        """Move *job* on by what its node answered (None: the node is no longer in the schedule)."""
        if answer is None:
            self.fail(job, f"its node {job.node} is no longer in the schedule", now)
        elif answer.jobs is None:
            self._behind_a_silent_node(job, answer.node, now)
        elif (listed := answer.jobs.get(job.job)) is None:
            self._unknown_to_its_node(job, answer.node, now)
        elif listed.state == "pending":
            self._pending(job, now)
        elif listed.state == "running":
            self._running(job, answer.node, now)
        elif not self._told(job, answer.node, listed.log_url, now):
            self._silent_end(job, answer.node, now)

    def _pending(self, job: Job, now: float) -> None:
        if job.status != "pending":
            self._store.change(job.job, status="pending")
        if now > (job.expires or now):
            self._cancel(job, "INT")
            waited = format_duration(now - (job.posted or now))
            self.fail(job, f"it did not begin within {waited}: {self._why_it_waited(job.node or '')}", now)

    def _why_it_waited(self, node: str) -> str:
        """Return why a job waits: others have all places, or Scrapyd has lost them, as it does on a full disk."""
        client = self._nodes.client(node)
        with suppress(NodeError):
            if client is not None and (running := client.running()) == 0:
                return f"node {node} starts nothing, though nothing runs there; {RESTART}"
            return f"node {node} had no free place, {running} run there"
        return f"node {node} had no free place"

    def _running(self, job: Job, node: Node, now: float) -> None:
        if job.status != "running":
            self._store.change(job.job, status="running", started=now)
        elif job.longest is not None and now - (job.started or now) > job.longest:
            self._stop(job, node, now)

    def _stop(self, job: Job, node: Node, now: float) -> None:
        """End a job that hangs: first as Ctrl-C does, which publishes its feeds, then for good."""
        if job.cancelled is None:
            logger.error("%s: runs longer than %s; it is cancelled", job.job, format_duration(job.longest or 0))
            self._store.change(job.job, cancelled=now)
            self._end(job, node, signal.SIGINT)
        elif now - job.cancelled > KILL_AFTER:
            logger.error("%s: did not end when it was cancelled; it is killed", job.job)
            self._store.change(job.job, cancelled=now)
            self._end(job, node, signal.SIGKILL)

    def _end(self, job: Job, node: Node, number: signal.Signals) -> None:
        if node.shared and not (self._nodes.is_up(node.name) and self._nodes.is_listed(node.name, job.job)):
            send_signal(job.job, number)
        else:
            self._cancel(job, number.name.removeprefix("SIG"))

    def _cancel(self, job: Job, name: str) -> None:
        client = self._nodes.client(job.node or "")
        try:
            if client is not None:
                client.cancel(job.job, name)
        except NodeError as error:
            logger.error("%s: can't be cancelled: %s", job.job, error)

    def _told(self, job: Job, node: Node, log_url: str | None, now: float) -> bool:
        """Take the result of a job that has ended; return whether there is one."""
        client = self._nodes.client(node.name)
        result = result_in_log(client, log_url) if client is not None else None
        return self._take(job, result or self._in_state(job, node), now)

    def _take(self, job: Job, result: RunResult | None, now: float) -> bool:
        if result is not None:
            self._done(job, result, now)
        return result is not None

    def _silent_end(self, job: Job, node: Node, now: float) -> None:
        """A job that has ended and published nothing: it died, or never began."""
        runs = self._external.unfinished(job.portals) if node.shared else []
        if job.cancelled is not None:
            self.fail(
                job, f"cancelled: it ran longer than {format_duration(job.longest or 0)}, and published nothing", now
            )
        elif any(run.run.endswith(f"-{job.job}") for run in runs):
            self.fail(job, "it died; the portal's next run publishes what it had committed", now)
        elif node.shared and job.expires is not None and now > job.expires:
            self._renew(job, "came to it too late", now)
        elif runs:
            self._store.change(job.job, status="skipped", ended=now, why=f"its portal was held by run {runs[0].run}")
            logger.warning("%s: skipped: its portal was held by run %s", job.job, runs[0].run)
        else:
            self.fail(job, "it ended without publishing; its log, and Scrapyd's own, say why", now)

    def _unknown_to_its_node(self, job: Job, node: Node, now: float) -> None:
        """A node that was restarted has forgotten what ran; it has kept what waited."""
        if node.shared and processes_of(job.job):
            if job.status != "running":
                logger.warning("%s: runs on, although its Scrapyd was restarted", job.job)
            self._running(job, node, now)
        elif self._told(job, node, self._log_url(job), now):
            pass
        elif job.status == "posting":
            self._never_arrived(job, now)
        else:
            self.fail(job, f"it died with the Scrapyd of node {node.name}, or was taken from it", now)

    def _never_arrived(self, job: Job, now: float) -> None:
        if now > (job.expires or now) + SLACK:
            self._renew(job, f"never reached node {job.node}", now)
        elif now - (job.posted or now) > SEND_AGAIN_AFTER:
            self._post(job)

    def _behind_a_silent_node(self, job: Job, node: Node, now: float) -> None:
        """Until it is known that a job is over, its portal stays with its node."""
        if not node.shared:
            self._far_and_silent(job, now)
        elif processes_of(job.job):
            self._running(job, node, now)
        elif self._take(job, self._in_state(job, node), now):
            pass
        elif job.status == "running":
            self.fail(job, f"it died with the Scrapyd of node {node.name}", now)
        elif now > (job.expires or now) + SLACK:
            self._renew(job, f"never began, since node {node.name} is down", now)

    def _far_and_silent(self, job: Job, now: float) -> None:
        begun = job.started if job.status == "running" else job.expires
        if now > (begun or now) + (job.longest or 0) + SLACK:
            self.fail(job, f"node {job.node} is down; whether the job ended well is not known", now)

    def _renew(self, job: Job, why: str, now: float) -> None:
        logger.warning("%s: %s; due again as %s", job.job, why, self._store.renew(job, now))

    def _in_state(self, job: Job, node: Node) -> RunResult | None:
        return self._external.result_of(job.job) if node.shared else None

    def _log_url(self, job: Job) -> str | None:
        client = self._nodes.client(job.node or "")
        return client.log_url(job.job) if client is not None else None

    def _done(self, job: Job, result: RunResult, now: float) -> None:
        verdict, reasons = result.verdict, list(result.reasons)
        if job.cancelled is not None:
            verdict, reasons = (
                "failed",
                [f"cancelled: it ran longer than {format_duration(job.longest or 0)}", *reasons],
            )
        self._store.end(job, "done", now, verdict=verdict, reasons=reasons, run=result.run, counts=result.counts)
        said = f" ({'; '.join(reasons)})" if reasons else ""
        articles, teasers = (result.counts.get(kind, 0) for kind in ("articles", "teasers"))
        level = logging.INFO if verdict == "ok" else logging.WARNING
        logger.log(level, "%s: %d articles, %d teasers; %s%s", job.job, articles, teasers, verdict, said)

    def fail(self, job: Job, why: str, now: float) -> None:
        """End *job* as failed, and say so."""
        self._store.end(job, "failed", now, verdict="failed", reasons=[why], why=why)
        logger.error("%s: %s", job.job, why)
