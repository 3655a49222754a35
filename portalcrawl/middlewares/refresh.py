"""Meta refreshes: some lead elsewhere at once, most only load the page again after a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import HtmlResponse
from scrapy.utils.response import get_meta_refresh

from portalcrawl import urls

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from scrapy.settings import BaseSettings


class RefreshMiddleware(MetaRefreshMiddleware):
    """Scrapy's middleware, for refreshes that are redirects (HTML Living Standard 4.2.5.3, "refresh").

    A page that refreshes after METAREFRESH_MAXDELAY seconds or later is one to be read, and so is one that leads to
    itself, whichever way its address is written and whatever parameter the reload adds, or to a page that led to it.
    Scrapy looks at the first 4,096 characters of a page, and at no element that METAREFRESH_IGNORE_TAGS names.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._ignored = settings.getlist("METAREFRESH_IGNORE_TAGS")

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """Return the request for where the page leads; *response* where it is the page to be read."""
        if not isinstance(response, HtmlResponse) or request.meta.get("dont_obey_robotstxt"):
            return response  # robots.txt is no page
        try:
            delay, target = get_meta_refresh(response, ignore_tags=self._ignored)
        except ValueError:
            return response  # what it names is no address
        if target is None or delay is None or not _leads_elsewhere(request, response.url, target, delay):
            return response
        return super().process_response(request, response)


def _leads_elsewhere(request: Request, url: str, target: str, delay: float) -> bool:
    """Return whether a refresh of the page at *url* to *target* after *delay* seconds shows another page."""
    passed = {urls.canonical_url(each) for each in (*request.meta.get("redirect_urls", ()), url)}
    here, there = urls.resolve(url, url), urls.resolve(url, target)
    if here is None or there is None or urls.canonical_url(target) in passed:
        return False
    if (here.netloc, here.path) != (there.netloc, there.path):
        return True
    mine, theirs = (set(parse_qsl(each.query, keep_blank_values=True)) for each in (here, there))
    if not (mine <= theirs or theirs <= mine):
        return True
    # At once, and with one more parameter: a site that tries whether the client follows, or takes cookies. Once.
    return delay == 0 and "meta refresh" not in request.meta.get("redirect_reasons", ())
