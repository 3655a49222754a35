"""One browser and its driver, controlled by scrapy-playwright's download handler."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright._impl._driver import compute_driver_executable
from playwright.async_api import Error as PlaywrightError
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.provider import PlaywrightBrowserProvider

from portalcrawl.crawl.failures import PageIgnored
from portalcrawl.rendering import processes
from portalcrawl.rendering.page_actions import PageActions, PendingRequests
from portalcrawl.rendering.process_group import ProcessGroup
from portalcrawl.rendering.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page, Route
    from playwright.async_api import Request as PageRequest
    from scrapy.crawler import Crawler
    from scrapy_playwright.handler import Config

    from portalcrawl.rendering.render_settings import RenderSettings
    from portalcrawl.rendering.request_filter import RequestFilter

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 3.0
"""Seconds that a page or a browser may take to close; then it is killed."""
ACTIONS_SHARE = 0.9
"""Share of a page's remaining time for its actions; the rest is for reading the page."""
BLANK = "about:blank"
FLAGS = (
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # Connections other than HTTP requests use the page's proxy too, or are not made.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--dns-prefetch-disable",
    "--no-pings",
    # Requests of the browser itself: updates, form recognition, reports, lists of dangerous sites.
    f"--component-updater=url-source={BLANK}",
    f"--autofill-server-url={BLANK}",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
)
"""Flags for Chromium, added to Playwright's. Remaining requests of the browser itself are refused by a proxy."""
HTML_LENGTH = "() => document.documentElement ? document.documentElement.outerHTML.length : 0"


@dataclass(slots=True, eq=False)
class Tab:
    """One page in the browser."""

    request: Request
    request_filter: RequestFilter
    crashed: asyncio.Event = field(default_factory=asyncio.Event)
    page: Page | None = None
    pending: PendingRequests | None = None
    navigations: int = 0
    """How often the page navigated to another document by itself."""


