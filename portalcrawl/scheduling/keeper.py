"""Which job is posted where: never two of one portal at once, each recorded before it is sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import time

from portalcrawl.runs.settings import RunSettings
from portalcrawl.scheduling.entries import Entry, Node, Schedule
from portalcrawl.scheduling.fate import Fates
from portalcrawl.scheduling.look import Look, Nodes
from portalcrawl.scheduling.others import Others
from portalcrawl.scheduling.scrapyd import NodeDownError, NodeRefusesError, NodeUnsureError
from portalcrawl.scheduling.spans import span_text
from portalcrawl.scheduling.store import POSTED, Job, Store

logger = logging.getLogger("portalcrawl.schedule")


class Keeper:
    """Brings what is due to the nodes, and follows it there."""

    def __init__(self, schedule: Schedule, store: Store, settings: RunSettings) -> None:
        self.schedule = schedule
        self._store = store
        self._settings = settings
        self._nodes = Nodes(schedule)
        self._others = Others(store, settings)
        self._fates = Fates(store, self._nodes, self._others, self._post)

    def step(self) -> bool:
        """Look at all nodes, follow what was posted, post what is due; tell whether anything is open."""
        looks, now = self._nodes.look(), time()
        for job in self._store.open_jobs():
            if job.status in POSTED:
                self._fates.follow(job, looks.get(job.node or ""), now)
        for job in self._store.open_jobs():
            if job.status == "due":
                self._start(job, looks, now)
        return bool(self._store.open_jobs())

    def _start(self, job: Job, looks: Mapping[str, Look], now: float) -> None:
        entry = self.schedule.entries.get(job.entry)
        if entry is None:
            return self._skip(job, "it is no longer in the schedule", now)
        if now - job.due > max(entry.make_up, entry.start_within) and not job.by_hand:
            return self._skip(job, f"it was due {span_text(now - job.due)} ago", now)
        if newer := self._newer(job):
            return self._skip(job, f"{newer} is due as well", now)
        if busy := self._busy(job, looks):
            if entry.late == "skip" or job.by_hand:
                return self._skip(job, f"its portal is busy with {busy}", now)
            return None
        node = self._place(entry)
        if node is not None:
            self._send(job, entry, node, now)
        return None

    def _newer(self, job: Job) -> str | None:
        """Of several starts of one entry that wait, the last is taken."""
        waiting = [each.job for each in self._store.open_jobs() if each.status == "due" and each.entry == job.entry]
        return waiting[-1] if waiting[-1] != job.job else None

    def _busy(self, job: Job, looks: Mapping[str, Look]) -> str | None:
        """Return the job that runs or waits on a portal of *job*, on any node."""
        portals = set(job.portals)
        for each in self._store.open_jobs():
            if each.status in POSTED and portals & set(each.portals):
                return each.job
        return self._others.busy_with(portals, looks)

    def _place(self, entry: Entry) -> Node | None:
        """Return the node for *entry*: the preferred one, or the next where that is down; None: not now."""
        for node in entry.places(self.schedule.nodes):
            if self._nodes.is_up(node.name):
                return node
            if not self._nodes.is_down(node.name):
                return None
        return None

    def _send(self, job: Job, entry: Entry, node: Node, now: float) -> None:
        values = {"node": node.name, "posted": now, "expires": now + entry.start_within, "longest": entry.limit}
        self._store.change(job.job, status="posting", **values)
        recorded = self._store.find(job.job)
        if recorded is not None:
            self._post(recorded)

    def _post(self, job: Job) -> None:
        """Send a job that is recorded as sent; the same id again where the node never got it."""
        entry, node = self.schedule.entries.get(job.entry), self.schedule.nodes.get(job.node or "")
        client = self._nodes.client(job.node or "")
        if entry is None or node is None or client is None:
            return
        try:
            client.post(job.job, entry.arguments, self._settings_for(entry, node, job), entry.priority)
        except NodeDownError as error:
            self._nodes.failed(node.name, error)
            self._store.change(job.job, status="due", node=None)
        except NodeUnsureError as error:
            self._nodes.failed(node.name, error)
        except NodeRefusesError as error:
            self._fates.fail(job, f"{error}; scrapyd-deploy brings the project there", time())
        else:
            self._store.change(job.job, status="pending")
            logger.info("%s: posted to node %s", job.job, node.name)

    def _settings_for(self, entry: Entry, node: Node, job: Job) -> dict[str, str]:
        given = {**entry.settings, "RUN_NOT_AFTER": f"{job.expires or 0:.0f}"}
        if node.data_dir is not None:
            given["DATA_DIR"] = node.data_dir
        if node.shared and self._settings.profiles is not None:
            given["PORTAL_PROFILES"] = str(self._settings.profiles.absolute())
        return given

    def _skip(self, job: Job, why: str, now: float) -> None:
        self._store.change(job.job, status="skipped", ended=now, why=why)
        logger.info("%s: skipped: %s", job.job, why)
