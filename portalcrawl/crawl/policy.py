"""The policy of a crawl: arguments, settings and profiles, resolved for each portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portalcrawl.profiles.model import DiscoveryRules, Profile, RenderMode


@dataclass(frozen=True, slots=True)
class PortalPolicy:
    """How one portal is crawled."""

    profile: Profile
    max_depth: int | None
    """Teaser hops from a start page; None: no limit."""
    render: RenderMode
    recrawl_ages: tuple[int, ...]
    """Seconds after an article was first stored at which it is visited again, ascending."""
    discovery: DiscoveryRules
    """Which feeds and sitemaps are requested."""


@dataclass(frozen=True, slots=True)
class CrawlPolicy:
    """How a run crawls its portals."""

    portals: Mapping[str, PortalPolicy]
    """Name of a portal -> its policy."""
    started: datetime
    """Start of the run, UTC."""
    follow: bool
    since: datetime | None
    """Oldest publication time wanted. A naive one is local time of the portal."""
    retry_failed_after: float
    """Seconds until the first retry of a page that failed; each further wait is twice as long."""
    observations: bool
    """Whether observations of teasers on start pages are recorded."""