class Browser(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Renders pages until it is closed or lost; :attr:`lost` is set in both cases."""

    config: Config

    def __init__(self, crawler: Crawler, settings: RenderSettings, executable: str) -> None:
        logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)
        super().__init__(crawler)
        self._settings = settings
        self._process_group = ProcessGroup()
        self._proxy_lock = asyncio.Lock()
        self._proxies: dict[str, Proxy] = {}
        self._refusing_proxy = Proxy(None)
        """For requests of the browser itself, which belong to no page."""
        self._tabs: dict[Page, Tab] = {}
        self.lost = asyncio.Event()
        self.is_started = False
        self.pages_opened = 0
        self.pages_open = 0
        self.memory_killed = -1e9
        """When (monotonic) a page was last killed for its memory."""
        options = {"executable_path": executable, "args": list(FLAGS), "chromium_sandbox": settings.sandbox}
        self.config = replace(
            self.config,
            browser_type_name="chromium",
            launch_options=options,
            max_pages_per_context=settings.pages,
            navigation_timeout_ms=settings.timeout * 1000,
            restart_disconnected_browser=False,
            target_closed_max_retries=0,
        )
        self.browser_provider_cls = PlaywrightBrowserProvider
        self.process_request_headers = None
        self.abort_request = self._is_blocked

    @property
    def portals(self) -> set[str]:
        """Names of the portals that have a context in this browser."""
        return set(self._proxies)

    async def start(self) -> None:
        """Start driver and browser; may raise any error."""
        self.config.launch_options["proxy"] = _proxy_options(await self._refusing_proxy.start())
        with self._process_group.supervised(compute_driver_executable()[0]):
            await self._launch()
        await self._maybe_launch_browser()
        self.browser.on("disconnected", lambda _: self.lost.set())
        self.is_started = True

    def check_processes(self) -> None:
        """Set :attr:`lost` if the supervisor or the driver has died."""
        if self.is_started and not self._process_group.is_alive():
            self.lost.set()

    def exceeds_memory(self) -> bool:
        """Return whether the browser uses more memory than allowed.

        If it does, and one page uses more than half of the limit, that page is killed and False is returned.
        """
        found = self._process_group.processes()
        if sum(process.memory for process in found) <= self._settings.memory:
            return False
        largest = max((each for each in found if each.is_renderer), key=lambda each: each.memory, default=None)
        if largest and largest.memory > self._settings.memory / 2:
            self.memory_killed = monotonic()
            processes.kill(largest.pid)
            return False
        return True

    def _make_request_handler(self, *args: Any, **kwargs: Any) -> Callable[[Route, PageRequest], Awaitable[None]]:
        """Return scrapy-playwright's callback for a page's requests, which ends quietly when the browser is lost.

        Playwright logs an error of such a callback with a traceback, but the loss is handled by :attr:`lost`.
        """
        handle = super()._make_request_handler(*args, **kwargs)

        async def handle_or_end(route: Route, request: PageRequest) -> None:
            try:
                await handle(route, request)
            except PlaywrightError as error:
                logger.debug("A request of a page that was closed or lost: %s", error)

        return handle_or_end

    async def render(self, tab: Tab) -> Response:
        """Open the page of *tab*, carry out the profile's actions and return the resulting document.

        :raises PageIgnored: if the page is too large or has left the portal.
        """
        began = monotonic()
        request = await self._playwright_request(tab)
        response: Response = (await self.download_request(request)).replace(request=tab.request)
        page = tab.page
        assert page is not None
        assert tab.pending is not None
        if request.meta.get("redirect_urls") and response.url != tab.request.url:
            # Scrapy's rules for redirects, robots.txt and origins decide what comes next.
            return Response(tab.request.url, 302, {"Location": response.url}, request=tab.request)
        if not isinstance(response, HtmlResponse):
            return response
        profile = tab.request_filter.profile
        seconds = (self._settings.timeout - (monotonic() - began)) * ACTIONS_SHARE
        await PageActions(page, tab.pending, profile.render, seconds, self._settings.settle).run()
        if await page.evaluate(HTML_LENGTH) > self._settings.maxsize:
            raise PageIgnored("too_large", f"{tab.request.url} is larger than DOWNLOAD_MAXSIZE when rendered")
        url = page.url if tab.navigations else response.url
        if not profile.owns(url):
            raise PageIgnored("foreign_host", f"{url} does not belong to the portal {profile.name}")
        return response.replace(url=url, body=(await page.content()).encode("utf-8", "replace"), encoding="utf-8")

    async def _playwright_request(self, tab: Tab) -> Request:
        """Return the request for the page of *tab* in the form that scrapy-playwright's handler expects."""

        async def opened(page: Page, _: Request) -> None:
            tab.page, tab.pending = page, PendingRequests(page)
            self._tabs[page] = tab
            page.on("crash", crashed)
            page.on("popup", _close_popup)

        def crashed(_: Page) -> None:
            tab.crashed.set()

        portal = tab.request_filter.profile.name
        async with self._proxy_lock:
            if portal not in self._proxies:
                self._proxies[portal] = await Proxy(tab.request_filter.allows_private).start()
        return Request(
            tab.request.url,
            meta={
                "playwright": True,
                "playwright_include_page": True,
                "playwright_context": portal,
                "playwright_context_kwargs": self._context_options(tab),
                "playwright_page_goto_kwargs": {"wait_until": "commit"},
                "playwright_page_init_callback": opened,
            },
        )

    def _context_options(self, tab: Tab) -> dict[str, Any]:
        profile = tab.request_filter.profile
        cookies = [_cookie(cookie, tab.request.url) for cookie in profile.render.cookies]
        return {
            "proxy": _proxy_options(self._proxies[profile.name]),
            "user_agent": self._settings.user_agent,
            "locale": profile.language or "en",
            "service_workers": "block",
            "accept_downloads": False,
            "storage_state": {"cookies": cookies, "origins": []},
        }

    async def _is_blocked(self, request: PageRequest) -> bool:
        """Return whether a page's *request* is blocked; count the page's own navigations."""
        with suppress(PlaywrightError):
            frame = request.frame
            tab = self._tabs.get(frame.page)
            if tab is not None:
                is_navigation = request.is_navigation_request() and frame == frame.page.main_frame
                is_blocked = tab.request_filter.blocks(request.url, request.resource_type, is_navigation=is_navigation)
                tab.navigations += is_navigation and not is_blocked and request.url != tab.request.url
                return is_blocked
        return True

    async def close_tab(self, tab: Tab) -> bool:
        """Close the page of *tab*; return whether it closed in time."""
        if tab.page is None:
            return True
        self._tabs.pop(tab.page, None)
        return await _close(tab.page)

    async def close(self) -> None:
        """End the browser, its driver and all their processes, whatever state they are in."""
        self.lost.set()
        with suppress(Exception):
            await asyncio.wait_for(self.browser_provider.close(), CLOSE_SECONDS)
        await self._process_group.clear()
        for proxy in (self._refusing_proxy, *self._proxies.values()):
            proxy.close()
        with suppress(Exception):
            await asyncio.wait_for(super().close(), CLOSE_SECONDS)


def _proxy_options(proxy: Proxy) -> dict[str, str]:
    """Return *proxy* in Playwright's form; it is used for loopback addresses too."""
    return {"server": proxy.address, "bypass": "<-loopback>"}


async def _close_popup(page: Page) -> None:
    await _close(page)


async def _close(page: Page) -> bool:
    """Close *page*; return whether it closed in time."""
    try:
        await asyncio.wait_for(page.close(), CLOSE_SECONDS)
    except TimeoutError:
        return False
    except PlaywrightError:
        pass
    return True


def _cookie(cookie: Any, url: str) -> dict[str, Any]:
    """Return a cookie in Playwright's form; if it has no domain, it is set for the host of *url*."""
    host = urlsplit(url).hostname or ""
    return {"domain": host, "path": "/", "expires": -1, "httpOnly": False, "secure": False, "sameSite": "Lax", **cookie}
