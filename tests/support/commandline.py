"""Runs the project's commands as a user does: a process of its own, over real HTTP on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from portalcrawl.commands.state import show_runs
from portalcrawl.feeds.store.feed_store import read_whole
from portalcrawl.storage.database import open_database
from portalcrawl.storage.run_history import RunHistory
from support import states
from support.surroundings import Surroundings
from support.warm_start import WarmProcess, WarmStarter

ROOT = Path(__file__).parents[2]
ENOUGH = 600
"""Seconds after which a process that should have ended long ago is killed."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


def environment(data: Path, **extra: str) -> dict[str, str]:
    return {**os.environ, "PORTALCRAWL_DATA_DIR": str(data), "PYTHONUNBUFFERED": "1", **states.variables(data), **extra}


@cache
def warm_starter() -> WarmStarter:
    """Return the process of which commands are forks."""
    return WarmStarter(ROOT)


def start(*args: str, data: Path, cwd: Path = ROOT, **extra: str) -> WarmProcess:
    """Start ``scrapy ARGS`` with *extra* environment, and return it while it runs."""
    return warm_starter().start(args, cwd, environment(data, **extra))


def scrapy(*args: str, data: Path, stdin: str = "", cwd: Path = ROOT, **extra: str) -> Ended:
    """Run ``scrapy ARGS`` to its end, with *extra* environment."""
    return to_end(warm_starter().start(args, cwd, environment(data, **extra), stdin=stdin))


def scrapy_in(surroundings: Surroundings, *args: str, data: Path, **extra: str) -> Ended:
    """Run ``scrapy ARGS`` to its end in *surroundings*, with *extra* environment."""
    return to_end(warm_starter().start(args, ROOT, environment(data, **extra), surroundings=surroundings))


def scrapy_cold(*args: str, data: Path, cwd: Path = ROOT, **extra: str) -> Ended:
    """Run ``scrapy ARGS`` to its end in an interpreter that is started for it, as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *args],
        cwd=cwd,
        env=environment(data, **extra),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=ENOUGH,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def to_end(process: WarmProcess) -> Ended:
    """Wait for the end of *process*."""
    try:
        out, err = process.communicate(timeout=ENOUGH)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return Ended(process.wait(), out, err)


def crawl(*args: str, data: Path, stdin: str = "", **arguments: object) -> Ended:
    """Run ``scrapy crawl portal`` with spider *arguments*."""
    given = [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
    level = () if "-L" in args else ("-L", "WARNING")
    return scrapy("crawl", "portal", *level, *given, *args, data=data, stdin=stdin)


def start_crawl(*args: str, data: Path, **arguments: object) -> WarmProcess:
    """Start a crawl and return it while it runs."""
    given = [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
    return start("crawl", "portal", "-L", "INFO", *given, *args, data=data)


def stop(process: WarmProcess, number: signal.Signals) -> Ended:
    """Send a signal and wait for the end."""
    process.send_signal(number)
    return to_end(process)


def manifests(data: Path) -> list[dict[str, Any]]:
    """All manifests of a data folder, oldest first."""
    if states.current == "fleet":
        store = states.store(data)
        return [json.loads(read_whole(store, name)) for name in store.manifests()]
    files = (data / "feeds").glob("manifest-*.json")  # names don't order runs on several portals in one second
    return [json.loads(path.read_bytes()) for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)]


def runs(data: Path) -> list[dict[str, Any]]:
    """All runs that the state of a data folder knows, oldest first, as ``scrapy state --runs --json`` shows them."""
    engine = open_database(states.state_url(data))
    with redirect_stdout(StringIO()) as out:
        show_runs(RunHistory(engine), 1000, as_json=True)
    engine.dispose()
    # On PostgreSQL by the last change of the row, which is the end of the run.
    by_age = "rowid" if states.current == "sqlite" else "age(xmin) DESC"
    order = [row["run"] for row in states.rows(data, f"SELECT run FROM runs ORDER BY {by_age}")]
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return sorted(found, key=lambda run: order.index(run["run"]))


def let_time_pass(data: Path, seconds: float) -> None:
    """Move all times of the state's articles into the past by *seconds*; do nothing if there is no state."""
    if states.is_made(data):
        for column in ("next_visit", "newest", "first_stored"):
            states.rows(data, f"UPDATE articles SET {column} = {column} - :seconds", seconds=seconds)
        if days := int(seconds // 86_400):
            states.rows(data, "UPDATE articles SET seen = seen - :days", days=days)


def records(data: Path, kind: str) -> list[dict[str, Any]]:
    """All records that manifests of a data folder name, as a reader of the feeds gets them."""
    found: list[dict[str, Any]] = []
    for manifest in manifests(data):
        for feed in manifest["feeds"]:
            if feed["kind"] == kind:
                content = read_whole(states.store(data), feed["file"])
                assert len(content) == feed["bytes"]
                lines = content.decode("utf-8").split("\n")
                assert lines.pop() == ""
                assert len(lines) == feed["records"]
                found.extend(json.loads(line) for line in lines)
    return found


def doubled(values: Sequence[Any]) -> list[Any]:
    """Those of *values* that come more than once."""
    seen: dict[Any, int] = {}
    for value in values:
        seen[value] = seen.get(value, 0) + 1
    return [value for value, times in seen.items() if times > 1]


def files(folder: Path) -> Mapping[str, bytes]:
    """All files below *folder*, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


HIDDEN = """
import importlib.util, sys
package, find = sys.argv[1], importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == package else find(name, *rest)
sys.modules[package] = None
from scrapy.cmdline import execute
execute(["scrapy", *sys.argv[2:]])
"""


def scrapy_without(package: str, *args: str, data: Path) -> Ended:
    """Run ``scrapy ARGS`` where *package* seems not to be installed."""
    command = [sys.executable, "-c", HIDDEN, package, *args]
    done = subprocess.run(command, cwd=ROOT, env=environment(data), capture_output=True, text=True, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)
