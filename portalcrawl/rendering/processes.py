"""Processes of this machine: who descends from whom, what they hold, ending them."""

from __future__ import annotations

import signal
from contextlib import suppress
from dataclasses import dataclass

import psutil


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
    """Return whether *pid* runs, or is frozen; a zombie does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def descendants(pid: int) -> list[int]:
    """Return the processes that descend from *pid*, zombies left out."""
    return [process.pid for process in _descendants(pid) if is_alive(process.pid)]


def tree(pid: int) -> list[Process]:
    """Return the processes that descend from *pid* with their memory."""
    found = []
    for process in _descendants(pid):
        with suppress(psutil.Error):
            command = " ".join(process.cmdline())
            if command:  # a zombie has none
                found.append(Process(process.pid, command, own_memory(process.pid)))
    return found


def own_memory(pid: int) -> int:
    """Return the bytes that *pid* holds alone; where the system does not say what is shared, all that it holds."""
    memory = psutil.Process(pid).memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


def mentioning(text: str) -> list[int]:
    """Return the processes whose command holds *text*."""
    listed = psutil.process_iter(["cmdline"])
    return [process.pid for process in listed if any(text in word for word in process.info["cmdline"] or ())]


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to *pid*; nothing where it is gone."""
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        psutil.Process(pid).send_signal(number)


def kill(pid: int) -> None:
    """End *pid* at once; nothing where it is gone."""
    send(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return list(psutil.Process(pid).children(recursive=True))
    return []
