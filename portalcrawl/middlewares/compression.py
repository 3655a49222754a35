"""Refuses compressed bodies that are broken or incomplete."""

from __future__ import annotations

import zlib

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.utils._compression import (  # type: ignore[attr-defined]
    _DecompressionMaxSizeExceeded,
    brotli,
    zstd,
)

from portalcrawl.crawl.failures import PageIgnored

CHUNK = 64 * 1024
"""Size in bytes of the pieces in which data is decompressed."""
GZIP = b"\x1f\x8b"
TRAILER = 8
"""Bytes after gzip data (RFC 1952, 2.3): checksum and length of the data. zlib data has four (RFC 1950)."""


class CompressionMiddleware(HttpCompressionMiddleware):
    """Like Scrapy's middleware, but drops broken bodies; Scrapy returns the part that can be decompressed."""

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        if not body:
            return body
        name = encoding.decode("ascii")
        try:
            decoded: bytes = HttpCompressionMiddleware._decode(body, encoding, max_size)
            is_whole = _is_whole(body, name.removeprefix("x-"), decoded)
        except _DecompressionMaxSizeExceeded:
            raise
        except Exception as error:
            raise PageIgnored("encoding", f"the body is not valid {name}: {error}") from error
        if not is_whole:
            raise PageIgnored("encoding", f"the body ends before its {name} does")
        return decoded


def _is_whole(body: bytes, encoding: str, decoded: bytes) -> bool:
    """Return whether *body*, whose decompressed form is *decoded*, contains the end of its compressed data.

    Raises the errors of the decompression libraries if the body is broken.
    """
    if encoding == "gzip":
        trailer = zlib.crc32(decoded).to_bytes(4, "little") + (len(decoded) & 0xFFFFFFFF).to_bytes(4, "little")
        return body.endswith(trailer) or _is_complete(body, zlib.MAX_WBITS | 16)
    if encoding == "deflate":
        if body.endswith(zlib.adler32(decoded).to_bytes(4, "big")):
            return True
        is_zlib = body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0  # RFC 1950, 2.2
        return _is_complete(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
    if encoding == "br":
        stream = brotli.Decompressor()
        more = stream.process(body, output_buffer_limit=CHUNK)
        while more and not stream.is_finished():
            more = stream.process(b"", output_buffer_limit=CHUNK)
        return bool(stream.is_finished())
    frame = zstd.ZstdDecompressor()
    frame.decompress(body, max_length=CHUNK)
    while not frame.eof and not frame.needs_input:
        frame.decompress(b"", max_length=CHUNK)
    return bool(frame.eof)


def _is_complete(body: bytes, wbits: int) -> bool:
    """Return whether *body* contains the end of its data, with zlib's *wbits*; raise zlib.error if it is broken.

    The checksum after the data may be missing: some servers omit it, and browsers accept that.
    """
    data = zlib.decompressobj(wbits)
    rest = body
    while rest and not data.eof:
        data.decompress(rest, CHUNK)
        rest = data.unconsumed_tail
    if data.eof:
        # Another gzip member may follow (RFC 1952, 2.2); anything else is not part of the data.
        return not data.unused_data.startswith(GZIP) or _is_complete(data.unused_data, wbits)
    if wbits < 0:
        return False
    try:
        data.decompress(bytes(TRAILER), CHUNK)
    except zlib.error as error:
        return "incorrect data check" in str(error)  # only the checksum was missing
    return False
