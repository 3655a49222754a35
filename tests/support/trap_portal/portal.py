"""The embedded portal with editions, traps and the truth about itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from threading import Event

from portalcrawl.demo import SamplePortal
from portalcrawl.demo.server import Answerer, Handler, Server
from portalcrawl.demo.site import Response, Site
from support.trap_portal.editions import clock_of, world
from support.trap_portal.traps import Limits, TrapResponse, TrapSite
from support.trap_portal.truth import Truth, expected

LONGEST_LOG = 100_000


class TrapHandler(Handler):
    """Sends late answers, streams, and answers that break off."""

    server: TrapServer

    def write(self, response: Response, date: str) -> None:
        if not isinstance(response, TrapResponse):
            super().write(response, date)
            return
        self.server.is_stopping.wait(response.delay)
        if response.cut:
            self.close_connection = True
            self.write_head(response, date)
            self.wfile.write(response.body[: len(response.body) // 2])
        elif response.stream:
            self.write_head(replace(response, headers=response.headers | {"Transfer-Encoding": "chunked"}), date)
            for chunk in chain(response.stream, [b""]) if self.command == "GET" else ():
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        else:
            super().write(response, date)


class TrapServer(Server):
    """Ends late answers when it is stopped."""

    handler_class = TrapHandler

    def __init__(self, answerer: Answerer, host: str, port: int) -> None:
        super().__init__(answerer, host, port)
        self.is_stopping = Event()

    def stop(self) -> None:
        self.is_stopping.set()
        super().stop()


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One answered request: path with query, and the status of the answer."""

    target: str
    status: int


class TrapPortal(SamplePortal):
    """The portal with its traps, in any *edition* (from 1); without *now* the clock goes with the edition."""

    server_class = TrapServer

    def __init__(
        self, port: int = 0, now: datetime | None = None, *, edition: int = 1, limits: Limits | None = None
    ) -> None:
        super().__init__(port, now)
        self._edition = edition
        self._limits = limits or Limits()
        self.log: deque[LoggedRequest] = deque(maxlen=LONGEST_LOG)
        """The answered requests since the start, the last :data:`LONGEST_LOG` of them."""
        self._seen: set[str] = set()

    @property
    def edition(self) -> int:
        """The edition that is served, from 1; may be set at any time."""
        return self._edition

    @edition.setter
    def edition(self, number: int) -> None:
        with self._lock:
            self._edition, self._site = number, None

    @property
    def clock(self) -> datetime:
        """The portal's time; may be set to an aware time, or to None for the edition's."""
        return super().clock

    @clock.setter
    def clock(self, now: datetime | None) -> None:
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
        """Return the records that a crawl of the present edition must write."""
        return expected(self.edition, self._now, start, max_depth, since)

    def _answer(self, target: str) -> tuple[Response, str]:
        response, date = super()._answer(target)
        self.log.append(LoggedRequest(target, response.status))
        return response, date

    def _default_time(self) -> datetime:
        return clock_of(self._edition)

    def _make_site(self) -> Site:
        return TrapSite(world(self._edition), self.clock, self.origin, self._limits, self._seen)
