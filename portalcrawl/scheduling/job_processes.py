"""The processes of a job on this machine, whatever became of the Scrapyd that started them."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil


def processes_of(job: str) -> list[psutil.Process]:
    """Return the processes of *job*: Scrapyd's runner has ``_job=<id>`` among its arguments."""
    import psutil  # here, since every Scrapy command imports this module: 10 ms of CPU

    listed = psutil.process_iter(["cmdline"])
    return [process for process in listed if f"_job={job}" in (process.info["cmdline"] or ())]


def send_signal(job: str, number: signal.Signals) -> None:
    """Send a signal to the processes of *job*; one that is not ours, or gone, is left alone."""
    import psutil  # see processes_of

    for process in processes_of(job):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process.send_signal(number)
