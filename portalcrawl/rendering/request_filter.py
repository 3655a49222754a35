"""What a page in the browser may ask for, told from the address and the kind of a request alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portalcrawl.urls import is_private_host

if TYPE_CHECKING:
    from portalcrawl.profiles.model import Profile
    from portalcrawl.runs.plan import Plan

BLOCKED = frozenset({"image", "media", "font"})
"""Kinds of requests (as Playwright names them) that no article needs, where the profile names none."""


@dataclass(slots=True)
class Gate:
    """The rules for the pages of one portal in one run."""

    plan: Plan
    profile: Profile
    kinds: Collection[str] = field(init=False)
    """Kinds of requests that are not made."""

    def __post_init__(self) -> None:
        named = self.profile.render.block_resources
        self.kinds = BLOCKED if named is None else frozenset(named)

    def refuses(self, url: str, kind: str, *, is_page: bool) -> bool:
        """Tell whether a request is not made; *is_page*: whether it would lead the page itself elsewhere.

        Where redirects lead is the proxy's business, which sees each of them.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return True
        if parts.scheme not in ("http", "https") or (kind in self.kinds and not is_page):
            return True
        if self.plan.allows_origin(self.profile, url):
            return False
        if is_page and not self.profile.owns(url):
            return True
        host = parts.hostname or ""
        return is_private_host(host) or (bool(self.kinds) and is_tracker(host))

    def allows_private(self, host: str, port: int) -> bool:
        """Tell whether the user or the profile gave the origin, so that it may be private."""
        shown = f"[{host}]" if ":" in host else host
        return any(self.plan.allows_origin(self.profile, f"{scheme}://{shown}:{port}/") for scheme in ("http", "https"))


@lru_cache(maxsize=1)
def _trackers() -> frozenset[str]:
    text = resources.files(__package__).joinpath("trackers.txt").read_text("utf-8")
    return frozenset(line for line in text.split() if "." in line and not line.startswith("#"))


def is_tracker(host: str) -> bool:
    """Tell whether *host* is one that counts readers, or below one.

    >>> is_tracker("stats.g.doubleclick.net"), is_tracker("kranichpost.example")
    (True, False)
    """
    labels = host.lower().split(".")
    return any(".".join(labels[at:]) in _trackers() for at in range(len(labels) - 1))
