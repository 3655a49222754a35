"""Where the tests' temporary folders lie: in memory where there is plenty, since databases are thousands of files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import psutil

IN_MEMORY = Path("/dev/shm")
"""Of Linux: a file system in memory that any user may write to."""
ENOUGH = 8e9
"""Bytes that must be free; all tests together write about half of that."""


def use_memory_disk() -> None:
    """Have this process, and all that it starts, make temporary folders in memory, unless TMPDIR says where.

    What a process handed to the kernel outlives the process, in memory as on a disk. That more is on a disk only shows
    when the machine dies, which no test makes.
    """
    if "TMPDIR" in os.environ or not IN_MEMORY.is_dir() or not os.access(IN_MEMORY, os.W_OK):
        return
    found = os.statvfs(IN_MEMORY)
    room = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available)
    if room >= ENOUGH and not found.f_flag & os.ST_NOEXEC:  # tests start programs that they write
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None
