"""Crawls that are killed at a step of making something durable (see selfkill.py)."""

from __future__ import annotations

import signal
from pathlib import Path

from support.commandline import ENOUGH, ROOT, environment, warm_starter
from support.warm_start import SCRIPT


def crawl_killed_at(step: int, data: Path, *args: str) -> bool:
    """Run ``scrapy crawl portal ARGS``, to be killed at *step*; return whether it was."""
    command = [str(step), str(data / "steps"), "crawl", "portal", *args]
    files = [data / name for name in ("in", "out", "err")]
    for file in files:
        file.touch()
    script = str(Path(__file__).with_name("selfkill.py"))
    code = warm_starter().run(command, ROOT, environment(data, **{SCRIPT: script}), files, ENOUGH)
    return code == -signal.SIGKILL
