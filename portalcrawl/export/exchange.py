"""Swaps two folders atomically, so that no reader ever sees both or neither (renameat2(2), Linux)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from shutil import rmtree

AT_FDCWD = -100
RENAME_EXCHANGE = 2
"""Both values are from the Linux headers; Python's ``os`` has no such function."""


def exchange(one: Path, other: Path) -> None:
    """Swap two folders atomically.

    :raises NotImplementedError: if the system has no such call.
    :raises OSError: if the file system does not support it, or it fails.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        rename = libc.renameat2
    except AttributeError:  # not Linux, or a C library older than glibc 2.28
        raise NotImplementedError from None
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one))


def can_exchange(place: Path) -> bool:
    """Return whether the file system of *place* can swap folders and supports hard links.

    :param place: path of a temporary folder for the test; it is created and removed.
    """
    one, other = place / "one", place / "other"
    rmtree(place, ignore_errors=True)
    try:
        for each in (place, one, other):
            each.mkdir()
        (one / "file").touch()
        (one / "link").hardlink_to(one / "file")
        exchange(one, other)
        return (other / "link").exists()
    except (OSError, NotImplementedError):
        return False
    finally:
        rmtree(place, ignore_errors=True)
