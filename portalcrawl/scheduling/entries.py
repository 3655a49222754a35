"""What a schedule says: its nodes and its entries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from portalcrawl.scheduling.timing import Timing


@dataclass(frozen=True, slots=True)
class Node:
    """One Scrapyd."""

    name: str
    url: str
    """Its address, with a slash at its end and without user and password."""
    shared: bool
    """Whether its jobs run on this machine and write into the data folder that the scheduler reads."""
    data_dir: str | None
    """The data folder as the node sees it; None: what the node's own environment says."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One crawl of the schedule; times in seconds."""

    name: str
    arguments: Mapping[str, str]
    portals: tuple[str, ...]
    """The portals that the arguments lead to: no two jobs of one portal run or wait at once."""
    timing: Timing
    priority: float = 0.0
    settings: Mapping[str, str] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    """The nodes it may run on, in order of preference."""
    on_overlap: str = "skip"
    """What is done when it is due while its portal is busy: ``skip`` or ``queue`` (one waits)."""
    start_within: float = 600.0
    """A job that has not begun after this time never does."""
    limit: float = 3600.0
    """A job that runs longer is cancelled."""
    misfire_grace: float = 43_200.0
    """A start that was missed is made up for until it is this old."""
    overdue: float | None = None
    """Age of the last good run that is an alarm; None: when three starts were due since."""
    silence: float | None = None
    """Time without a new article that is an alarm; None: never."""

    def places(self, nodes: Mapping[str, Node]) -> list[Node]:
        """Return the nodes it may run on, the preferred one first; without preference, spread over all by portal."""
        if self.nodes:
            return [nodes[name] for name in self.nodes]
        key = " ".join(self.portals)
        return sorted(nodes.values(), key=lambda node: hashlib.sha256(f"{key} {node.name}".encode()).digest())


@dataclass(frozen=True, slots=True)
class Schedule:
    """A checked schedule; times in seconds."""

    file: str
    project: str
    """Name of the project on Scrapyd."""
    nodes: Mapping[str, Node]
    entries: Mapping[str, Entry]
    poll: float = 2.0
    """Time between two requests to the nodes."""
    node_down_after: float = 30.0
    """Time without an answer after which a node's portals move."""
    webhook: str | None = None
    """Address to which changes of verdict are posted."""
