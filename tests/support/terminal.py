"""Runs commands on a terminal of their own."""

from __future__ import annotations

import os
import pty
import struct
import termios
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path

from support.commandline import ENOUGH, ROOT, environment, warm_starter


def on_terminal(args: list[str], data: Path, columns: int, code: int = 0, **extra: str) -> str:
    """Run ``scrapy ARGS`` on a terminal with *columns* columns; check that it ends with *code*, and return its
    output."""
    reader, writer = pty.openpty()
    ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    given = {**environment(data, TERM="xterm-256color", **extra)}
    for name in ("NO_COLOR", "COLUMNS", "LINES"):  # the last two, which pytest's workers have, beat the terminal's size
        if name not in extra:
            given.pop(name, None)
    process = warm_starter().start(args, ROOT, given, terminal=writer)
    os.close(writer)
    shown = b""
    with suppress(OSError):  # EIO: the program has ended
        while part := os.read(reader, 65_536):
            shown += part
    assert process.wait(ENOUGH) == code
    os.close(reader)
    return shown.decode()
