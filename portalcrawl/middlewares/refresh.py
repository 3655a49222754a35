"""Follows meta refreshes that redirect to another page, but not those that reload the page."""

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
    """Like Scrapy's middleware, but does not follow reloads (HTML Living Standard 4.2.5.3, "refresh").

    A refresh is ignored if the delay is METAREFRESH_MAXDELAY seconds or more, or if the target is the page itself (in
    any spelling, with any added parameter) or a page that redirected to it. As in Scrapy, only the first 4,096
    characters are searched, without the elements of METAREFRESH_IGNORE_TAGS.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._ignored = settings.getlist("METAREFRESH_IGNORE_TAGS")

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """Return a request for the target of the refresh, or *response* if there is none to follow."""
        if not isinstance(response, HtmlResponse) or request.meta.get("dont_obey_robotstxt"):
            return response  # it is a robots.txt
        try:
            delay, target = get_meta_refresh(response, ignore_tags=self._ignored)
        except ValueError:
            return response  # the target is not a valid URL
        if target is None or delay is None or not _shows_another_page(request, response.url, target, delay):
            return response
        return super().process_response(request, response)


def _shows_another_page(request: Request, url: str, target: str, delay: float) -> bool:
    """Return whether a refresh of the page at *url* to *target* after *delay* seconds shows another page."""
    visited = {urls.canonical_url(each) for each in (*request.meta.get("redirect_urls", ()), url)}
    here, there = urls.resolve(url, url), urls.resolve(url, target)
    if here is None or there is None or urls.canonical_url(target) in visited:
        return False
    if (here.netloc, here.path) != (there.netloc, there.path):
        return True
    own, other = (set(parse_qsl(each.query, keep_blank_values=True)) for each in (here, there))
    if not (own <= other or other <= own):
        return True
    # An immediate refresh that adds a parameter tests whether the client follows it or keeps cookies. Follow it once.
    return delay == 0 and "meta refresh" not in request.meta.get("redirect_reasons", ())
