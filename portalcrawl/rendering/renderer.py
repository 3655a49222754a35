"""All rendering of one crawl: browsers come when a page needs one, each page has its deadline, losses cost a retry."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from portalcrawl.crawl.failures import PageIgnored, RenderFailedError
from portalcrawl.rendering.render_settings import RenderSettings
from portalcrawl.rendering.request_filter import Gate

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from portalcrawl.rendering.engine import Engine, Visit

logger = logging.getLogger(__name__)

LOSSES = 5
"""Browsers that may be lost under one page before the page is given up: it was the page, perhaps."""
CRASHES = 3
"""Renderers that may die under one page before that counts as its own failure, which Scrapy retries again."""
FAILED_STARTS = 5
"""Starts in a row that may fail before the crawl goes on without a browser, ..."""
LATER_STARTS = 10
"""... and the same where one has started before: what ends it then is no fault of the installation."""
PAUSE = 0.5
"""Seconds between two starts, doubled after each that failed."""
LONGEST_PAUSE = 8.0
WATCH_SECONDS = 0.25
MEMORY_BLAME = 5.0
"""Seconds after a page was ended for its memory within which a crash is put down to that."""


class BrowserLostError(Exception):
    """The browser went away under a page that did nothing wrong."""


class Renderer:
    """Renders the requests of *crawler* by the browser at *executable*."""

    def __init__(self, crawler: Crawler, executable: str) -> None:
        self._crawler = crawler
        self._executable = executable
        self._settings = RenderSettings.from_settings(crawler.settings)
        self._slots = asyncio.Semaphore(self._settings.pages)
        self._starting = asyncio.Lock()
        self._engine: Engine | None = None
        self._engines: set[Engine] = set()
        self.is_off = False
        """Whether no browser starts here, so that none is asked for any more."""
        self._has_started = False
        self._watching: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def render(self, request: Request) -> Response:
        """Return the page of *request* as a browser shows it; RenderFailedError where that can't be had."""
        plan = self._crawler.spider.plan  # type: ignore[union-attr]
        gate = Gate(plan, plan.profiles[request.meta["portal"]])
        crashes = 0
        async with self._slots:
            for _ in range(LOSSES):
                engine = await self._ready(gate.profile.name)
                try:
                    return await self._visit(engine, request, gate)
                except BrowserLostError:
                    self._count("browsers_lost")
                    await self._drop(engine)
                except RenderFailedError as error:
                    crashes += 1
                    if error.reason != "render_crash" or crashes >= CRASHES:
                        raise
        raise RenderFailedError("render_lost", f"the browser was lost {LOSSES} times under {request.url}")

    async def _ready(self, portal: str) -> Engine:
        """Return a browser that can take one more page."""
        async with self._starting:
            engine = self._engine
            if engine and (engine.lost.is_set() or not self._has_room(engine, portal)):
                self._retire(engine)
                engine = None
            engine = engine or await self._started()
            engine.served += 1
            engine.under_way += 1
            return engine

    async def _started(self) -> Engine:
        """Start a browser; RenderFailedError where that fails time and again."""
        tries = 0 if self.is_off else LATER_STARTS if self._has_started else FAILED_STARTS
        end = monotonic() + 2 * self._settings.start_timeout
        for number in range(tries):
            if number and monotonic() > end:
                break
            if number:
                await asyncio.sleep(min(PAUSE * 2**number, LONGEST_PAUSE))
            if engine := await self._start():
                self._has_started = True
                return engine
        self.is_off = self.is_off or not self._has_started
        raise RenderFailedError("render_start", "the browser does not start; scrapy doctor says more")

    def _has_room(self, engine: Engine, portal: str) -> bool:
        room = portal in engine.portals or len(engine.portals) < self._settings.contexts
        return room and engine.served < self._settings.recycle

    async def _start(self) -> Engine | None:
        """Start a browser; None where that fails."""
        from portalcrawl.rendering.engine import Engine  # Playwright costs 0.15 s: only a run that renders pays it

        if self._is_closed:
            raise PageIgnored("ending", "the run is ending")
        if self._watching is None:
            self._watching = asyncio.ensure_future(self._watch())
            asyncio.get_running_loop().set_exception_handler(_let_the_dead_rest)
        engine = Engine(self._crawler, self._settings, self._executable)
        self._engines.add(engine)
        try:
            await asyncio.wait_for(engine.start(), self._settings.start_timeout)
        except Exception as error:  # noqa: BLE001 - whatever a browser dies of
            logger.warning("The browser did not start: %s", str(error).strip().partition("\n")[0] or "no answer")
            await self._drop(engine)
            return None
        except asyncio.CancelledError:
            self._later(self._drop(engine))
            raise
        self._count("browsers")
        self._engine = engine
        return engine

    async def _visit(self, engine: Engine, request: Request, gate: Gate) -> Response:
        """Render one page under its deadline."""
        from portalcrawl.rendering.engine import Visit

        visit = Visit(request, gate)
        page = asyncio.ensure_future(engine.render(visit))
        ends = [asyncio.ensure_future(event.wait()) for event in (engine.lost, visit.crashed)]
        try:
            await asyncio.wait({page, *ends}, timeout=self._settings.timeout, return_when=asyncio.FIRST_COMPLETED)
            return self._judged(engine, visit, page)
        finally:
            for task in (page, *ends):
                task.cancel()
            self._later(self._leave(engine, visit, page))

    def _judged(self, engine: Engine, visit: Visit, page: asyncio.Task[Response]) -> Response:
        """Return what *page* brought, or raise what became of it."""
        if page.done() and not page.cancelled() and page.exception() is None:
            return page.result()
        url = visit.request.url
        if visit.crashed.is_set():
            if monotonic() - engine.memory_killed < MEMORY_BLAME:
                raise RenderFailedError("render_memory", f"{url} takes more memory than RENDER_MEMORY")
            raise RenderFailedError("render_crash", f"the renderer of {url} crashed")
        engine.look()
        if not page.done() and visit.page is None:  # not even an empty page came up in all that time
            engine.lost.set()
        if engine.lost.is_set():
            raise BrowserLostError
        if not page.done():
            raise RenderFailedError("render_timeout", f"{url} was not rendered within {self._settings.timeout:g} s")
        error = page.exception()
        if isinstance(error, PageIgnored):
            raise error
        raise RenderFailedError(*_told(url, error))

    async def _leave(self, engine: Engine, visit: Visit, page: asyncio.Task[Response]) -> None:
        """Close the page; a browser that can't even do that is lost."""
        with suppress(Exception, asyncio.CancelledError):
            await page
        if not engine.lost.is_set() and not await engine.leave(visit):
            engine.lost.set()
        engine.under_way -= 1
        if engine is not self._engine or engine.lost.is_set():
            self._retire(engine)

    def _retire(self, engine: Engine) -> None:
        """Give *engine* no more pages; it ends with its last one."""
        if engine is self._engine:
            self._engine = None
        if engine in self._engines and (engine.lost.is_set() or not engine.under_way):
            self._later(self._drop(engine))

    async def _drop(self, engine: Engine) -> None:
        if engine is self._engine:
            self._engine = None
        if engine in self._engines:
            self._engines.discard(engine)
            await engine.close()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do *work* beside the crawl."""
        task = asyncio.ensure_future(work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _watch(self) -> None:
        """Look after the browsers' processes and memory while there are any."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for engine in list(self._engines):
                engine.look()
                if engine.watch_memory():
                    self._retire(engine)

    def _count(self, name: str) -> None:
        self._crawler.stats.inc_value(f"rendering/{name}")

    async def close(self) -> None:
        """End all browsers; returns when none is left."""
        self._is_closed = True
        if self._watching:
            self._watching.cancel()
        await asyncio.gather(*(self._drop(engine) for engine in list(self._engines)), return_exceptions=True)
        while self._leaving:
            await asyncio.gather(*self._leaving, return_exceptions=True)


def _let_the_dead_rest(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody waits for any more, but not the last words of a driver that was lost: that is known already."""
    error = context.get("exception")
    if type(error).__module__.startswith("playwright") or "reading from the driver" in str(error):
        logger.debug("A lost browser's last words: %s", error)
    else:
        loop.default_exception_handler(context)


REASONS = (
    ("ERR_NAME_NOT_RESOLVED", "dns"),
    ("ERR_CONNECTION_REFUSED", "refused"),
    ("ERR_TUNNEL_CONNECTION_FAILED", "connection"),
    ("ERR_CONNECTION", "connection"),
    ("ERR_EMPTY_RESPONSE", "connection"),
    ("ERR_TOO_MANY_REDIRECTS", "redirect_loop"),
    ("Timeout", "render_timeout"),
    ("Download is starting", "not_html"),
)
"""What Playwright's errors hold, and the reason that it stands for."""


def _told(url: str, error: BaseException | None) -> tuple[str, str]:
    """Return the reason and one line for an error of the browser."""
    text = str(error)
    reason = next((reason for words, reason in REASONS if words in text), "render_error")
    return reason, f"{url}: {text.strip().partition(chr(10))[0] or type(error).__name__}"
