"""Renders the pages of one crawl: starts browsers when needed, enforces time limits, and replaces lost browsers."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from portalcrawl.crawl.failures import RENDER_START, PageIgnored, RenderFailedError
from portalcrawl.rendering.render_settings import RenderSettings
from portalcrawl.rendering.request_filter import RequestFilter

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from portalcrawl.rendering.browser import Browser, Tab

logger = logging.getLogger(__name__)

MAX_LOSSES = 5
"""Number of browsers lost while rendering one page after which the page is given up, since it may be the cause."""
MAX_CRASHES = 3
"""Number of renderer processes that died while rendering one page after which the page fails; Scrapy may retry it."""
FIRST_STARTS = 5
"""Consecutive failed starts after which the crawl continues without a browser, if none has ever started."""
LATER_STARTS = 10
"""Consecutive failed starts after which a page fails, if a browser has started before."""
START_DELAY = 0.5
"""In seconds; after *n* failed starts, the delay is START_DELAY * 2**n, at most MAX_START_DELAY."""
MAX_START_DELAY = 8.0
WATCH_SECONDS = 0.25
MEMORY_CRASH_SECONDS = 5.0
"""A crash within this number of seconds after a page was killed for its memory is attributed to that."""


class BrowserLostError(Exception):
    """The browser died or does not respond; the page itself did not crash."""


class Renderer:
    """Renders the requests of *crawler* with the browser at *executable*."""

    def __init__(self, crawler: Crawler, executable: str) -> None:
        self._crawler = crawler
        self._executable = executable
        self._settings = RenderSettings.from_settings(crawler.settings)
        self._slots = asyncio.Semaphore(self._settings.pages)
        self._start_lock = asyncio.Lock()
        self._current: Browser | None = None
        """The browser in which new pages are opened."""
        self._browsers: set[Browser] = set()
        """All running browsers, including those that only finish their last pages."""
        self.is_off = False
        """Whether all attempts to start a browser failed, so that no more are made."""
        self._has_started = False
        self._start_error = ""
        """Why the last start failed."""
        self._watch_task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def render(self, request: Request) -> Response:
        """Return the rendered page of *request*.

        :raises RenderFailedError: if the page could not be rendered.
        :raises PageIgnored: if the page is too large or not on the portal, or the run is ending.
        """
        plan = self._crawler.spider.plan  # type: ignore[union-attr]
        request_filter = RequestFilter(plan, plan.profiles[request.meta["portal"]])
        crashes = 0
        async with self._slots:
            for _ in range(MAX_LOSSES):
                browser = await self._take_browser(request_filter.profile.name)
                try:
                    return await self._render_in(browser, request, request_filter)
                except BrowserLostError:
                    self._count("browsers_lost")
                    await self._close_browser(browser)
                except RenderFailedError as error:
                    crashes += 1
                    if error.reason != "render_crash" or crashes >= MAX_CRASHES:
                        raise
        raise RenderFailedError("render_lost", f"the browser died {MAX_LOSSES} times while it rendered {request.url}")

    async def _take_browser(self, portal: str) -> Browser:
        """Return a browser in which one more page can be opened, and count that page as open."""
        async with self._start_lock:
            browser = self._current
            if browser and (browser.lost.is_set() or not self._has_room(browser, portal)):
                self._retire(browser)
                browser = None
            browser = browser or await self._start_with_retries()
            browser.pages_opened += 1
            browser.pages_open += 1
            return browser

    def _has_room(self, browser: Browser, portal: str) -> bool:
        has_context = portal in browser.portals or len(browser.portals) < self._settings.contexts
        return has_context and browser.pages_opened < self._settings.recycle

    async def _start_with_retries(self) -> Browser:
        """Return a newly started browser; raise RenderFailedError after several failed attempts."""
        tries = 0 if self.is_off else LATER_STARTS if self._has_started else FIRST_STARTS
        end = monotonic() + 2 * self._settings.start_timeout
        for number in range(tries):
            if number and monotonic() > end:
                break
            if number:
                await asyncio.sleep(min(START_DELAY * 2**number, MAX_START_DELAY))
            if browser := await self._start():
                self._has_started = True
                return browser
        if not self._has_started and not self.is_off:
            self.is_off = True
            logger.warning("The browser %s does not start (%s): see scrapy doctor", self._executable, self._start_error)
        raise RenderFailedError(RENDER_START, "the browser does not start; scrapy doctor shows why")

    async def _start(self) -> Browser | None:
        """Return a newly started browser; None if the start fails."""
        from portalcrawl.rendering.browser import Browser  # importing Playwright takes 0.15 s

        if self._is_closed:
            raise PageIgnored("ending", "the run is ending")
        if self._watch_task is None:
            self._watch_task = asyncio.ensure_future(self._watch())
            asyncio.get_running_loop().set_exception_handler(_handle_exception)
        browser = Browser(self._crawler, self._settings, self._executable)
        self._browsers.add(browser)
        try:
            await asyncio.wait_for(browser.start(), self._settings.start_timeout)
        except Exception as error:  # noqa: BLE001 - Playwright raises errors of many types
            self._start_error = str(error).strip().partition("\n")[0] or "no answer"
            logger.info("The browser did not start: %s", self._start_error)
            await self._close_browser(browser)
            return None
        except asyncio.CancelledError:
            self._run_in_background(self._close_browser(browser))
            raise
        self._count("browsers")
        self._current = browser
        return browser

    async def _render_in(self, browser: Browser, request: Request, request_filter: RequestFilter) -> Response:
        """Return one rendered page; raise RenderFailedError if it takes longer than RENDER_TIMEOUT."""
        from portalcrawl.rendering.browser import Tab

        tab = Tab(request, request_filter)
        rendering = asyncio.ensure_future(browser.render(tab))
        alarms = [asyncio.ensure_future(event.wait()) for event in (browser.lost, tab.crashed)]
        try:
            timeout = self._settings.timeout
            await asyncio.wait({rendering, *alarms}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            return self._result(browser, tab, rendering)
        finally:
            for task in (rendering, *alarms):
                task.cancel()
            self._run_in_background(self._close_tab(browser, tab, rendering))

    def _result(self, browser: Browser, tab: Tab, rendering: asyncio.Task[Response]) -> Response:
        """Return the response of *rendering*; raise the error that explains why there is none."""
        if rendering.done() and not rendering.cancelled() and rendering.exception() is None:
            return rendering.result()
        url = tab.request.url
        if tab.crashed.is_set():
            if monotonic() - browser.memory_killed < MEMORY_CRASH_SECONDS:
                raise RenderFailedError("render_memory", f"{url} takes more memory than RENDER_MEMORY")
            raise RenderFailedError("render_crash", f"the renderer of {url} crashed")
        browser.check_processes()
        if not rendering.done() and tab.page is None:  # the browser did not even open an empty page
            browser.lost.set()
        if browser.lost.is_set():
            raise BrowserLostError
        if not rendering.done():
            raise RenderFailedError("render_timeout", f"{url} was not rendered within {self._settings.timeout:g} s")
        error = rendering.exception()
        if isinstance(error, PageIgnored):
            raise error
        raise _render_error(url, error)

    async def _close_tab(self, browser: Browser, tab: Tab, rendering: asyncio.Task[Response]) -> None:
        """Close the page of *tab*; if that fails, the browser counts as lost."""
        with suppress(Exception, asyncio.CancelledError):
            await rendering
        if not browser.lost.is_set() and not await browser.close_tab(tab):
            browser.lost.set()
        browser.pages_open -= 1
        if browser is not self._current or browser.lost.is_set():
            self._retire(browser)

    def _retire(self, browser: Browser) -> None:
        """Open no more pages in *browser*, and close it when its last page is closed."""
        if browser is self._current:
            self._current = None
        if browser in self._browsers and (browser.lost.is_set() or not browser.pages_open):
            self._run_in_background(self._close_browser(browser))

    async def _close_browser(self, browser: Browser) -> None:
        if browser is self._current:
            self._current = None
        if browser in self._browsers:
            self._browsers.discard(browser)
            await browser.close()

    def _run_in_background(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _watch(self) -> None:
        """Check the browsers' processes and memory every WATCH_SECONDS, until cancelled."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            for browser in list(self._browsers):
                browser.check_processes()
                if browser.exceeds_memory():
                    self._retire(browser)

    def _count(self, name: str) -> None:
        self._crawler.stats.inc_value(f"rendering/{name}")

    async def close(self) -> None:
        """Close all browsers; return when none of their processes is left."""
        self._is_closed = True
        if self._watch_task:
            self._watch_task.cancel()
        await asyncio.gather(
            *(self._close_browser(browser) for browser in list(self._browsers)), return_exceptions=True
        )
        while self._background:
            await asyncio.gather(*self._background, return_exceptions=True)


def _handle_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log unawaited errors of a lost driver at DEBUG, since its loss is handled; pass others to the default handler."""
    error = context.get("exception")
    if type(error).__module__.startswith("playwright") or "reading from the driver" in str(error):
        logger.debug("Error of a lost browser: %s", error)
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
"""Part of Playwright's error message, and the failure reason for it."""


def _render_error(url: str, error: BaseException | None) -> RenderFailedError:
    """Return *error*, raised by Playwright, as a RenderFailedError with a reason."""
    text = str(error)
    reason = next((reason for part, reason in REASONS if part in text), "render_error")
    return RenderFailedError(reason, f"{url}: {text.strip().partition(chr(10))[0] or type(error).__name__}")
