"""The settings of a worker, checked."""

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
    """What a worker needs to know. Times are seconds."""

    state_url: str
    concurrency: int
    """Runs side by side, in all processes together."""
    processes: int
    lease: float
    """A process without a sign of life for so long counts as dead."""
    recycle: int
    """Runs after which a process is replaced."""
    memory: float
    """Megabytes after which a process is replaced."""
    feeds_url: str
    """Where runs are published."""
    given: dict[str, Any]
    """The settings that the command line gave, for the processes."""

    @classmethod
    def from_settings(cls, settings: BaseSettings, concurrency: str | None = None) -> FleetSettings:
        """Return the checked values; raise UsageError for one that can't be used."""
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
        """Return how many runs each process has side by side.

        The sum is the worker's concurrency.
        """
        each, rest = divmod(self.concurrency, self.processes)
        return [each + (number < rest) for number in range(self.processes)]


def _plain(value: Any) -> Any:
    """Return a setting as JSON can hold it."""
    return value.copy_to_dict() if isinstance(value, BaseSettings) else value


def fleet_url(settings: BaseSettings) -> str:
    """Return ``STATE_URL``; raise SettingError where it names no PostgreSQL database."""
    url = str(settings.get("STATE_URL") or "sqlite:///data/state.sqlite3")
    connection_address(url)
    if not settings.getbool("STATE_ENABLED"):
        raise SettingError("STATE_ENABLED", False, "True for scrapy fleet, whose state all workers share")
    return url


def _concurrency(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= MAX_CONCURRENCY:
        raise UsageError(f"--concurrency {value!r} is wrong; it takes a whole number from 1 to {MAX_CONCURRENCY}")
    return int(value)
