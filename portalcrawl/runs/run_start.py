"""When a run starts, and its id."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from time import sleep, time

from portalcrawl.feeds.feed_files import PART
from portalcrawl.runs.plan import start_of_run
from portalcrawl.runs.run_names import FEED_KINDS, START_FORMAT, feed_name, manifest_name, run_id
from portalcrawl.storage.run_history import RunHistory


def next_start(portals: Collection[str], history: RunHistory) -> datetime:
    """Return the start of a run (UTC, whole seconds): a later second than that of any other run on its *portals*.

    Readers of feeds sort runs by their ids, which begin with that second; the rest of an id has no order.
    """
    while True:
        started = start_of_run()
        second = f"{started:{START_FORMAT}}"
        if all(set(portals).isdisjoint(run.portals) for run in history.between(second, f"{second}~")):
            return started
        sleep(1 - time() % 1)


def free_name(started: datetime, job: str | None, folder: Path, history: RunHistory) -> str:
    """Return an unused run id; if the job id was used before, a suffix is added."""
    name = run_id(started, job)
    while history.is_known(name) or any(path.exists() for path in _files_of(folder, name)):
        name = run_id(started, f"{job}-{secrets.token_hex(3)}" if job else None)
    return name


def _files_of(folder: Path, run: str) -> Iterator[Path]:
    """Yield the paths of the files of a run with this id."""
    for name in (manifest_name(run), *(feed_name(kind, run) for kind in FEED_KINDS)):
        yield folder / name
        yield folder / (name + PART)
