"""The processes of a job on this machine, whatever became of the Scrapyd that started them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def processes_of(job: str) -> list[int]:
    """Return the process ids of *job*: Scrapyd's runner has ``_job=<id>`` among its arguments."""
    listed = _from_proc() if (PROC / "self" / "cmdline").exists() else _from_ps()
    return [number for number, arguments in listed if f"_job={job}" in arguments]


def send_signal(job: str, number: signal.Signals) -> None:
    """Send a signal to the processes of *job*; one that is not ours, or gone, is left alone."""
    for process in processes_of(job):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)


def _from_proc() -> Iterator[tuple[int, list[str]]]:
    """Linux, where ps may be missing."""
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                yield int(folder.name), (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")


def _from_ps() -> Iterator[tuple[int, list[str]]]:
    """Elsewhere: ps of POSIX; -ww keeps long lines whole."""
    command = ["ps", "-A", "-ww", "-o", "pid=,args="]
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        number, *arguments = line.split()
        yield int(number), arguments
