"""What a command that is a fork does itself to be as one that ``ip netns exec``, ``setpriv`` or ``prlimit`` started."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CAPABILITIES = {"dac_override": 1, "dac_read_search": 2, "fowner": 3}
"""Of ``linux/capability.h``: what lets root open and change files whose mode forbids it."""
PR_CAPBSET_DROP = 24
"""Of ``linux/prctl.h``."""
VERSION_3 = 0x20080522
"""Of ``linux/capability.h``: sets of 64 bits, in two halves."""


@dataclass(frozen=True)
class Surroundings:
    """What a command is started in."""

    namespaces: Sequence[str] = ()
    """Files of the namespaces that it lives in, such as ``/proc/PID/ns/mnt``; their user may enter them, and root."""
    without: Sequence[str] = ()
    """CAPABILITIES that it has not."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """Limits of the system by name (``FSIZE``), as ``ulimit`` sets them."""

    def take(self) -> None:
        """Let them be those of this process.

        :raises OSError: where that is not allowed.
        """
        enter(self.namespaces)
        give_up(self.without)
        for name, limit in self.limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def enter(namespaces: Sequence[str]) -> None:
    """Move this process, which has one thread, into *namespaces*, one by one."""
    libc = ctypes.CDLL(None, use_errno=True)
    handles = [os.open(name, os.O_RDONLY) for name in namespaces]  # before another /proc is entered
    for name, handle in zip(namespaces, handles, strict=True):
        if libc.setns(handle, 0):  # os.setns is of Python 3.12
            raise OSError(ctypes.get_errno(), f"{name} can't be entered")
        os.close(handle)


def give_up(names: Sequence[str]) -> None:
    """Give up capabilities, for this process and all that it starts; only root has any."""
    if not names or os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = ctypes.create_string_buffer(struct.pack("Ii", VERSION_3, 0))
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable: their lower halves, then their upper ones
    failed = libc.capget(header, sets)
    for name in names:
        failed = failed or libc.prctl(PR_CAPBSET_DROP, CAPABILITIES[name], 0, 0, 0)
        for half in range(3):
            sets[half] &= ~(1 << CAPABILITIES[name])
    if failed or libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capabilities can't be given up")
