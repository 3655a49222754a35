"""The embedded portal as one object: a running website with a clock of its own."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Self

from portalcrawl.demo.server import Server
from portalcrawl.demo.site import Response, Site
from portalcrawl.demo.story_model import EPOCH, ZONE
from portalcrawl.demo.world import first_stories, make_world

HOST = "127.0.0.1"


class SamplePortal:
    """A small news portal on loopback.

    The port is bound at once (0: any free one; OSError if the given one is taken), so that :attr:`url` is known
    before :meth:`start`. *now* (aware) sets the clock, by default to :data:`EPOCH`. The clock never moves by itself:
    it is the Date header of every answer, so relative times resolve exactly. All methods are thread-safe.

    >>> with SamplePortal() as portal:
    ...     portal.url.startswith("http://127.0.0.1:")
    True
    """

    server_class = Server

    def __init__(self, port: int = 0, now: datetime | None = None) -> None:
        self._now = _aware(now)
        self._lock = threading.Lock()
        self._server: Server | None = self.server_class(self._answer, HOST, port)
        self.port: int = self._server.port
        """The port it listens on."""
        self._site: Site | None = None

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT`` without a trailing slash."""
        return f"http://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Address of the front page."""
        return f"{self.origin}/"

    @property
    def clock(self) -> datetime:
        """The portal's time."""
        return (self._now or self._default_time()).astimezone(ZONE)

    def start(self) -> Self:
        """Serve; a stopped portal comes back at the same port (OSError if that was taken meanwhile)."""
        if self._server is None:
            self._server = self.server_class(self._answer, HOST, self.port)
        self._server.start()
        return self

    def stop(self) -> None:
        """Close all connections and end the thread."""
        server, self._server = self._server, None
        if server:
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _default_time(self) -> datetime:
        return EPOCH

    def _make_site(self) -> Site:
        return Site(make_world(first_stories()), self.clock, self.origin)

    def _answer(self, target: str) -> tuple[Response, str]:
        with self._lock:
            if self._site is None:
                self._site = self._make_site()
            return self._site.answer(target), self._site.date


def _aware(time: datetime | None) -> datetime | None:
    if time is not None and time.tzinfo is None:
        raise ValueError("the portal's time needs a time zone")
    return time
