"""Reading schedule.toml: every fault names file, key and cause."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portalcrawl.errors import UsageError
from portalcrawl.profiles.toml_table import FaultError, Faults, Table, a_flag, a_table, a_text, list_of, one_of, shown
from portalcrawl.runs.plan import make_plan
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.durations import format_duration, parse_duration, parse_positive_duration
from portalcrawl.scheduling.entries import Entry, Node, Schedule, ScheduleError
from portalcrawl.scheduling.timing import Timing, parse_cron
from portalcrawl.urls import mask_secrets

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
OWN_SETTINGS = ("DATA_DIR", "LOG_FILE", "RUN_NOT_AFTER", "PORTAL_PROFILES")
"""Settings that Scrapyd, a node or the scheduler gives."""
SECRET = re.compile(r"password|passwd|secret|token|api_?key|credential", re.IGNORECASE)
WEBHOOK = "PORTALCRAWL_WEBHOOK"
DEFAULTS = {
    "on_overlap": "skip",
    "start_within": "10m",
    "limit": "1h",
    "misfire_grace": "12h",
    "jitter": "0s",
    "silence": "off",
}
RENAMED = {"late": "on_overlap", "make_up": "misfire_grace"}
"""Keys of an entry that had another name once."""


def read_schedule(path: Path, settings: RunSettings) -> Schedule:
    """Return the schedule in *path*; ScheduleError for its first fault, which says how many more there are."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UsageError(f"there is no {path}; deploy/schedule.toml is one to begin with") from None
    except (OSError, ValueError) as error:
        raise ScheduleError(str(path), "file", getattr(error, "strerror", None) or str(error)) from None
    faults = Faults()
    schedule = _Reader(Table(content, "", faults), faults, str(path), settings).schedule()
    if faults.found:
        key, cause = faults.found[0]
        more = f" (and {len(faults.found) - 1} more)" if len(faults.found) > 1 else ""
        raise ScheduleError(str(path), key, cause + more)
    return schedule


class _Reader:
    def __init__(self, top: Table, faults: Faults, file: str, settings: RunSettings) -> None:
        self._top = top
        self._faults = faults
        self._file = file
        self._settings = settings

    def schedule(self) -> Schedule:
        self._zone = self._top.take("timezone", a_zone, ZoneInfo("UTC"))
        nothing: Mapping[str, Any] = {}
        nodes = self._nodes(self._top.take("nodes", a_table, local_node()))
        defaults = {**DEFAULTS, **self._top.take("defaults", a_table, nothing)}
        for key in set(defaults) & {"portal", "arguments", "every", "cron"}:
            self._faults.add(f"defaults.{key}", "belongs into an entry")
        self._renamed("defaults", defaults)
        found = self._top.require("entry", a_table, nothing)
        entries = {name: self._entry(name, content, defaults, nodes) for name, content in found.items()}
        webhook = os.environ.get(WEBHOOK) or None
        schedule = Schedule(
            file=self._file,
            project=self._top.take("project", a_name, "portalcrawl"),
            nodes=nodes,
            entries=entries,
            poll=self._top.take("poll", parse_positive_duration, 2.0),
            node_down_after=self._top.take("node_down_after", parse_duration, 30.0),
            webhook=webhook or self._top.take("webhook", an_address, None),
        )
        self._top.close()
        return schedule

    def _nodes(self, found: Mapping[str, Any]) -> dict[str, Node]:
        if not found:
            self._faults.add("nodes", "there is none")
        nodes = {}
        for name, content in found.items():
            key = f"nodes.{name}"
            table = self._table(key, content)
            url = table.require("url", a_node_address, "http://127.0.0.1/")
            shared = table.take("shared", a_flag, is_loopback(url))
            data_dir = table.take("data_dir", a_text, str(self._settings.data_dir) if shared else None)
            nodes[name] = Node(self._name(key, name), url, shared, data_dir)
            table.close()
        return nodes

    def _entry(self, name: str, content: Any, defaults: Mapping[str, Any], nodes: Mapping[str, Node]) -> Entry:
        key = f"entry.{name}"
        if isinstance(content, Mapping):
            self._renamed(key, content)
            content = {each: value for each, value in {**defaults, **content}.items() if each not in RENAMED}
        table = self._table(key, content)
        arguments = self._arguments(table)
        return Entry(
            name=self._name(key, name),
            arguments=arguments,
            portals=self._portals(key, arguments),
            priority=table.take("priority", a_number, 0.0),
            settings=table.take("settings", a_settings, {}),
            nodes=table.take("node", nodes_among(nodes), ()),
            on_overlap=table.take("on_overlap", one_of("skip", "queue"), "skip"),
            start_within=table.take("start_within", parse_positive_duration, 600.0),
            limit=table.take("limit", parse_positive_duration, 3600.0),
            misfire_grace=table.take("misfire_grace", parse_duration, 0.0),
            overdue=table.take("overdue", parse_positive_duration, None),
            silence=table.take("silence", parse_positive_duration_or_off, None),
            timing=self._timing(table, key),
        )

    def _arguments(self, table: Table) -> dict[str, str]:
        nothing: dict[str, str] = {}
        arguments = table.take("arguments", texts("argument"), nothing)
        portal = table.take("portal", a_text, None)
        if portal is not None:
            if "portal" in arguments:
                self._faults.add(table.key("portal"), "is given twice: here and in arguments")
            arguments = {"portal": portal, **arguments}
        if not arguments:
            self._faults.add(table.key("portal"), "is missing; an entry has a portal, or arguments")
        return arguments

    def _portals(self, key: str, arguments: Mapping[str, str]) -> tuple[str, ...]:
        if not arguments:
            return ()
        if arguments.get("urls_file") == "-":
            self._faults.add(f"{key}.arguments", "a scheduled crawl has no standard input for urls_file")
            return ()
        try:
            return tuple(make_plan(arguments, self._settings.profiles).profiles)
        except UsageError as error:
            self._faults.add(f"{key}.arguments", str(error))
            return ()

    def _timing(self, table: Table, key: str) -> Timing:
        every = table.take("every", parse_positive_duration, None)
        cron = table.take("cron", parse_cron, None)
        zone = table.take("timezone", a_zone, self._zone)
        jitter = table.take("jitter", parse_duration, 0.0)
        table.close()
        if (every is None) == (cron is None) and not any(each.startswith(key) for each, _ in self._faults.found):
            self._faults.add(key, "must have one of every and cron")
        if every is not None and jitter >= every:
            self._faults.add(f"{key}.jitter", f"must be below every ({format_duration(every)})")
        return Timing(every if every or cron else 60.0, cron, zone, jitter)

    def _renamed(self, key: str, content: Mapping[str, Any]) -> None:
        for old, new in RENAMED.items():
            if old in content:
                self._faults.add(f"{key}.{old}", f"is called {new} now; its values are the same")

    def _table(self, key: str, content: Any) -> Table:
        if not isinstance(content, Mapping):
            self._faults.add(key, f"must be a table, is {shown(content)}")
            content = {}
        return Table(content, key, self._faults)

    def _name(self, key: str, name: str) -> str:
        if not NAME.fullmatch(name):
            self._faults.add(key, "a name has up to 40 letters, digits, dots, dashes and underscores")
        return name


