"""Reads schedule.toml."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portalcrawl.errors import ConfigFileError, UsageError
from portalcrawl.profiles.toml_file import (
    Converter,
    Fault,
    TableError,
    flag,
    http_address,
    matching,
    named,
    number,
    one_of,
    read_toml,
    shown,
    table,
    text,
    time_zone,
)
from portalcrawl.runs.plan import make_plan
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.durations import format_duration, parse_duration, parse_positive_duration
from portalcrawl.scheduling.entries import Node, Schedule, ScheduleEntry
from portalcrawl.scheduling.timing import Timing, parse_cron
from portalcrawl.urls import mask_secrets

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}"
RESERVED_SETTINGS = ("DATA_DIR", "LOG_FILE", "RUN_NOT_AFTER", "PORTAL_PROFILES")
"""Settings that schedules can't set, since Scrapyd, a node or the scheduler sets them."""
SECRET = re.compile(r"password|passwd|secret|token|api_?key|credential", re.IGNORECASE)
WEBHOOK = "PORTALCRAWL_WEBHOOK"
RENAMED = {
    "late": "is called on_overlap now; its values are the same",
    "make_up": "is called misfire_grace now; its values are the same",
}


def read_schedule(path: Path, settings: RunSettings) -> Schedule:
    """Return the schedule in *path*; raise ConfigFileError with the first fault and the number of the others."""
    schedule, faults = find_faults(path, settings)
    if schedule is None:
        first, *others = faults
        raise ConfigFileError(str(path), first.key, first.cause + (f" (and {len(others)} more)" if others else ""))
    return schedule


