"""All nodes of a schedule: queries them concurrently, and keeps track of which are up."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from portalcrawl.scheduling.entries import Schedule
from portalcrawl.scheduling.scrapyd import ListedJob, NodeError, NodeSlowError, Scrapyd

logger = logging.getLogger("portalcrawl.schedule")

DOWN_WAIT, SLOW_WAIT = 1.0, 15.0
"""Seconds until a node is queried again after it refused the connection, or did not answer in time."""


Answers = Mapping[str, Mapping[str, ListedJob] | None]
"""Name of a node -> its jobs by id; None if it did not answer."""


class Nodes:
    """The clients of all nodes, and which nodes do not answer."""

    def __init__(self, schedule: Schedule) -> None:
        self._clients = {name: Scrapyd(node, schedule.project) for name, node in schedule.nodes.items()}
        self._silent: set[str] = set()
        self._ask_again_at: dict[str, float] = {}
        self._listed: dict[str, frozenset[str]] = {}

    def client(self, name: str) -> Scrapyd | None:
        """Return the client of the node *name*; None if the node is no longer in the schedule."""
        return self._clients.get(name)

    def ask(self) -> Answers:
        """Query the jobs of all nodes concurrently.

        Nodes that don't answer are queried less often.
        """
        with ThreadPoolExecutor(max_workers=len(self._clients)) as pool:
            return dict(zip(self._clients, pool.map(self._ask, self._clients.values()), strict=True))

    def _ask(self, client: Scrapyd) -> Mapping[str, ListedJob] | None:
        if monotonic() < self._ask_again_at.get(client.node.name, 0):
            return None
        try:
            jobs = client.jobs()
        except NodeError as error:
            self.failed(client.node.name, error)
            return None
        if client.node.name in self._silent:
            self._silent.discard(client.node.name)
            logger.warning("node %s answers again", client.node.name)
        self._listed[client.node.name] = frozenset(jobs)
        return jobs

    def is_listed(self, name: str, job: str) -> bool:
        """Return whether *job* was in the node's last answer."""
        return job in self._listed.get(name, ())

    def failed(self, name: str, error: NodeError) -> None:
        """Record that a node did not answer, and log it once."""
        self._ask_again_at[name] = monotonic() + (SLOW_WAIT if isinstance(error, NodeSlowError) else DOWN_WAIT)
        if name not in self._silent:
            self._silent.add(name)
            logger.error("%s", error)

    def is_up(self, name: str) -> bool:
        """Return whether the node answered the last query."""
        return name not in self._silent
