"""A process that kills itself at the n-th step of making something durable; selfkill.py does so with all of Scrapy."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any


def kill_at(number: int) -> None:
    """Have this process kill itself (SIGKILL) at a write (after half of it), or before or after a sync or rename."""
    left = number

    def step() -> bool:
        nonlocal left
        left -= 1
        return left == 0

    def around(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if step():
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*args, **kwargs)
            if step():
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapper

    write = os.write

    def halfway(handle: int, data: bytes) -> int:
        if step():
            write(handle, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return write(handle, data)

    os.write = halfway  # type: ignore[assignment]
    for name in ("fsync", "replace", "mkdir"):
        setattr(os, name, around(getattr(os, name)))
