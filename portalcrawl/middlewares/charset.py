"""Replaces charsets that are not used on the web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from portalcrawl.text.charsets import is_charset

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class CharsetMiddleware:
    """Decodes a page as UTF-8 if it declares a Python codec that is no web charset (``punycode``, ``rot13``).

    Its place is after decompression and before Scrapy's MetaRefreshMiddleware, the first to decode a page.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        if isinstance(response, TextResponse) and not is_charset(response.encoding):
            return response.replace(encoding="utf-8")
        return response
