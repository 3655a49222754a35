"""What a reader would do on a page before it shows what it has: wait, answer, click, scroll. Never more than asked."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page, Request

    from portalcrawl.profiles.model import RenderRules

LOOK = 0.1
"""Seconds between two looks at a page."""
CALM = 0.5
"""Seconds without a change after which a page is ready."""
PATIENCE = 5.0
"""Seconds that a click or a scroll has to show something new."""
TELLING = ("document", "script", "xhr", "fetch")
"""Kinds of requests that may still bring text."""
SIZE = """() => [document.readyState, document.getElementsByTagName('*').length,
  document.body ? document.body.textContent.length : 0].join(':')"""
CLICK_MS = 2_000


class Traffic:
    """Counts the requests under way of one page that may still bring text."""

    def __init__(self, page: Page) -> None:
        self._open: set[Request] = set()
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _begun(self, request: Request) -> None:
        if request.resource_type in TELLING:
            self._open.add(request)

    def _ended(self, request: Request) -> None:
        self._open.discard(request)

    @property
    def is_calm(self) -> bool:
        """Whether nothing is under way."""
        return not self._open


class Reader:
    """Reads one page as the profile says in at most *seconds*; it waits for rest *settle* seconds at a time."""

    def __init__(self, page: Page, traffic: Traffic, rules: RenderRules, seconds: float, settle: float) -> None:
        self._page = page
        self._traffic = traffic
        self._rules = rules
        self._settle = settle
        self._end = monotonic() + seconds

    async def read(self) -> None:
        """Do all that the profile names; what the page does not offer is passed over."""
        await self._until_calm()
        if self._rules.consent and await self._press(self._rules.consent):
            await self._until_calm()
        if self._rules.wait_for:
            await self._wait_for(self._rules.wait_for)
        for _ in range(self._rules.click_times if self._rules.click else 0):
            if not await self._more(partial(self._press, self._rules.click or "")):
                break
        for _ in range(self._rules.scroll):
            if not await self._more(self._scroll):
                break

    def _left(self) -> float:
        return max(0.0, self._end - monotonic())

    async def _until_calm(self) -> None:
        """Wait until the page neither changes nor loads for a moment; one that never rests is taken as it is."""
        seen, since = "", monotonic()
        end = min(self._end, since + self._settle)
        while monotonic() < end:
            size = await self._size()
            if size != seen or not self._traffic.is_calm or not size.startswith(("interactive", "complete")):
                seen, since = size, monotonic()
            elif monotonic() - since >= CALM:
                return
            await asyncio.sleep(LOOK)

    async def _size(self) -> str:
        """Return what changes when the page does."""
        with suppress(PlaywrightError):  # the page is being replaced by another
            return str(await self._page.evaluate(SIZE))
        return ""

    async def _wait_for(self, selector: str) -> None:
        with suppress(PlaywrightError):
            await self._page.wait_for_selector(selector, state="attached", timeout=max(1.0, self._left() * 1000))
            await self._until_calm()

    async def _press(self, selector: str) -> bool:
        """Press the first visible match; tell whether there was one."""
        with suppress(PlaywrightError):
            for target in await self._page.query_selector_all(selector):
                if await target.is_visible() and await target.is_enabled():
                    await target.click(timeout=CLICK_MS, no_wait_after=True)
                    return True
        return False

    async def _scroll(self) -> bool:
        with suppress(PlaywrightError):
            await self._page.evaluate("() => window.scrollTo(0, document.documentElement.scrollHeight)")
        return True

    async def _more(self, act: Callable[[], Awaitable[bool]]) -> bool:
        """Tell whether *act* was done and the page showed something new after it."""
        before = await self._size()
        if not await act() or not self._left():
            return False
        until = min(monotonic() + PATIENCE, self._end)
        while monotonic() < until:
            await asyncio.sleep(LOOK)
            if await self._size() != before:
                await self._until_calm()
                return True
            if self._traffic.is_calm and monotonic() > until - PATIENCE + 1.5:
                return False
        return False
