"""Crawls that are killed at a step of making something durable (see selfkill.py)."""

from __future__ import annotations

import signal
from pathlib import Path

from support.commandline import ROOT, environment, to_end, warm_starter

SELFKILL = Path(__file__).with_name("selfkill.py")


def crawl_killed_at(step: int, data: Path, *args: str, steps: Path | None = None) -> bool:
    """Run ``scrapy crawl portal ARGS``, to be killed at *step*; return whether it was.

    :param step: 0 only counts the steps.
    :param steps: file that the number of steps is written to where the crawl is not killed.
    """
    data.mkdir(exist_ok=True)
    command = [str(step), str(steps or data / "steps"), "crawl", "portal", *args]
    process = warm_starter().start(command, ROOT, environment(data), script=SELFKILL)
    return to_end(process).code == -signal.SIGKILL
