"""All nodes of a schedule: asked together, remembered as up or down."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from portalcrawl.scheduling.entries import Node, Schedule
from portalcrawl.scheduling.scrapyd import Listed, NodeError, NodeSlowError, Scrapyd

logger = logging.getLogger("portalcrawl.schedule")

DOWN_WAIT, SLOW_WAIT = 1.0, 15.0
"""Seconds before a node is asked again that refused at once, and one that kept us waiting."""


@dataclass(frozen=True, slots=True)
class NodeJobs:
    """What one node answered when it was asked for its jobs."""

    node: Node
    jobs: Mapping[str, Listed] | None
    """By id; None: it did not answer."""


class Nodes:
    """The nodes, and since when those that do not answer have not."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._clients = {name: Scrapyd(node, schedule.project) for name, node in schedule.nodes.items()}
        self._silent_since: dict[str, float] = {}
        self._ask_again_at: dict[str, float] = {}
        self._listed: dict[str, frozenset[str]] = {}

    def client(self, name: str) -> Scrapyd | None:
        """Return the node *name*; None where the schedule no longer has it."""
        return self._clients.get(name)

    def ask(self) -> dict[str, NodeJobs]:
        """Ask all nodes for their jobs at the same time; those that are silent are asked less often."""
        with ThreadPoolExecutor(max_workers=len(self._clients)) as pool:
            return dict(zip(self._clients, pool.map(self._ask, self._clients.values()), strict=True))

    def _ask(self, client: Scrapyd) -> NodeJobs:
        if monotonic() < self._ask_again_at.get(client.node.name, 0):
            return NodeJobs(client.node, None)
        try:
            jobs = client.jobs()
        except NodeError as error:
            self.failed(client.node.name, error)
            return NodeJobs(client.node, None)
        if self._silent_since.pop(client.node.name, None) is not None:
            logger.warning("node %s answers again", client.node.name)
        self._listed[client.node.name] = frozenset(jobs)
        return NodeJobs(client.node, jobs)

    def is_listed(self, name: str, job: str) -> bool:
        """Return whether the node knew *job* when it last answered."""
        return job in self._listed.get(name, ())

    def failed(self, name: str, error: NodeError) -> None:
        """Remember that a node did not answer; say so once."""
        self._ask_again_at[name] = monotonic() + (SLOW_WAIT if isinstance(error, NodeSlowError) else DOWN_WAIT)
        if name not in self._silent_since:
            self._silent_since[name] = monotonic()
            logger.error("%s", error)

    def is_up(self, name: str) -> bool:
        """Return whether the node answered when it was last asked."""
        return name not in self._silent_since

    def is_down(self, name: str) -> bool:
        """Return whether the node has been silent for so long that its portals move."""
        since = self._silent_since.get(name)
        return since is not None and monotonic() - since >= self._schedule.node_down_after