def local_node() -> Mapping[str, Any]:
    """Return the nodes of a schedule that names none: the Scrapyd of this machine, on the port that it listens on."""
    return {"local": {"url": f"http://127.0.0.1:{os.environ.get('SCRAPYD_HTTP_PORT') or 6800}/"}}


def a_name(value: Any) -> str:
    """Check a name."""
    if not NAME.fullmatch(a_text(value)):
        raise FaultError(f"must have letters, digits, dots, dashes and underscores only, is {shown(value)}")
    return str(value)


def a_zone(value: Any) -> ZoneInfo:
    """Check the name of a time zone (IANA)."""
    try:
        return ZoneInfo(a_text(value))
    except (KeyError, ValueError, OSError):
        raise FaultError(f"must be a time zone such as Europe/Berlin, is {shown(value)}") from None


def a_number(value: Any) -> float:
    """Check a number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise FaultError(f"must be a number, is {shown(value)}")
    return float(value)


def parse_positive_duration_or_off(value: Any) -> float | None:
    """Check a length of time; ``off`` is None."""
    return None if value == "off" else parse_positive_duration(value)


def an_address(value: Any) -> str:
    """Check an http(s) address."""
    parts = urlsplit(a_text(value))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FaultError(f"must be an http or https address, is {mask_secrets(shown(value))}")
    return str(value)


def a_node_address(value: Any) -> str:
    """Check the address of a Scrapyd: no user, no password."""
    url = an_address(value)
    if "@" in urlsplit(url).netloc:
        raise FaultError("must not hold user and password: SCRAPYD_USERNAME and SCRAPYD_PASSWORD do, or ~/.netrc")
    return url.rstrip("/") + "/"


def is_loopback(url: str) -> bool:
    """Return whether *url* is of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def texts(what: str) -> Callable[[Any], dict[str, str]]:
    """Return a check for a table of strings, numbers and flags without secrets; as Scrapyd takes them: strings."""

    def check(value: Any) -> dict[str, str]:
        found = {}
        for name, each in a_table(value).items():
            if not isinstance(each, str | int | float):
                raise FaultError(f"{what} {name} must be a string, a number or true/false, is {shown(each)}")
            text = str(each).lower() if isinstance(each, bool) else str(each)
            if SECRET.search(name) or mask_secrets(text) != text:
                raise FaultError(
                    f"{what} {name} holds a secret, which would show in ps and logs: give it to Scrapyd's environment"
                )
            found[name] = text
        return found

    return check


def a_settings(value: Any) -> dict[str, str]:
    """Check Scrapy settings that are sent along."""
    found = texts("setting")(value)
    if taken := sorted(set(found) & set(OWN_SETTINGS)):
        raise FaultError(f"{taken[0]} is given by the node (data_dir) or by Scrapyd")
    return {name: {"true": "True", "false": "False"}.get(text, text) for name, text in found.items()}


def nodes_among(nodes: Mapping[str, Node]) -> Callable[[Any], tuple[str, ...]]:
    """Return a check for the name of a node, or an array of such."""

    def check(value: Any) -> tuple[str, ...]:
        names = list_of(a_text, "names of nodes")([value] if isinstance(value, str) else value)
        if unknown := [name for name in names if name not in nodes]:
            raise FaultError(f"{unknown[0]!r} is no node; the nodes are {', '.join(nodes)}")
        return tuple(names)

    return check
