"""The sample portal as one object: a running website with a clock, an edition and a log of what was asked."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from urllib.parse import urlsplit

from portalcrawl.demo.model import ZONE
from portalcrawl.demo.server import Server
from portalcrawl.demo.site import Limits, Response, Site
from portalcrawl.demo.truth import Truth, clock_of, expected
from portalcrawl.demo.world import world

HOST = "127.0.0.1"
PORT = 8998
"""The port that the profile ``sample`` names."""
LONGEST_LOG = 100_000


@dataclass(frozen=True, slots=True)
class Visit:
    """One answered request: path with query, and the status it got."""

    target: str
    status: int


class SamplePortal:
    """A small news portal on loopback.

    The port is taken at once (0: any free one; OSError where the given one is taken), so that :attr:`url` is known
    before :meth:`start`. *now* (aware) fixes the clock; without it the
    clock goes with the edition (:func:`portalcrawl.demo.truth.clock_of`). The clock never moves by itself:
    the Date header of every answer is the clock, so relative times resolve exactly. *limits* sets the sizes of the
    traps. All methods may be called from any thread.

    >>> with SamplePortal() as portal:
    ...     portal.url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(
        self, port: int = 0, now: datetime | None = None, *, edition: int = 1, limits: Limits | None = None
    ) -> None:
        if now is not None and now.tzinfo is None:
            raise ValueError("now needs a time zone")
        self._now = now
        self._edition = edition
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._server: Server | None = Server(self._answer, HOST, port)
        self.port: int = self._server.port
        """The port it listens on."""
        self._site: Site | None = None
        self._seen: set[str] = set()
        self.log: deque[Visit] = deque(maxlen=LONGEST_LOG)
        """Every answered request since the start or :meth:`forget`; of a very long time only the last ones."""

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT`` without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Address of the front page."""
        return f"{self.origin}/"

    @property
    def edition(self) -> int:
        """Which edition is served, from 1; may be set at any time."""
        return self._edition

    @edition.setter
    def edition(self, number: int) -> None:
        if number < 1:
            raise ValueError("editions count from 1")
        with self._lock:
            self._edition, self._site = number, None

    @property
    def clock(self) -> datetime:
        """The portal's time; set it (aware) to move it, None to let it go with the edition again."""
        return (self._now or clock_of(self._edition)).astimezone(ZONE)

    @clock.setter
    def clock(self, now: datetime | None) -> None:
        if now is not None and now.tzinfo is None:
            raise ValueError("the clock needs a time zone")
        with self._lock:
            self._now, self._site = now, None

    @property
    def visits(self) -> list[str]:
        """Paths (with queries) of all answered requests, in order."""
        return [visit.target for visit in self.log]

    def forget(self) -> None:
        """Empty the log and make the pages that fail at first fail again."""
        with self._lock:
            self.log.clear()
            self._seen.clear()

    def truth(
        self, start: Sequence[str] = ("/",), max_depth: int | None = None, since: datetime | None = None
    ) -> Truth:
        """Return what a crawl of the edition now served must write (:func:`.truth.expected`)."""
        return expected(self.edition, self._now, start, max_depth, since)

    def start(self) -> SamplePortal:
        """Serve; a portal that was stopped comes back at the same port (OSError where that was taken meanwhile)."""
        if self._server is None:
            self._server = Server(self._answer, HOST, self.port)
        self._server.start()
        return self

    def stop(self) -> None:
        """Close all connections; no thread is left."""
        server, self._server = self._server, None
        if server:
            server.stop()

    def __enter__(self) -> SamplePortal:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answer(self, target: str) -> tuple[Response, str]:
        with self._lock:
            site = self._site
            if site is None:
                site = self._site = Site(world(self._edition), self.clock, self.origin, self._limits)
            path = urlsplit(target).path
            first_time = site.fails_at_first(path) and path not in self._seen
            if first_time:
                self._seen.add(path)
            response = site.answer(target, first_time=first_time)
            self.log.append(Visit(target, response.status))
        return response, site.date
