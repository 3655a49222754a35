"""Decides which requests a page in the browser may make, from URL and resource type only."""

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
"""Resource types (Playwright's names) that are blocked unless the profile sets others: no article needs them."""


@dataclass(slots=True)
class RequestFilter:
    """The rules for the pages of one portal in one run."""

    plan: Plan
    profile: Profile
    blocked_types: Collection[str] = field(init=False)

    def __post_init__(self) -> None:
        named = self.profile.render.block_resources
        self.blocked_types = BLOCKED if named is None else frozenset(named)

    def blocks(self, url: str, resource_type: str, *, is_navigation: bool) -> bool:
        """Return whether a request is blocked; *is_navigation* is True if it loads another document into the page.

        Redirect targets are not checked here, but by the proxy.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return True
        if parts.scheme not in ("http", "https") or (resource_type in self.blocked_types and not is_navigation):
            return True
        if self.plan.allows_origin(self.profile, url):
            return False
        if is_navigation and not self.profile.owns(url):
            return True
        host = parts.hostname or ""
        return is_private_host(host) or (bool(self.blocked_types) and is_tracker(host))

    def allows_private(self, host: str, port: int) -> bool:
        """Return whether the origin may be private, because it was given by the user or the profile."""
        netloc = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return any(self.plan.allows_origin(self.profile, f"{scheme}://{netloc}/") for scheme in ("http", "https"))


@lru_cache(maxsize=1)
def _trackers() -> frozenset[str]:
    text = resources.files(__package__).joinpath("trackers.txt").read_text("utf-8")
    return frozenset(line for line in text.split() if "." in line and not line.startswith("#"))


def is_tracker(host: str) -> bool:
    """Return whether *host* is in ``trackers.txt``, or is a subdomain of a host there.

    >>> is_tracker("stats.g.doubleclick.net"), is_tracker("kranichpost.example")
    (True, False)
    """
    labels = host.lower().split(".")
    return any(".".join(labels[at:]) in _trackers() for at in range(len(labels) - 1))
