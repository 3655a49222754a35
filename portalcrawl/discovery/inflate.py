"""Decompresses gzip bodies, up to a size limit."""

from __future__ import annotations

import zlib
from collections import Counter

from portalcrawl.discovery.document_type import GZIP
from portalcrawl.discovery.entries import DocumentError

MAX_LAYERS = 3
"""Most nested layers of gzip: some servers compress files that are already compressed."""
_CHUNK = 256 * 1024


def inflate(body: bytes, limit: int, problems: Counter[str]) -> bytes:
    """Return *body* with all layers of gzip (RFC 1952) removed; whether it is gzip is detected from its content.

    Data after the compressed data is ignored, and truncated data is decompressed as far as possible. Both are counted
    in *problems*.

    :raises DocumentError: ``too_large`` for more than *limit* bytes, ``encoding`` for more than MAX_LAYERS layers or
        if nothing can be decompressed.
    """
    for _ in range(MAX_LAYERS):
        if not body.startswith(GZIP):
            return body
        body = _one_layer(body, limit, problems)
    if body.startswith(GZIP):
        raise DocumentError("encoding")
    return body


def _one_layer(body: bytes, limit: int, problems: Counter[str]) -> bytes:
    found = bytearray()
    while body.startswith(GZIP):  # gzip data may have several members
        stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            while body and not stream.eof:
                found += stream.decompress(body, _CHUNK)
                body = stream.unconsumed_tail
                if len(found) > limit:
                    raise DocumentError("too_large")
        except zlib.error:
            body = b""
        if not stream.eof:
            problems["cut"] += 1
            break
        body = stream.unused_data
        if body.strip(b"\x00") and not body.startswith(GZIP):
            problems["trailing_data"] += 1
    if not found:
        raise DocumentError("encoding")
    return bytes(found)
