"""The processes of a job on this machine, whatever became of the Scrapyd that started them."""

from __future__ import annotations

import signal
from contextlib import suppress

import psutil


def processes_of(job: str) -> list[psutil.Process]:
    """Return the processes of *job*: Scrapyd's runner has ``_job=<id>`` among its arguments."""
    listed = psutil.process_iter(["cmdline"])
    return [process for process in listed if f"_job={job}" in (process.info["cmdline"] or ())]


def send_signal(job: str, number: signal.Signals) -> None:
    """Send a signal to the processes of *job*; one that is not ours, or gone, is left alone."""
    for process in processes_of(job):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(number)
