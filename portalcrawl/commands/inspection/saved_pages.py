"""A saved page as a response: no network."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import cast

from scrapy.http import HtmlResponse

from portalcrawl.errors import UsageError
from portalcrawl.extraction.dom import tree
from portalcrawl.urls import absolute

MAX_SIZE = 50 * 1024 * 1024
NOWHERE = "http://localhost/"
"""Address of a saved page that names none of its own."""
OWN_ADDRESS = "//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"


def read_file(path: Path, url: str | None) -> HtmlResponse:
    """Return the page saved at *path*, ``.gz`` unpacked, as fetched from *url* when the file was last written.

    Without *url* the page's own canonical address counts.

    :raises UsageError: where there is no such file.
    """
    body = _read(path)
    written = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    return response_of(body, url or _own_address(body) or NOWHERE, written)


def response_of(body: bytes, url: str, fetched: datetime, headers: Mapping[str, str] | None = None) -> HtmlResponse:
    """Return *body* as the response to a request of *url* at *fetched*."""
    date = {"Date": format_datetime(fetched.astimezone(UTC), usegmt=True)}
    return HtmlResponse(url, body=body, headers={**(headers or {}), **date})


def _read(path: Path) -> bytes:
    try:
        if path.suffix != ".gz":
            with path.open("rb") as file:
                return file.read(MAX_SIZE)
        with gzip.open(path) as packed:
            return packed.read(MAX_SIZE)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"scrapy inspect: {str(path)!r}: {problem}; it takes a URL or a saved page") from error


def _own_address(body: bytes) -> str | None:
    """Return the address that a saved page names as its own."""
    try:
        root = tree.parse(HtmlResponse(NOWHERE, body=body))
    except tree.TooComplexError:
        return None
    named = [] if root is None else cast("list[str]", root.xpath(OWN_ADDRESS))
    return next((url for url in (absolute("", str(each)) for each in named) if url), None)
