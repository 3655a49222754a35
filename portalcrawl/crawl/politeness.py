"""Limits the requests to each host: delays, Crawl-delay, Retry-After, and backoff after 429 and 503.

A host is identified as in Scrapy's download slots: by its name without the port. All runs of a data folder share the
times of a host (:mod:`portalcrawl.storage.host_budget`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic, time

from portalcrawl.crawl.failures import HostPaused
from portalcrawl.errors import DataFolderError
from portalcrawl.storage.host_budget import HostBudget, Pause

logger = logging.getLogger(__name__)

REFUSALS = (429, 503)
"""Too Many Requests (RFC 6585, 4) and Service Unavailable (RFC 9110, 15.6.4)."""
MOST_LATE = 0.25
"""Seconds after which an unused turn has expired; half a delay if that is shorter."""
LOOK_INTERVAL = 1.0
"""Seconds between two reads of what other runs have recorded about a host."""


@dataclass(frozen=True, slots=True)
class PolitenessLimits:
    """The settings, in seconds."""

    max_host_wait: float
    """How long a run waits for a host that refuses all requests. Articles that would wait longer stay pending."""
    retry_after_max: float
    """A longer Retry-After counts as this."""
    crawl_delay_max: float
    """A longer Crawl-delay counts as this."""
    backoff_start: float
    """The pause after a refusal without Retry-After; it doubles with each further refusal, ..."""
    backoff_max: float
    """... up to this."""


class Politeness:
    """Decides for one run when the next request may be sent to a host."""

    def __init__(self, budget: HostBudget, limits: PolitenessLimits) -> None:
        self._budget = budget
        self._limits = limits
        self._crawl_delays: dict[str, float] = {}
        self._turns: dict[str, float] = {}
        """Host -> turn that was taken and not used yet, by ``time.monotonic``."""
        self._pauses: dict[str, tuple[float, Pause | None]] = {}
        """Host -> when its pause was read last, and the pause."""
        self._waited: dict[str, tuple[float, float]] = {}
        """Host -> seconds that the run has waited since the host last answered, and the end of the last pause."""
        self._given_up: dict[str, Pause] = {}
        self._refusing: set[str] = set()
        self._is_broken = False

    def set_crawl_delay(self, host: str, seconds: float | None) -> None:
        """Set the Crawl-delay from a robots.txt of *host*; None or a negative number: it has none."""
        if seconds is not None and seconds > 0:
            seconds = min(seconds, self._limits.crawl_delay_max)
            self._crawl_delays[host] = max(seconds, self._crawl_delays.get(host, 0.0))

    def crawl_delay(self, host: str) -> float:
        """Return the seconds between two requests that *host* asks for; 0 if it does not."""
        return self._crawl_delays.get(host, 0.0)

    def given_up(self, host: str) -> Pause | None:
        """Return the pause of *host* if that is longer than the run waits and the run gave the host up, else None."""
        return self._given_up.get(host)

    def wait(self, host: str, delay: float) -> float:
        """Return the seconds until the next request to *host* may be sent; 0: now.

        :param delay: least number of seconds between two requests, from the settings and the profile.
        :raises HostPaused: if the host asked for a longer wait than the run allows.
        """
        pause = self._given_up.get(host) or self.pause(host)
        if pause is not None:
            self._turns.pop(host, None)
            self._count(host, pause)
            if host in self._given_up:
                raise HostPaused(host, pause.reason, pause.until)
            return max(0.001, pause.until - time())
        delay = max(delay, self.crawl_delay(host))
        if not delay or self._is_broken:
            return 0.0
        return self._wait_for_turn(host, delay)

    def _wait_for_turn(self, host: str, delay: float) -> float:
        """Return the seconds until this run's turn; an expired turn is replaced by the next one."""
        now = monotonic()
        turn = self._turns.get(host)
        if turn is None or now - turn > min(delay / 2, MOST_LATE):
            try:
                turn = self._turns[host] = now + self._budget.take_turn(host, delay)
            except DataFolderError as error:
                self._break(error)
                return 0.0
        if turn > now:
            return turn - now
        del self._turns[host]
        return 0.0

    def refused(self, host: str, status: int, retry_after: float | None) -> Pause:
        """Record that *host* answered with *status*, 429 or 503; return the pause before the next request.

        :param retry_after: seconds that the response asks for; None if it does not.
        """
        limits, reason = self._limits, f"http_{status}"
        refusals = 1
        try:
            refusals = self._budget.refuse(host, reason, limits.backoff_start)
            doubled = limits.backoff_start * 2.0 ** min(refusals - 1, 60)
            seconds = max(min(doubled, limits.backoff_max), min(retry_after or 0.0, limits.retry_after_max))
            self._budget.lengthen(host, seconds)
        except DataFolderError as error:
            self._break(error)
            seconds = max(limits.backoff_start, min(retry_after or 0.0, limits.retry_after_max))
        pause = Pause(time() + seconds, reason)
        known = self._pauses.get(host, (0.0, None))[1]
        if known is None or known.until < pause.until:
            self._pauses[host] = monotonic(), pause
        else:
            pause = known
        self._refusing.add(host)
        logger.info("%s answered %d: no requests to it for %.0f s (refusal %d)", host, status, seconds, refusals)
        self._count(host, pause)
        return pause

    def answered(self, host: str) -> None:
        """Record that *host* answered a request with another status than 429 and 503."""
        if host not in self._refusing:
            return
        pause = self._pauses.get(host, (0.0, None))[1]
        if pause is not None and pause.until > time():
            return  # the response to a request that was already sent
        self._refusing.discard(host)
        self._waited.pop(host, None)
        try:
            self._budget.answer(host)
        except DataFolderError as error:
            self._break(error)

    def close(self) -> None:
        """Close the database of hosts."""
        self._budget.close()

    def pause(self, host: str) -> Pause | None:
        """Return the pause that *host* asked this run or another one for; None if it may be asked now."""
        seen, pause = self._pauses.get(host, (float("-inf"), None))
        if monotonic() - seen > LOOK_INTERVAL and not self._is_broken:
            try:
                found = self._budget.pause(host)
            except DataFolderError as error:
                self._break(error)
                found = None
            if found is not None:
                self._refusing.add(host)
                longest = max(self._limits.retry_after_max, self._limits.backoff_max)
                found = Pause(min(found.until, time() + longest), found.reason)
            pause = found if found is not None or not self._is_broken else pause
            self._pauses[host] = monotonic(), pause
        return pause if pause is not None and pause.until > time() else None

    def _count(self, host: str, pause: Pause) -> None:
        """Add *pause* to the time that the run has waited for *host*; give the host up if that is too long."""
        if host in self._given_up:
            return
        waited, until = self._waited.get(host, (0.0, 0.0))
        more = pause.until - max(until, time())
        if more <= 0.01:
            return
        self._waited[host] = waited + more, pause.until
        if waited + more > self._limits.max_host_wait:
            self._given_up[host] = pause
            when = datetime.fromtimestamp(pause.until, UTC).isoformat(timespec="seconds")
            logger.warning("%s asks for a pause until %s (%s): its pages wait", host, when, pause.reason)

    def _break(self, error: DataFolderError) -> None:
        """Go on without the shared database, with the times of this run only."""
        if not self._is_broken:
            self._is_broken = True
            logger.warning("Delays are not shared with other runs: %s", error)


def retry_after_seconds(value: bytes | None, now: float, date: bytes | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for; None without one or for an invalid one.

    RFC 9110, 10.2.3: a number of seconds, or an HTTP date (5.6.7, also in its two obsolete forms). A date counts from
    the response's own *date* if that is given, since clocks differ, else from *now* (Unix time). A date in the past
    gives 0.

    >>> retry_after_seconds(b"120", 0.0)
    120.0
    >>> retry_after_seconds(b"Sun, 06 Nov 1994 08:49:37 GMT", 784111777.0 - 60)
    60.0
    >>> retry_after_seconds(b"soon", 0.0) is None
    True
    """
    if not value:
        return None
    text = value.decode("latin-1").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:12])
    when = _http_date(text)
    if when is None:
        return None
    sent = _http_date(date.decode("latin-1")) if date else None
    return max(0.0, when - (now if sent is None else sent))


def _http_date(text: str) -> float | None:
    try:
        when = parsedate_to_datetime(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
