"""Decides how a page is fetched: over HTTP, by a browser, or over HTTP first and then by a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from portalcrawl.extraction.needs_browser import needs_browser

if TYPE_CHECKING:
    from scrapy import Request

    from portalcrawl.crawl.crawl_state import CrawlState
    from portalcrawl.extraction.page import Page
    from portalcrawl.storage.discovered import DocumentRecord
    from portalcrawl.storage.records import Record

RENDER = "render"
"""Key of ``Request.meta`` that sends a request to the browser; its value is the reason."""
RequestedAs = Literal["start", "article"]
LONGEST_PATTERN = 80
EMPTY = ("script_shell", "consent_wall")
"""Needs of pages without any content unless a browser renders them. Others are read as they are without a browser."""


@dataclass(frozen=True, slots=True)
class FetchDecision:
    """What happens to a response."""

    rendered: bool = False
    """Whether a browser rendered it."""
    render_reason: str | None = None
    """Why the page must be fetched again by a browser; None if it is read as it is."""
    failure: str | None = None
    """Why the page counts as failed; None if it does not."""


class FetchPolicy:
    """Decides for the pages of one crawl, and counts the reasons."""

    def __init__(self, crawl: CrawlState, has_browser: Callable[[], bool]) -> None:
        self._crawl = crawl
        self._needs = crawl.unit_of_work.browser_needs
        self._has_browser = has_browser

    def known_reason(self, portal: str, url: str, requested_as: RequestedAs) -> str | None:
        """Return why a browser fetches the page at *url* without HTTP first; None if it does not."""
        mode = self._crawl.policy.portals[portal].render
        if mode == "always":
            return "always"
        if mode == "auto" and self._has_browser() and self._needs.goes_to_browser(portal, _pattern(url, requested_as)):
            return "known"
        return None

    def decide(self, page: Page, requested_as: RequestedAs) -> FetchDecision:
        """Return what happens to the response that *page* was read from."""
        if page.refusal:
            return FetchDecision(failure=page.refusal)
        request = page.response.request
        if request is not None and RENDER in request.meta:
            self._crawl.counts["pages_rendered"] += 1
            self._crawl.counts[f"rendered/{request.meta[RENDER]}"] += 1
            failure = "consent_wall" if needs_browser(page) == "consent_wall" else None
            return FetchDecision(rendered=True, failure=failure)
        if request is None or "portal" not in request.meta or "cached" in page.response.flags:
            return FetchDecision()  # not requested by the crawl, or replayed from the HTTP cache
        if self._crawl.policy.portals[page.profile.name].render != "auto":
            return FetchDecision()
        reason = needs_browser(page)
        pattern = _pattern(request.url, requested_as)
        self._needs.record(request.meta["portal"], pattern, needed=reason is not None)
        if reason is None or self._has_browser():
            return FetchDecision(render_reason=reason)
        self._crawl.counts[f"needs_browser/{reason}"] += 1
        return FetchDecision(failure="needs_browser" if reason in EMPTY else None)


def conditional_headers(known: Record | DocumentRecord) -> dict[str, str]:
    """Return the headers that make a request conditional (RFC 9110, 13.1); empty if no validators are known."""
    given = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in given.items() if value}


def to_browser(request: Request, reason: str) -> Request:
    """Return *request* for the browser, without validators and not from the HTTP cache."""
    return request.replace(meta={**request.meta, RENDER: reason, "dont_cache": True}, headers={})


def _pattern(url: str, requested_as: RequestedAs) -> str:
    """Return a pattern for the URLs of pages of one kind: articles by folder, lists by path, digits as ``0``."""
    path = urlsplit(url).path
    place = path.rpartition("/")[0] if requested_as == "article" else path
    return f"{requested_as} {re.sub(r'[0-9]+', '0', place)}"[:LONGEST_PATTERN]
