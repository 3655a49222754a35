"""What is done on a rendered page before it is read: wait until it is loaded, give consent, click, scroll."""

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

POLL_SECONDS = 0.1
STABLE_SECONDS = 0.5
"""Seconds without a change after which a page counts as loaded."""
ACTION_SECONDS = 5.0
"""Seconds that a click or a scroll may take to show something new."""
IDLE_SECONDS = 1.5
"""Seconds after a click or a scroll after which the wait ends if the page has no pending requests."""
TEXT_RESOURCES = ("document", "script", "xhr", "fetch")
"""Resource types (Playwright's names) that may add text to the page."""
SIZE = """() => [document.readyState, document.getElementsByTagName('*').length,
  document.body ? document.body.textContent.length : 0].join(':')"""
CLICK_MS = 2_000


class PendingRequests:
    """The unanswered requests of one page that may add text to it; true if there are any."""

    def __init__(self, page: Page) -> None:
        self._pending: set[Request] = set()
        page.on("request", self._add)
        page.on("requestfinished", self._remove)
        page.on("requestfailed", self._remove)

    def _add(self, request: Request) -> None:
        if request.resource_type in TEXT_RESOURCES:
            self._pending.add(request)

    def _remove(self, request: Request) -> None:
        self._pending.discard(request)

    def __bool__(self) -> bool:
        return bool(self._pending)


class PageActions:
    """Carries out a profile's ``[render]`` rules on one page.

    All actions together take at most *seconds*; each wait until the page is stable takes at most *settle* seconds.
    """

    def __init__(self, page: Page, pending: PendingRequests, rules: RenderRules, seconds: float, settle: float) -> None:
        self._page = page
        self._pending = pending
        self._rules = rules
        self._settle = settle
        self._end = monotonic() + seconds

    async def run(self) -> None:
        """Carry out the rules of the profile; elements that are not on the page are skipped."""
        await self._wait_until_stable()
        if self._rules.consent and await self._click(self._rules.consent):
            await self._wait_until_stable()
        if self._rules.wait_for:
            await self._wait_for(self._rules.wait_for)
        if self._rules.click:
            await self._repeat(partial(self._click, self._rules.click), self._rules.click_times)
        await self._repeat(self._scroll, self._rules.scroll)

    def _seconds_left(self) -> float:
        return max(0.0, self._end - monotonic())

    async def _wait_until_stable(self) -> None:
        """Wait until the page neither changes nor loads for STABLE_SECONDS, or the time is up."""
        last_size, since = "", monotonic()
        end = min(self._end, since + self._settle)
        while monotonic() < end:
            size = await self._size()
            if size != last_size or self._pending or not size.startswith(("interactive", "complete")):
                last_size, since = size, monotonic()
            elif monotonic() - since >= STABLE_SECONDS:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _size(self) -> str:
        """Return a string that changes when the page does: its state, number of elements and length of text."""
        with suppress(PlaywrightError):  # raised while another document replaces the page
            return str(await self._page.evaluate(SIZE))
        return ""

    async def _wait_for(self, selector: str) -> None:
        with suppress(PlaywrightError):
            timeout = max(1.0, self._seconds_left() * 1000)
            await self._page.wait_for_selector(selector, state="attached", timeout=timeout)
            await self._wait_until_stable()

    async def _click(self, selector: str) -> bool:
        """Click the first visible element that matches; return whether there was one."""
        with suppress(PlaywrightError):
            for target in await self._page.query_selector_all(selector):
                if await target.is_visible() and await target.is_enabled():
                    await target.click(timeout=CLICK_MS, no_wait_after=True)
                    return True
        return False

    async def _scroll(self) -> bool:
        """Scroll to the end of the page; return True."""
        with suppress(PlaywrightError):
            await self._page.evaluate("() => window.scrollTo(0, document.documentElement.scrollHeight)")
        return True

    async def _repeat(self, action: Callable[[], Awaitable[bool]], times: int) -> None:
        """Do *action* at most *times* times, until it no longer changes the page."""
        for _ in range(times):
            if not await self._shows_more(action):
                return

    async def _shows_more(self, action: Callable[[], Awaitable[bool]]) -> bool:
        """Do *action*; return whether the page changed because of it."""
        before = await self._size()
        if not await action() or not self._seconds_left():
            return False
        end = min(monotonic() + ACTION_SECONDS, self._end)
        while monotonic() < end:
            await asyncio.sleep(POLL_SECONDS)
            if await self._size() != before:
                await self._wait_until_stable()
                return True
            if not self._pending and monotonic() > end - ACTION_SECONDS + IDLE_SECONDS:
                return False
        return False
