"""Reads and validates the settings of a worker."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from portalcrawl.errors import SettingError, UsageError
from portalcrawl.fleet.database import connection_address
from portalcrawl.runs.run_settings import RunSettings, read_number

DEFAULT_CONCURRENCY = 8
MAX_CONCURRENCY = 1_000


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """The validated settings of a worker. Times are in seconds."""

    state_url: str
    concurrency: int
    """Number of concurrent runs in all processes together."""
    processes: int
    lease: float
    """Time without a heartbeat after which a process counts as dead."""
    recycle: int
    """Runs after which a process is replaced."""
    memory: float
    """Megabytes after which a process is replaced."""
    feeds_url: str
    """URL of the store to which runs are published."""
    given: dict[str, Any]
    """The settings from the command line, which are passed on to the processes."""

    @classmethod
    def from_settings(cls, settings: BaseSettings, concurrency: str | None = None) -> FleetSettings:
        """Return the validated settings; raise UsageError for an invalid value."""
        url = fleet_url(settings)
        number = _concurrency(concurrency) if concurrency is not None else DEFAULT_CONCURRENCY
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        processes = int(read_number(settings, "FLEET_PROCESSES", least=1)) if settings["FLEET_PROCESSES"] else cores
        command_line = SETTINGS_PRIORITIES["cmdline"]
        set_there = [name for name in settings if (settings.getpriority(name) or 0) >= command_line]
        given = {name: _plain(settings[name]) for name in set_there}
        return cls(
            state_url=url,
            concurrency=number,
            processes=min(processes, number),
            lease=read_number(settings, "LEASE_SECONDS", least=3),
            recycle=int(read_number(settings, "FLEET_RECYCLE", least=1)),
            memory=read_number(settings, "FLEET_MEMORY", least=1),
            feeds_url=RunSettings.from_settings(settings).feeds_url,
            given=given,
        )

    def shares(self) -> list[int]:
        """Return the number of concurrent runs of each process.

        The sum is the worker's concurrency.
        """
        each, rest = divmod(self.concurrency, self.processes)
        return [each + (number < rest) for number in range(self.processes)]


def _plain(value: Any) -> Any:
    """Return a setting's value in a form that can be written as JSON."""
    return value.copy_to_dict() if isinstance(value, BaseSettings) else value


def fleet_url(settings: BaseSettings) -> str:
    """Return ``STATE_URL``; raise SettingError if it is not the URL of a PostgreSQL database."""
    url = str(settings.get("STATE_URL") or "sqlite:///data/state.sqlite3")
    connection_address(url)
    if not settings.getbool("STATE_ENABLED"):
        raise SettingError("STATE_ENABLED", False, "True for scrapy fleet, whose state all workers share")
    return url


def _concurrency(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= MAX_CONCURRENCY:
        raise UsageError(f"--concurrency {value!r} is wrong; it takes a whole number from 1 to {MAX_CONCURRENCY}")
    return int(value)
