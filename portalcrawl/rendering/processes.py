"""Processes as the kernel lists them: who descends from whom, what they hold, ending them. Linux only, else nothing."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGESIZE") if hasattr(os, "sysconf") else 4096
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One process; *memory* is what it holds alone, in bytes."""

    pid: int
    command: str
    memory: int

    @property
    def is_renderer(self) -> bool:
        """Whether it is a browser's process that holds pages."""
        return "--type=renderer" in self.command


def is_alive(pid: int) -> bool:
    """Tell whether *pid* runs, or is frozen; a zombie does not."""
    if sys.platform != "linux":
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        return True
    found = _stat(pid)
    return found is not None and found[1] != "Z"


def descendants(pid: int) -> list[int]:
    """Return the processes that descend from *pid*, zombies left out."""
    parents: dict[int, int] = {}
    for name in os.listdir(PROC) if PROC.is_dir() else ():  # noqa: PTH208 - ten times as fast
        if name.isdecimal() and (found := _stat(int(name))) and found[1] != "Z":
            parents[int(name)] = found[0]
    known = {pid}
    while fresh := {each for each, parent in parents.items() if parent in known} - known:
        known |= fresh
    return sorted(known - {pid})


def tree(pid: int) -> list[Process]:
    """Return the processes that descend from *pid* with their memory."""
    found = []
    for each in descendants(pid):
        with suppress(OSError, ValueError, IndexError):
            command = (PROC / str(each) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            _, resident, shared, *_ = (PROC / str(each) / "statm").read_text().split()
            found.append(Process(each, command, (int(resident) - int(shared)) * PAGE))
    return found


def mentioning(text: str) -> list[int]:
    """Return the processes whose command holds *text*."""
    found = []
    for name in os.listdir(PROC) if PROC.is_dir() else ():  # noqa: PTH208 - ten times as fast
        if name.isdecimal():
            with suppress(OSError):
                if text.encode() in (PROC / name / "cmdline").read_bytes():
                    found.append(int(name))
    return found


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to *pid*; nothing where it is gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def kill(pid: int) -> None:
    """End *pid* at once; nothing where it is gone."""
    send(pid, signal.SIGKILL)


def _stat(pid: int) -> tuple[int, str] | None:
    """Return parent and state."""
    try:
        fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return int(fields[1]), fields[0].decode()
    except (OSError, ValueError, IndexError):
        return None
