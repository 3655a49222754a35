"""Ports for servers that need a port number before they start.

A port that the system has just chosen is free for everybody until the server listens on it, and again while the server
is restarted: another test may get it, or a connection may use it as its local port.
"""

from __future__ import annotations

import os
import random
import socket
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

PORTS = range(20_000, 32_000)
"""Below all from which systems choose by themselves (Linux: 32,768 and up, see ip_local_port_range in ip(7))."""
LOCKS = Path(tempfile.gettempdir()) / f"portalcrawl-test-ports-{os.getuid()}"
_taken: list[FileLock] = []


def free_port() -> int:
    """Return a port of loopback that is this process's own among all tests of this machine until the process ends."""
    LOCKS.mkdir(exist_ok=True)
    for port in random.sample(PORTS, len(PORTS)):
        lock = FileLock(LOCKS / str(port))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        if _is_free(port):
            _taken.append(lock)
            return port
        lock.release()
    raise RuntimeError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
