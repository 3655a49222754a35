"""Folders that may be read and not written, for root too: on a read-only mount, or by their modes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE

from support.commandline import ENOUGH
from support.small_disk import may_mount
from support.surroundings import Surroundings

MOUNT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99; echo mounted; read -r _'
AS_OTHERS = Surroundings(without=["dac_override", "dac_read_search", "fowner"])
"""Here root, too, is refused what a file's mode forbids."""


@contextmanager
def read_only_modes(folder: Path) -> Iterator[Surroundings]:
    """Take away all rights to write in *folder*; yield where a command has no more rights than that."""
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(modes[path] & 0o555)
    try:
        yield AS_OTHERS
    finally:
        for path in paths:
            if path.exists():
                path.chmod(modes[path])


@contextmanager
def read_only_mount(folder: Path) -> Iterator[Surroundings]:
    """Yield where *folder* is mounted read-only, while others write to it; by modes where nothing can be mounted."""
    if not may_mount():
        with read_only_modes(folder) as surroundings:
            yield surroundings
        return
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh", str(folder)]
    with subprocess.Popen(namespace, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stderr is not None
        assert holder.stdout.readline() == "mounted\n", holder.stderr.read()
        yield Surroundings(namespaces=[f"/proc/{holder.pid}/ns/{kind}" for kind in ("user", "mnt")])
        holder.communicate("\n", timeout=ENOUGH)
