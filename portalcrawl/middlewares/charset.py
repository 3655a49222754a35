"""Replaces charsets that are Python codecs but not web charsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import TextResponse

from portalcrawl.text.charsets import is_charset

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class CharsetMiddleware:
    """Decodes a page as UTF-8 if its declared charset is a Python codec but no web charset (``punycode``, ``rot13``).

    Must process responses after decompression and before MetaRefreshMiddleware, the first one that decodes a page.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        if isinstance(response, TextResponse) and not is_charset(response.encoding):
            return response.replace(encoding="utf-8")
        return response
