"""Runs ``scrapy`` in a process that kills itself (SIGKILL) at the n-th step of making something durable.

    python selfkill.py N STEPS_FILE ARGUMENTS OF SCRAPY ...

Steps are writes to feeds (killed after half of the bytes), syncs, renames, cuts, removals, uploads, and the state's
commits (each once before and once after). With N = 0 nothing is killed, and the number of steps is written to
STEPS_FILE.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scrapy.cmdline import execute
from sqlalchemy import event
from sqlalchemy.engine import Engine

FATAL = int(sys.argv[1])
STEPS = Path(sys.argv[2])
count = 0


def step() -> bool:
    """Count a step; return whether it is the fatal one."""
    global count
    count += 1
    return count == FATAL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_and_after(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if step():
            die()
        result = function(*args, **kwargs)
        if step():
            die()
        return result

    return wrapper


def halfway(function: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    def wrapper(handle: int, data: bytes) -> int:
        if handle > 2 and len(data) > 1 and step():
            function(handle, data[: len(data) // 2])
            die()
        return function(handle, data)

    return wrapper


def arm() -> None:
    os.write = halfway(os.write)
    for name in ("fsync", "ftruncate", "replace", "unlink"):
        setattr(os, name, before_and_after(getattr(os, name)))

    if os.environ.get("AWS_ENDPOINT_URL"):
        import obstore

        obstore.put = before_and_after(obstore.put)

    @event.listens_for(Engine, "commit")
    def commit(_: Any) -> None:
        if step():
            die()

    @event.listens_for(Engine, "begin")
    def begin(_: Any) -> None:
        if step():
            die()


if __name__ == "__main__":
    arm()
    try:
        execute(["scrapy", *sys.argv[3:]])
    finally:
        STEPS.write_text(str(count), encoding="utf-8")
