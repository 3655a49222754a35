"""Which way a page is fetched: over HTTP, in a browser, or over HTTP first and then again in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from portalcrawl.extraction.needs_browser import needs_browser
from portalcrawl.rendering.handlers import RENDER

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from portalcrawl.extraction.page import Page
    from portalcrawl.profiles.model import Profile
    from portalcrawl.runs.run import Run

Asked = Literal["start", "article"]
"""What a page was asked for as."""
LONGEST_KIND = 80
EMPTY = ("script_shell", "consent_wall")
"""Needs of pages that have nothing to read without a browser; all others are read as they are where there is none."""


@dataclass(frozen=True, slots=True)
class FetchDecision:
    """What becomes of a page that has come."""

    rendered: bool = False
    again: str | None = None
    """Why it must be asked for again in a browser."""
    failure: str | None = None
    """Why there is nothing to read in it."""


class FetchPolicy:
    """Decides for the pages of one run, and counts why."""

    def __init__(self, run: Run, crawler: Crawler) -> None:
        self._run = run
        self._crawler = crawler

    def send(self, request: Request, profile: Profile, asked: Asked) -> Request:
        """Return *request* on its way: marked for the browser where that is known before it is fetched."""
        mode = self._run.plan.render_mode(profile)
        if mode == "always":
            return to_browser(request, "always")
        if (
            mode == "auto"
            and self._has_browser
            and self._run.unit_of_work.habits.goes_to_browser(*_key(request, asked))
        ):
            return to_browser(request, "known")
        return request

    def judge(self, page: Page, asked: Asked) -> FetchDecision:
        """Return what becomes of a page that has come."""
        if page.refusal:
            return FetchDecision(failure=page.refusal)
        request = page.response.request
        if request is not None and RENDER in request.meta:
            self._run.counts["pages_rendered"] += 1
            self._run.counts[f"rendered/{request.meta[RENDER]}"] += 1
            return FetchDecision(
                rendered=True, failure="consent_wall" if needs_browser(page) == "consent_wall" else None
            )
        if request is None or "portal" not in request.meta or "cached" in page.response.flags:
            return FetchDecision()  # a page that the crawl did not ask for, or one that is replayed
        if self._run.plan.render_mode(page.profile) != "auto":
            return FetchDecision()
        reason = needs_browser(page)
        self._run.unit_of_work.habits.judged(*_key(request, asked), needed=reason is not None)
        if reason is None or self._has_browser:
            return FetchDecision(again=reason)
        self._run.counts[f"needs_browser/{reason}"] += 1
        return FetchDecision(failure="needs_browser" if reason in EMPTY else None)

    @property
    def _has_browser(self) -> bool:
        handlers = getattr(self._crawler.engine.downloader, "handlers", None)
        return bool(getattr(handlers, "has_browser", False))


def to_browser(request: Request, reason: str) -> Request:
    """Return *request* for the browser; a cached answer would not be what a browser shows."""
    return request.replace(meta={**request.meta, RENDER: reason, "dont_cache": True}, headers={})


def _key(request: Request, asked: Asked) -> tuple[str, str]:
    """Return the portal and the kind of page: articles by their folder, lists by their path, numbers left out."""
    path = urlsplit(request.url).path
    place = path.rpartition("/")[0] if asked == "article" else path
    return request.meta["portal"], f"{asked} {re.sub(r'[0-9]+', '0', place)}"[:LONGEST_KIND]
