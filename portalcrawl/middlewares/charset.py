"""A charset that is none, before anybody decodes a page by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from portalcrawl.text.charsets import is_charset

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class CharsetMiddleware:
    """Takes for UTF-8 what declares one of Python's codecs that no page is written in.

    Stands where bodies are unpacked but nobody has decoded them: Scrapy's MetaRefreshMiddleware is the first to do so.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        """Return *response* in a charset."""
        if isinstance(response, TextResponse) and not is_charset(response.encoding):
            return response.replace(encoding="utf-8")
        return response
