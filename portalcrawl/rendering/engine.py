"""One browser with its driver, by scrapy-playwright's handler; it can be lost at any moment, and says so."""

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
from portalcrawl.rendering.page_actions import Reader, Traffic
from portalcrawl.rendering.process_group import Home
from portalcrawl.rendering.proxy import Proxy

if TYPE_CHECKING:
    from playwright.async_api import Page
    from playwright.async_api import Request as PageRequest
    from scrapy.crawler import Crawler
    from scrapy_playwright.handler import Config

    from portalcrawl.rendering.render_settings import RenderSettings
    from portalcrawl.rendering.request_filter import Gate

CLOSE_SECONDS = 3.0
"""Seconds that a page or a browser gets to close before it is killed."""
READING_SHARE = 0.9
"""Share of a page's time for reading it; the rest is for taking what it shows."""
NOWHERE = "about:blank"
FLAGS = (
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # What a page starts beside requests goes through its proxy as well, or not at all.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--dns-prefetch-disable",
    "--no-pings",
    # What the browser would ask for on its own account: updates, what forms mean, reports, lists of bad sites.
    f"--component-updater=url-source={NOWHERE}",
    f"--autofill-server-url={NOWHERE}",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
)
"""Beside Playwright's own, which switch off what it knows of. What is left meets a proxy that connects to nothing."""
LENGTH = "() => document.documentElement ? document.documentElement.outerHTML.length : 0"


@dataclass(slots=True, eq=False)
class Visit:
    """One page in the browser."""

    request: Request
    gate: Gate
    crashed: asyncio.Event = field(default_factory=asyncio.Event)
    page: Page | None = None
    traffic: Traffic | None = None
    moves: int = 0
    """Times that the page led itself to another document."""


class Keeping(PlaywrightBrowserProvider):  # type: ignore[misc]
    """Starts Playwright's driver under the keeper of *home*."""

    def __init__(self, config: Config, home: Home) -> None:
        super().__init__(config)
        self._home = home

    async def start(self) -> None:
        """Start the driver."""
        with self._home.as_node(compute_driver_executable()[0]):
            await super().start()


