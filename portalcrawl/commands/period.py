"""The period of commands that read published feeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portalcrawl.runs.arguments import parse_since


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