def find_faults(path: Path, settings: RunSettings) -> tuple[Schedule | None, list[ConfigFileError]]:
    """Return the schedule in *path* and no faults, or None and all faults; raise UsageError if there is no file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no {path}; deploy/schedule.toml is one to begin with") from None
    except OSError as error:
        raise ConfigFileError(str(path), "file", error.strerror or str(error)) from None
    return read_toml(content, _Reader(str(path), settings).schedule, str(path))


class _Reader:
    """Converts one file; keeps its time zone, nodes and defaults for the conversion of its entries."""

    def __init__(self, file: str, settings: RunSettings) -> None:
        self._file = file
        self._settings = settings
        self._zone = ZoneInfo("UTC")
        self._defaults: dict[str, Any] = {}
        # The default node is the Scrapyd on this machine.
        port = os.environ.get("SCRAPYD_HTTP_PORT") or 6800
        self._nodes = {"local": self._make_node("local", f"http://127.0.0.1:{port}/")}

    def schedule(self, content: Any) -> Schedule:
        options: Mapping[str, Converter[Any]] = {
            "timezone": time_zone,
            "jitter": parse_duration,
            "priority": number("a number"),
            "settings": named(_setting),
            "node": self._node_name,
            "on_overlap": one_of("skip", "queue"),
            "start_within": parse_positive_duration,
            "limit": parse_positive_duration,
            "misfire_grace": parse_duration,
            "overdue": parse_positive_duration,
            "silence": lambda value: None if value == "off" else parse_positive_duration(value),
        }
        what_and_when: Mapping[str, Converter[Any]] = {
            "portal": text,
            "arguments": named(_argument),
            "every": parse_positive_duration,
            "cron": parse_cron,
        }
        of_entries = dict.fromkeys(what_and_when, "belongs in an entry")
        entry = {**options, **what_and_when}
        keys: Mapping[str, Converter[Any]] = {
            "timezone": self._keep_zone,
            "nodes": self._keep_nodes,
            "defaults": partial(self._keep_defaults, table(dict, options, refused={**RENAMED, **of_entries})),
            "entry": _named(lambda name: table(partial(self._make_entry, name), entry, refused=RENAMED)),
            "project": matching(NAME, "a name of letters, digits, dots, dashes and underscores"),
            "poll": parse_positive_duration,
            "webhook": http_address,
        }
        gone = {
            "node_down_after": "is no longer supported: an entry stays on its node; many machines need scrapy fleet"
        }
        return table(self._make_schedule, keys, required=("entry",), refused=gone)(content)

    def _make_schedule(self, entry: Mapping[str, ScheduleEntry], **values: Any) -> Schedule:
        values["webhook"] = os.environ.get(WEBHOOK) or values.get("webhook")
        own = {key: value for key, value in values.items() if key not in ("timezone", "nodes", "defaults")}
        return Schedule(self._file, self._nodes, entry, **own)

    def _keep_zone(self, value: Any) -> None:
        self._zone = time_zone(value)

    def _keep_nodes(self, value: Any) -> None:
        keys = {"url": _node_address, "shared": flag, "data_dir": text}
        self._nodes = _named(lambda name: table(partial(self._make_node, name), keys, required=("url",)))(value)
        if not self._nodes:
            raise ValueError("must name at least one node")

    def _make_node(self, name: str, url: str, shared: bool | None = None, data_dir: str | None = None) -> Node:
        is_shared = _is_loopback(url) if shared is None else shared
        return Node(name, url, is_shared, data_dir or (str(self._settings.data_dir) if is_shared else None))

    def _keep_defaults(self, converter: Converter[dict[str, Any]], value: Any) -> None:
        self._defaults = converter(value)

    def _node_name(self, value: Any) -> str:
        if isinstance(value, list):
            raise ValueError("takes one node, not a list; for many machines use scrapy fleet")  # noqa: TRY004
        if (name := text(value)) not in self._nodes:
            raise ValueError(f"{name!r} is not a node; the nodes are {', '.join(self._nodes)}")
        return name

    def _make_entry(self, name: str, **given: Any) -> ScheduleEntry:
        values = {"timezone": self._zone, "jitter": 0.0, "node": next(iter(self._nodes)), **self._defaults, **given}
        faults: list[Fault] = []
        arguments = values.pop("arguments", {})
        if portal := values.pop("portal", None):
            if "portal" in arguments:
                faults.append(("portal", "is given twice: here and in arguments"))
            arguments = {"portal": portal, **arguments}
        portals = self._portals(arguments, faults)
        every, cron = values.pop("every", None), values.pop("cron", None)
        timing = Timing(every, cron, values.pop("timezone"), values.pop("jitter"))
        if (every is None) == (cron is None):
            faults.append(("every", "exactly one of every and cron is needed"))
        elif every and timing.jitter >= every:
            faults.append(("jitter", f"must be below every ({format_duration(every)})"))
        if faults:
            raise TableError(faults)
        return ScheduleEntry(name, arguments, portals, timing, **values)

    def _portals(self, arguments: Mapping[str, str], faults: list[Fault]) -> tuple[str, ...]:
        if not arguments:
            faults.append(("portal", "is missing; an entry has a portal, or arguments"))
        elif arguments.get("urls_file") == "-":
            faults.append(("arguments", "a scheduled crawl has no standard input for urls_file"))
        else:
            try:
                return tuple(make_plan(arguments, self._settings.profiles).profiles)
            except UsageError as error:
                faults.append(("arguments", str(error)))
        return ()


def _named(converter: Callable[[str], Converter[Any]]) -> Converter[dict[str, Any]]:
    """Return a converter for a table of named tables (nodes or entries)."""

    def convert(name: str) -> Converter[Any]:
        return converter(name) if re.fullmatch(NAME, name) else _refuse_name

    return named(convert)


def _refuse_name(value: Any) -> None:
    raise ValueError("a name has up to 40 letters, digits, dots, dashes and underscores")


def _node_address(value: Any) -> str:
    url = http_address(value).strip()
    if "@" in urlsplit(url).netloc:
        raise ValueError("must not contain user and password; set SCRAPYD_USERNAME and SCRAPYD_PASSWORD, or ~/.netrc")
    return url.rstrip("/") + "/"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _argument(name: str) -> Converter[str]:
    """Return a converter from an argument or setting to the string that Scrapyd accepts; it refuses secrets."""

    def convert(value: Any) -> str:
        if not isinstance(value, str | int | float):
            raise ValueError(f"must be a string, a number or true/false, is {shown(value)}")  # noqa: TRY004
        converted = str(value).lower() if isinstance(value, bool) else str(value)
        if SECRET.search(name) or mask_secrets(converted) != converted:
            raise ValueError("contains a secret, which ps and logs would show; set it in Scrapyd's environment")
        return converted

    return convert


def _setting(name: str) -> Converter[str]:
    def convert(value: Any) -> str:
        if name in RESERVED_SETTINGS:
            raise ValueError("is set by the node (data_dir) or by Scrapyd")
        converted = _argument(name)(value)
        return {"true": "True", "false": "False"}.get(converted, converted)

    return convert
