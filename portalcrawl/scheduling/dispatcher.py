"""Posts jobs to nodes: at most one per portal at a time, each stored before it is posted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from time import time

from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.durations import format_duration
from portalcrawl.scheduling.entries import Node, Schedule, ScheduleEntry
from portalcrawl.scheduling.external_runs import ExternalRuns
from portalcrawl.scheduling.job_store import POSTED, Job, JobStore
from portalcrawl.scheduling.job_tracker import JobTracker
from portalcrawl.scheduling.nodes import Answers, Nodes
from portalcrawl.scheduling.scrapyd import NodeDownError, NodeRefusesError, NodeUnsureError, NotDeployedError

logger = logging.getLogger("portalcrawl.schedule")


class Dispatcher:
    """Posts due jobs to the nodes and follows them there."""

    def __init__(self, schedule: Schedule, store: JobStore, settings: RunSettings) -> None:
        self.schedule = schedule
        self._store = store
        self._settings = settings
        self._nodes = Nodes(schedule)
        self._external = ExternalRuns(store, settings)
        self._tracker = JobTracker(store, self._nodes, self._external, self._post)

    def step(self) -> bool:
        """Query all nodes, update posted jobs, post due jobs; return whether any job is open."""
        answers, now = self._nodes.ask(), time()
        for job in self._store.open_jobs():
            if job.status in POSTED:
                self._tracker.follow(job, answers, now)
        jobs = self._store.open_jobs()
        # Of several waiting starts of one entry, the last is posted; of several entries of one portal, the first.
        last = {job.entry: job.job for job in jobs if job.status == "due"}
        busy = {portal: job.job for job in jobs if job.status in POSTED for portal in job.portals}
        for job in jobs:
            if job.status == "due" and self._start(job, last[job.entry], busy, answers, now):
                busy |= dict.fromkeys(job.portals, job.job)
        return bool(jobs)

    def _start(self, job: Job, last: str, busy: Mapping[str, str], answers: Answers, now: float) -> bool:
        """Post *job*, skip it, or leave it for later; return whether it was posted."""
        entry = self.schedule.entries.get(job.entry)
        if entry is None:
            return self._skip(job, "it is no longer in the schedule", now)
        if now - job.due > max(entry.misfire_grace, entry.start_within) and not job.by_hand:
            return self._skip(job, f"it was due {format_duration(now - job.due)} ago", now)
        if last != job.job:
            return self._skip(job, f"a later start, {last}, is due as well", now)
        other = next((busy[portal] for portal in job.portals if portal in busy), None)
        if other := other or self._external.busy_with(job.portals, answers):
            if entry.on_overlap == "skip" or job.by_hand:
                return self._skip(job, f"its portal is busy with {other}", now)
            return False
        if not self._nodes.is_up(entry.node):
            return False
        expires = now + entry.start_within
        job = replace(job, status="posting", node=entry.node, posted=now, expires=expires, longest=entry.limit)
        self._store.change(job.job, status=job.status, node=job.node, posted=now, expires=expires, longest=job.longest)
        self._post(job)
        return True

    def _post(self, job: Job) -> None:
        """Post a job that is stored as posted; repeated, with the same id, if the node has not received it."""
        entry, client = self.schedule.entries.get(job.entry), self._nodes.client(job.node or "")
        if entry is None or client is None:
            return
        node = client.node
        try:
            client.post(job.job, entry.arguments, self._settings_for(entry, node, job), entry.priority)
        except NodeDownError as error:
            self._nodes.failed(node.name, error)
            self._store.change(job.job, status="due", node=None)
        except NodeUnsureError as error:
            self._nodes.failed(node.name, error)
        except NotDeployedError as error:
            self._tracker.fail(job, f"{error}; deploy the project with scrapyd-deploy", time())
        except NodeRefusesError as error:
            self._tracker.fail(job, str(error), time())
        else:
            self._store.change(job.job, status="pending")
            logger.info("%s: posted to node %s", job.job, node.name)

    def _settings_for(self, entry: ScheduleEntry, node: Node, job: Job) -> dict[str, str]:
        settings = {**entry.settings, "RUN_NOT_AFTER": f"{job.expires or 0:.0f}"}
        if node.data_dir is not None:
            settings["DATA_DIR"] = node.data_dir
        if node.shared and self._settings.profiles is not None:
            settings["PORTAL_PROFILES"] = str(self._settings.profiles.absolute())
        return settings

    def _skip(self, job: Job, why: str, now: float) -> bool:
        self._store.change(job.job, status="skipped", ended=now, why=why)
        logger.info("%s: skipped: %s", job.job, why)
        return False
