"""Delay and concurrency per host: those of the profile, unless the user's settings override them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from portalcrawl.runs.run_settings import is_users
from portalcrawl.urls import is_private_host

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from portalcrawl.profiles.model import Profile


def set_download_slots(settings: BaseSettings, profiles: Iterable[Profile]) -> None:
    """Set DOWNLOAD_SLOTS for the hosts of *profiles*; the user's settings and existing slots take precedence."""
    slots: dict[str, dict[str, Any]] = {}
    for profile in profiles:
        for host in profile.hosts:
            name = urlsplit(f"http://{host}").hostname or host
            if slot := _slot(settings, profile, name):
                slots[name] = slot
    settings.set("DOWNLOAD_SLOTS", slots | settings.getdict("DOWNLOAD_SLOTS"), priority="spider")


def _slot(settings: BaseSettings, profile: Profile, host: str) -> dict[str, Any]:
    """Return the slot to set for *host*, empty if none is needed; private hosts have no delay by default."""
    slot: dict[str, Any] = {}
    delay = profile.politeness.delay
    if delay is None and is_private_host(host):
        delay = 0.0
    if delay is not None and not is_users(settings, "DOWNLOAD_DELAY"):
        slot["delay"] = delay
    concurrency = profile.politeness.concurrency
    if concurrency is not None and not is_users(settings, "CONCURRENT_REQUESTS_PER_DOMAIN"):
        slot["concurrency"] = concurrency
    return slot
