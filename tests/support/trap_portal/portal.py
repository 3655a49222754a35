"""The embedded portal with editions, traps and the truth about itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from portalcrawl.demo import SamplePortal
from portalcrawl.demo.server import Server, response_head
from portalcrawl.demo.site import Response, Site
from support.trap_portal.editions import clock_of, world
from support.trap_portal.traps import Limits, TrapResponse, TrapSite
from support.trap_portal.truth import Truth, expected


class TrapServer(Server):
    """Sends late answers, streams, and answers that break off."""

    async def _write(
        self, writer: asyncio.StreamWriter, response: Response, date: str, *, method: str, close: bool
    ) -> bool:
        if not isinstance(response, TrapResponse):
            return await super()._write(writer, response, date, method=method, close=close)
        await asyncio.sleep(response.delay)
        if response.cut:
            writer.write(response_head(response, date, close=True) + response.body[: len(response.body) // 2])
            await writer.drain()
            return False
        if not response.stream:
            return await super()._write(writer, response, date, method=method, close=close)
        headers = response.headers | {"Transfer-Encoding": "chunked"}
        writer.write(response_head(Response(response.status, headers=headers), date, close=close))
        for chunk in chain(response.stream, [b""]) if method == "GET" else ():
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
        return not close


class TrapPortal(SamplePortal):
    """The portal with its traps, in any *edition* (from 1); without *now* the clock goes with the edition."""

    server_class = TrapServer

    def __init__(
        self, port: int = 0, now: datetime | None = None, *, edition: int = 1, limits: Limits | None = None
    ) -> None:
        super().__init__(port, now)
        self._edition = edition
        self._limits = limits or Limits()
        self._seen: set[str] = set()

    @property
    def edition(self) -> int:
        """The edition that is served, from 1; may be set at any time."""
        return self._edition

    @edition.setter
    def edition(self, number: int) -> None:
        with self._lock:
            self._edition, self._site = number, None

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

    def _default_time(self) -> datetime:
        return clock_of(self._edition)

    def _make_site(self) -> Site:
        return TrapSite(world(self._edition), self.clock, self.origin, self._limits, self._seen)