class Engine(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """A browser that serves pages until it is retired or lost."""

    config: Config

    def __init__(self, crawler: Crawler, settings: RenderSettings, executable: str) -> None:
        logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)
        super().__init__(crawler)
        self._settings = settings
        self._home = Home()
        self._opening = asyncio.Lock()
        self._proxies: dict[str, Proxy] = {}
        self._own_proxy = Proxy(None)
        """For what belongs to no page: the browser's own requests."""
        self._visits: dict[Page, Visit] = {}
        self.lost = asyncio.Event()
        """Set when the browser or its driver is gone or given up."""
        self.is_started = False
        self.served = 0
        """Pages that were opened."""
        self.under_way = 0
        self.memory_killed = -1e9
        """When (monotonic) a page was last ended for its memory."""
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
        self.browser_provider_cls = lambda config: Keeping(config, self._home)
        self.process_request_headers = None
        self.abort_request = self._refuses

    @property
    def portals(self) -> set[str]:
        """Portals that have a context here."""
        return set(self._proxies)

    async def start(self) -> None:
        """Start driver and browser; whatever goes wrong is raised."""
        self.config.launch_options["proxy"] = _by_way_of(await self._own_proxy.start())
        await self._launch()
        await self._maybe_launch_browser()
        self.browser.on("disconnected", lambda _: self.lost.set())
        self.is_started = True

    def look(self) -> None:
        """Set :attr:`lost` where the processes have gone."""
        if self.is_started and not self._home.is_alive():
            self.lost.set()

    def watch_memory(self) -> bool:
        """Tell whether the browser holds more than it may; a single page that holds most of it is ended."""
        found = self._home.processes()
        if sum(process.memory for process in found) <= self._settings.memory:
            return False
        hog = max((each for each in found if each.is_renderer), key=lambda each: each.memory, default=None)
        if hog and hog.memory > self._settings.memory / 2:
            self.memory_killed = monotonic()
            processes.kill(hog.pid)
            return False
        return True

    async def render(self, visit: Visit) -> Response:
        """Return the page of *visit* as it stands after all that the profile asks for."""
        began = monotonic()
        asked = await self._asked(visit)
        response: Response = (await self.download_request(asked)).replace(request=visit.request)
        page = visit.page
        assert page is not None
        assert visit.traffic is not None
        if asked.meta.get("redirect_urls") and response.url != visit.request.url:
            # Scrapy's own rules for redirects, robots.txt and origins decide on what comes next.
            return Response(visit.request.url, 302, {"Location": response.url}, request=visit.request)
        if not isinstance(response, HtmlResponse):
            return response
        rules = visit.gate.profile.render
        left = (self._settings.timeout - (monotonic() - began)) * READING_SHARE
        await Reader(page, visit.traffic, rules, left, self._settings.settle).read()
        if await page.evaluate(LENGTH) > self._settings.maxsize:
            raise PageIgnored("too_large", f"{visit.request.url} is larger than DOWNLOAD_MAXSIZE when rendered")
        url = page.url if visit.moves else response.url
        if not visit.gate.profile.owns(url):
            raise PageIgnored("foreign_host", f"{url} is not of the portal {visit.gate.profile.name}")
        return response.replace(url=url, body=(await page.content()).encode("utf-8", "replace"), encoding="utf-8")

    async def _asked(self, visit: Visit) -> Request:
        """Return the request that scrapy-playwright's handler understands."""

        async def opened(page: Page, _: Request) -> None:
            visit.page, visit.traffic = page, Traffic(page)
            self._visits[page] = visit
            page.on("crash", crashed)
            page.on("popup", _close_popup)

        def crashed(_: Page) -> None:
            visit.crashed.set()

        portal = visit.gate.profile.name
        async with self._opening:
            if portal not in self._proxies:
                self._proxies[portal] = await Proxy(visit.gate.allows_private).start()
        return Request(
            visit.request.url,
            meta={
                "playwright": True,
                "playwright_include_page": True,
                "playwright_context": portal,
                "playwright_context_kwargs": self._context(visit),
                "playwright_page_goto_kwargs": {"wait_until": "commit"},
                "playwright_page_init_callback": opened,
            },
        )

    def _context(self, visit: Visit) -> dict[str, Any]:
        profile = visit.gate.profile
        cookies = [_cookie(cookie, visit.request.url) for cookie in profile.render.cookies]
        return {
            "proxy": _by_way_of(self._proxies[profile.name]),
            "user_agent": self._settings.user_agent,
            "locale": profile.language or "en",
            "service_workers": "block",
            "accept_downloads": False,
            "storage_state": {"cookies": cookies, "origins": []},
        }

    async def _refuses(self, request: PageRequest) -> bool:
        """Tell whether *request* of a page is not made."""
        with suppress(PlaywrightError):
            frame = request.frame
            visit = self._visits.get(frame.page)
            if visit is not None:
                is_page = request.is_navigation_request() and frame == frame.page.main_frame
                refused = visit.gate.refuses(request.url, request.resource_type, is_page=is_page)
                visit.moves += is_page and not refused and request.url != visit.request.url
                return refused
        return True

    async def leave(self, visit: Visit) -> bool:
        """Close the page of *visit*; tell whether that could be done."""
        page = visit.page
        if page is None:
            return True
        self._visits.pop(page, None)
        return await _close(page)

    async def close(self) -> None:
        """End the browser, its driver and all that belongs to them, whatever state they are in."""
        self.lost.set()
        with suppress(Exception):
            await asyncio.wait_for(self.browser_provider.close(), CLOSE_SECONDS)
        await self._home.clear()
        for proxy in (self._own_proxy, *self._proxies.values()):
            proxy.close()
        with suppress(Exception):
            await asyncio.wait_for(super().close(), CLOSE_SECONDS)


def _by_way_of(proxy: Proxy) -> dict[str, str]:
    """Return *proxy* as Playwright takes it: for loopback, too."""
    return {"server": proxy.address, "bypass": "<-loopback>"}


async def _close_popup(page: Page) -> None:
    await _close(page)


async def _close(page: Page) -> bool:
    """Close *page*; tell whether it did so in time."""
    try:
        await asyncio.wait_for(page.close(), CLOSE_SECONDS)
    except TimeoutError:
        return False
    except PlaywrightError:
        pass
    return True


def _cookie(cookie: Any, url: str) -> dict[str, Any]:
    """Return a cookie as Playwright takes it: for its own domain, else for the page's host."""
    host = urlsplit(url).hostname or ""
    return {"domain": host, "path": "/", "expires": -1, "httpOnly": False, "secure": False, "sameSite": "Lax", **cookie}
