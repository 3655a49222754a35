"""Network namespaces: processes that reach others only by a link that can be cut, like a machine's cable.

They need Linux, root and iproute2; ``are_allowed`` returns whether there are all of these.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Self

PORTALS = "100.100"
"""Network (/16) whose addresses are this machine's own while a namespace is open, for it and for namespaces."""
LINKS = "100.99"
"""Network (/16) of the links. Both are of the range for carriers (RFC 6598), which no portal uses."""


def ip(*args: str) -> None:
    """Run ``ip ARGS``."""
    subprocess.run(["ip", *args], check=True, capture_output=True)


def are_allowed() -> bool:
    """Return whether namespaces with links can be made here."""
    if os.name != "posix" or os.geteuid() or not shutil.which("ip"):
        return False
    try:
        with NetworkNamespace(255):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


class NetworkNamespace:
    """A namespace and its link. *number*, 0 to 255, is its own among those open at a time in one process."""

    def __init__(self, number: int) -> None:
        self.name = f"portalcrawl-{os.getpid()}-{number}"
        self.host = f"{LINKS}.{number}.1"
        """Address of this machine, as the namespace reaches it."""
        self._own = f"{LINKS}.{number}.2"
        self._link = f"pc{os.getpid()}h{number}"
        self._peer = f"pc{os.getpid()}n{number}"

    def cut(self) -> None:
        """Lose all packets from now on; connections stay open at both ends."""
        ip("link", "set", self._link, "down")

    def mend(self) -> None:
        """Pass packets again."""
        ip("link", "set", self._link, "up")

    def __enter__(self) -> Self:
        inside = ("-n", self.name)
        ip("netns", "add", self.name)
        try:
            ip("link", "add", self._link, "type", "veth", "peer", "name", self._peer, "netns", self.name)
            ip("addr", "add", f"{self.host}/30", "dev", self._link)
            ip("link", "set", self._link, "up")
            ip("route", "replace", "local", f"{PORTALS}.0.0/16", "dev", "lo")
            ip(*inside, "addr", "add", f"{self._own}/30", "dev", self._peer)
            ip(*inside, "link", "set", "lo", "up")
            ip(*inside, "link", "set", self._peer, "up")
            ip(*inside, "route", "add", "default", "via", self.host)
        except subprocess.CalledProcessError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        ip("netns", "delete", self.name)  # its end of the link goes with it, and this one with that
