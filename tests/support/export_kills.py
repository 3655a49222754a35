"""Exports in a process that kills itself (SIGKILL) at the n-th step of making something durable.

Steps are syncs, renames, links and removals of files, creation, removal and exchange of folders, and in PostgreSQL
every statement, every tenth row of a COPY and the commit. It is killed right before a step, that is, right after the
previous one.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg

from portalcrawl.export import exporting, merging
from portalcrawl.export.csv_format import CsvFormat
from portalcrawl.export.cursor import Selection
from portalcrawl.export.exporting import Result, Target, export
from portalcrawl.export.file_target import FileTarget
from portalcrawl.export.parquet_format import ParquetFormat
from portalcrawl.export.postgres import PostgresTarget
from portalcrawl.feeds.store.folder_store import FolderStore
from portalcrawl.feeds.store.published import PublishedFeeds

ROWS_A_STEP = 10


class Steps:
    """Counts steps, and dies at the fatal one."""

    def __init__(self, fatal: int) -> None:
        self.fatal, self.count = fatal, 0

    def take(self) -> None:
        self.count += 1
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str, every: int = 1) -> None:
        """Make each *every*-th call of a function a step, right before it."""
        function, calls = getattr(owner, name), 0

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls % every:
                return function(*args, **kwargs)
            self.take()
            return function(*args, **kwargs)

        setattr(owner, name, wrapper)


def opened(name: str, where: str) -> AbstractContextManager[Target]:
    """Return a target, not opened yet."""
    if name == "postgres":
        return PostgresTarget.open(where)
    return FileTarget.open(Path(where), ParquetFormat() if name == "parquet" else CsvFormat())


def export_to(name: str, where: str, feeds: Path, selection: Selection | None = None) -> Result:
    """Export in this process."""
    with opened(name, where) as target:
        return export(PublishedFeeds(FolderStore(feeds)), target, selection or Selection(), lambda done, total: None)


def killed_at(name: str, where: str, feeds: Path, fatal: int, batch_bytes: int, most: int = merging.MOST) -> int | None:
    """Export in a fork of this process that dies at step *fatal* (0: never).

    :param most: files of a month that are not merged.
    :return: the number of steps where it did not die, else None.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            exporting.BATCH_BYTES, merging.MOST = batch_bytes, most
            steps = _armed(fatal)
            export_to(name, where, feeds)
            os.write(writer, str(steps.count).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as said:  # ends when the child does
        count = said.read()
    status = os.waitpid(child, 0)[1]
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    if name == "postgres":
        _wait_for_its_end(where)
    return int(count) if count else None


def _wait_for_its_end(url: str) -> None:
    """Wait until the server has noticed that the other client is gone, and has released its locks."""
    others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        while connection.execute(f"{others} AND backend_type = 'client backend'").fetchone():
            time.sleep(0.01)


def _armed(fatal: int) -> Steps:
    steps = Steps(fatal)
    for function in ("fsync", "replace", "unlink", "mkdir", "rmdir", "link"):
        steps.around(os, function)
    steps.around(merging, "exchange")
    steps.around(psycopg.Connection, "execute")
    steps.around(psycopg.Cursor, "executemany")
    steps.around(psycopg.Copy, "write_row", every=ROWS_A_STEP)
    steps.around(psycopg.transaction.Transaction, "__exit__")
    return steps
