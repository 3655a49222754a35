"""What commands that read published feeds have in common: the period, and where the feeds are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from portalcrawl.runs.arguments import parse_since

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from portalcrawl.runs.run_settings import RunSettings


def start_of_period(since: str | None) -> datetime | None:
    """Return when the period of the option ``--since`` began (UTC): a date means midnight UTC. None without one.

    :raises ArgumentError: where *since* is neither an age nor a date.
    """
    if since is None:
        return None
    given = parse_since("--since", since)
    if isinstance(given, timedelta):
        return datetime.now(UTC) - given
    return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)


def feeds_url(settings: BaseSettings, run_settings: RunSettings) -> str:
    """Return where feeds are published: the setting FEEDS_URL, else the folder ``feeds`` in the data folder."""
    return str(settings.get("FEEDS_URL") or run_settings.data_dir / "feeds")
