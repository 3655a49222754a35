"""Converts schedule entries to and from the JSON that the database stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from portalcrawl.scheduling.entries import ScheduleEntry
from portalcrawl.scheduling.timing import Timing

PLAIN = ("priority", "on_overlap", "start_within", "limit", "misfire_grace", "overdue", "silence")
"""Fields that are stored unconverted."""


def entry_to_json(entry: ScheduleEntry) -> dict[str, Any]:
    """Return *entry* as JSON data, without its node, which only Scrapyd uses."""
    timing = entry.timing
    return {
        "arguments": dict(entry.arguments),
        "portals": list(entry.portals),
        "settings": dict(entry.settings),
        "timing": {"every": timing.every, "cron": timing.cron, "zone": timing.zone.key, "jitter": timing.jitter},
        **{name: getattr(entry, name) for name in PLAIN},
    }


def entry_from_json(name: str, spec: Mapping[str, Any]) -> ScheduleEntry:
    """Return the entry *name* from *spec*, the result of :func:`entry_to_json`."""
    timing = spec["timing"]
    return ScheduleEntry(
        name=name,
        arguments=spec["arguments"],
        portals=tuple(spec["portals"]),
        settings=spec["settings"],
        timing=Timing(timing["every"], timing["cron"], ZoneInfo(timing["zone"]), timing["jitter"]),
        **{key: spec[key] for key in PLAIN},
    )
