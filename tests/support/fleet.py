"""A fleet for tests: a database, workers as processes, and their results."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portalcrawl.fleet.database import Database
from support import commandline
from support.commandline import ENOUGH, ROOT, Ended, environment
from support.surroundings import Surroundings
from support.warm_start import WarmProcess


def scrapy(*args: str, data: Path, url: str = "", cwd: Path = ROOT) -> Ended:
    """Run ``scrapy ARGS`` with a database to its end."""
    return commandline.scrapy(*args, data=data, cwd=cwd, PORTALCRAWL_STATE_URL=url)


FAST = ("-s", "COMMIT_SECONDS=0.5", "-s", "COMMIT_ITEMS=20", "-s", "DOWNLOAD_DELAY=0")


class Worker:
    """A ``scrapy fleet worker``; its log is a file."""

    def __init__(self, url: str, data: Path, log: Path, *args: str, network: str | None = None, **extra: str) -> None:
        """*network*: name of the network namespace that it lives in."""
        self.log_file = log
        with log.open("ab") as out:
            given = environment(data, PORTALCRAWL_STATE_URL=url, **extra)
            within = Surroundings(namespaces=[f"/run/netns/{network}"] if network else [])
            self.process: WarmProcess = commandline.warm_starter().start(
                ("fleet", "worker", *FAST, *args), ROOT, given, output=out.fileno(), surroundings=within
            )

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def children(self) -> list[int]:
        """Process ids of those that run jobs."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in found.split()]

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the worker and all its processes, as if the machine did."""
        for pid in (*self.children(), self.process.pid):
            os.kill(pid, number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Have the worker end; return the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(ENOUGH)
        return time.monotonic() - began


class Fleet:
    """Workers on one database and one data folder."""

    def __init__(self, url: str, data: Path) -> None:
        self.url = url
        self.data = data
        self.database = Database(url)
        self.workers: list[Worker] = []

    def run(self, *args: str) -> Ended:
        """Run ``scrapy fleet ARGS`` to its end."""
        return scrapy("fleet", *args, data=self.data, url=self.url)

    def apply(self, text: str) -> Ended:
        """Apply a schedule."""
        file = self.data.parent / "schedule.toml"
        file.write_text(text, encoding="utf-8")
        return self.run("apply", str(file))

    def worker(self, *args: str, **extra: str) -> Worker:
        """Start a worker."""
        worker = Worker(self.url, self.data, self.data.parent / f"worker-{len(self.workers)}.log", *args, **extra)
        self.workers.append(worker)
        return worker

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        with self.database.transaction() as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def ended(self, entry: str = "%") -> list[dict[str, Any]]:
        """Return the starts that have ended and were not skipped, the first first."""
        query = "SELECT * FROM fleet_starts WHERE verdict IS NOT NULL AND entry LIKE %s ORDER BY id"
        return self.rows(query, entry)

    def close(self) -> None:
        """Kill what is left."""
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill(signal.SIGCONT)
                worker.kill()
                worker.process.wait()
        self.database.close()


def wait_for(condition: Callable[[], object], what: str, seconds: float = ENOUGH) -> Any:
    """Return what *condition* returns once that is true; fail after *seconds*."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}")
