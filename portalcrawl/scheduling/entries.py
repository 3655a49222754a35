"""Data classes of a schedule, its nodes and its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portalcrawl.scheduling.timing import Timing


@dataclass(frozen=True, slots=True)
class Node:
    """A Scrapyd server."""

    name: str
    url: str
    """Its URL, with a trailing slash, without user and password."""
    shared: bool
    """Whether its jobs run on this machine and write to the scheduler's data folder."""
    data_dir: str | None
    """The data folder on the node; None for the one in the node's environment."""


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """A crawl in the schedule. Durations are in seconds."""

    name: str
    arguments: Mapping[str, str]
    portals: tuple[str, ...]
    """The portals in the arguments. Only one job per portal is queued or running at a time."""
    timing: Timing
    priority: float = 0.0
    settings: Mapping[str, str] = field(default_factory=dict)
    node: str = ""
    """Name of the node that it runs on."""
    on_overlap: str = "skip"
    """What happens if it is due while its portal is busy: ``skip``, or ``queue`` (one start waits)."""
    start_within: float = 600.0
    """A job that has not started after this time is given up."""
    limit: float = 3600.0
    """A job that runs longer is cancelled."""
    misfire_grace: float = 43_200.0
    """A missed start is still run until it is this old."""
    overdue: float | None = None
    """Alarm if the last good run is older than this; if None, alarm if three starts were due since."""
    silence: float | None = None
    """Alarm after this time without a new article; None for no alarm."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A valid schedule. Durations are in seconds."""

    file: str
    nodes: Mapping[str, Node]
    entries: Mapping[str, ScheduleEntry]
    project: str = "portalcrawl"
    """Name of the project on the nodes."""
    poll: float = 2.0
    """Time between two requests to the nodes."""
    webhook: str | None = None
    """URL to which changes of verdict are posted."""
