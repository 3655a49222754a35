"""Functions on processes: descendants, memory, signals."""

from __future__ import annotations

import signal
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Process:
    """One process; *memory* is its unshared memory in bytes."""

    pid: int
    command: str
    memory: int

    @property
    def is_renderer(self) -> bool:
        """Whether it is a process of Chromium that shows pages."""
        return "--type=renderer" in self.command


def is_alive(pid: int) -> bool:
    """Return whether the process exists and is not a zombie; a stopped process is alive."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def tree(pid: int) -> list[Process]:
    """Return the descendants of *pid*, without zombies."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                if command := " ".join(process.cmdline()):  # empty for a zombie
                    found.append(Process(process.pid, command, own_memory(process.pid)))
    return found


def own_memory(pid: int) -> int:
    """Return the unshared resident memory of *pid* in bytes; all of it if the system does not report shared memory."""
    memory = psutil.Process(pid).memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def mentioning(text: str) -> list[int]:
    """Return the ids of the processes whose command line contains *text*."""
    listed = psutil.process_iter(["cmdline"])
    return [process.pid for process in listed if any(text in word for word in process.info["cmdline"] or ())]


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to *pid*, if it still exists."""
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        psutil.Process(pid).send_signal(number)


def kill(pid: int) -> None:
    """Send SIGKILL to *pid*, if it still exists."""
    send(pid, signal.SIGKILL)
