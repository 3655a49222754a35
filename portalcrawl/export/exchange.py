"""Two folders change places in one step, so that no reader ever sees both or neither (renameat2(2), Linux)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from shutil import rmtree

AT_FDCWD = -100
RENAME_EXCHANGE = 2
"""Both from the headers of Linux; Python's ``os`` has no such function."""


def exchange(one: Path, other: Path) -> None:
    """Have two folders change places atomically.

    :raises NotImplementedError: where the system has no such call.
    :raises OSError: where the file system can't do it, or refuses.
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
    """Return whether folders where *place* would be can change places, and files there can have a second name.

    :param place: a folder for nothing else; it is made, tried in, and removed.
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
