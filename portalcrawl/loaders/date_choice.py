"""Rank the dates of publication on a page.

Each source has a weight, and the weights of sources with the same day are added up. Meta tags often date the page
instead of the article, so the date next to the headline outranks them (measured: right 5 times of 6), and both together
outrank JSON-LD.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from portalcrawl.dates import DateReading
from portalcrawl.reasons import reason

Found = Mapping[str, DateReading]

WEIGHTS: Mapping[str, float] = {"profile": 9, "json-ld": 2, "meta": 1, "page": 1.5, "url": 0.25}
"""Source -> weight; of sources with the same weight, the most exact gives the time, or one with a zone at that time."""
AGE = 0.5
"""Weight of a time shown to the hour, usually an age (``2 hours ago``), which may be out of date in a cached page."""
_EXACT = ("minute", "hour", "day")
_WEST, _EAST = timedelta(hours=-8), timedelta(hours=10)
"""Offsets from UTC that a newsroom of unknown time zone may have."""
_STEP, _MINUTE = timedelta(minutes=30), timedelta(minutes=1)


def rank_dates(found: Found, changes: Collection[DateReading] = ()) -> list[tuple[str, DateReading, str]]:
    """Return the dates of publication, the best first, as tuples of source, reading and reason.

    *found* are readings by source. A reading at the time of one of the *changes* counts only if no source has an
    earlier time.
    """
    late = [name for name in found if name != "profile" and _is_change(found[name], found, changes)]
    order = [name for name in WEIGHTS if name in found and name not in late]
    support = {
        name: sum(_weight(other, found[other]) for other in order if _agree(found[name], found[other]))
        for name in order
    }
    exact = sorted(order, key=lambda name: (-support[name], _EXACT.index(found[name].precision)))
    order = sorted(exact, key=lambda name: (name != "profile", not _is_moment_of(found[exact[0]], found[name])))
    reasons = {name: reason("source-weight", f"{support[name]:g} with those that agree on the day") for name in order}
    reasons |= {name: reason("only-change") for name in order if found[name].role == "modified"}
    reasons |= dict.fromkeys(late, reason("time-of-change"))
    return [(name, found[name], reasons[name]) for name in (*order, *late)]


def _weight(source: str, reading: DateReading) -> float:
    return AGE if source == "page" and reading.precision == "hour" else WEIGHTS[source]


def _is_change(reading: DateReading, found: Found, changes: Collection[DateReading]) -> bool:
    """Return whether *reading* is the time of a change, and another source has an earlier time that can be right.

    The earlier time can't be right if the page shows another day: it may be when the article was created. Nor if it is
    only seconds earlier: systems save an article again right after publishing it.
    """
    shown = found.get("page")
    return any(timedelta() <= reading.when - change.when < _MINUTE for change in changes) and any(
        other.precision == "minute"
        and other.role == "published"
        and reading.when - other.when > _MINUTE
        and (shown is None or _agree(shown, other))
        for other in found.values()
    )


def _agree(one: DateReading, other: DateReading) -> bool:
    """Return whether both are on one day, in the zone of one of them or, if that is unknown, in some zone."""
    return _is_on_day_of(one, other) or _is_on_day_of(other, one)


def _is_on_day_of(local: DateReading, other: DateReading) -> bool:
    """Return whether *other* is on the day of *local* in its zone, or in some zone if that is unknown."""
    if local.when.date() == other.when.astimezone(local.when.tzinfo).date() or _is_moment_of(local, other):
        return True
    is_bare_day = local.precision == "day" and other.zoned and not local.when.utcoffset()
    return is_bare_day and local.when.date() in {(other.when + shift).date() for shift in (_WEST, _EAST)}


def _is_moment_of(local: DateReading, zoned: DateReading) -> bool:
    """Return whether *local*, a time without a zone, can be the local time of some zone at *zoned*."""
    if local.zoned or not zoned.zoned or {local.precision, zoned.precision} != {"minute"}:
        return False
    shift = local.when - zoned.when
    return _WEST <= shift <= _EAST and (shift + _MINUTE) % _STEP <= 2 * _MINUTE
