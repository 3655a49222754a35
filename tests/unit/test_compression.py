"""Compressed bodies: whole ones are read, broken ones and those that end too early are refused."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest
from scrapy.utils._compression import _DecompressionMaxSizeExceeded, brotli, zstd

from portalcrawl.crawl.failures import PageIgnored
from portalcrawl.middlewares.compression import CompressionMiddleware

CHANCE = random.Random(11)
PAGE = "".join(chr(CHANCE.choice([*range(97, 123), 228, 246, 252, 32])) for _ in range(150_000)).encode()


def raw_deflate(data: bytes) -> bytes:
    """What some servers send as ``deflate``: without the frame of zlib."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


PACKED = {
    "gzip": gzip.compress(PAGE),
    "x-gzip": gzip.compress(PAGE[:1000]) + gzip.compress(PAGE[1000:]),
    "deflate": zlib.compress(PAGE),
    "deflate ": raw_deflate(PAGE),
    "br": brotli.compress(PAGE),
    "zstd": zstd.compress(PAGE),
}


def unpacked(name: str, body: bytes, most: int = 0) -> bytes:
    return CompressionMiddleware._decode(body, name.strip().encode(), most)


@pytest.mark.parametrize("name", PACKED)
def test_whole_bodies_are_read(name: str) -> None:
    assert unpacked(name, PACKED[name]) == PAGE
    assert unpacked(name, b"") == b""


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("share", [0.0001, 0.3, 0.9, 0.999])
def test_bodies_that_end_too_early_are_refused(name: str, share: float) -> None:
    body = PACKED[name]
    with pytest.raises(PageIgnored) as caught:
        unpacked(name, body[: max(3, int(len(body) * share))])
    assert caught.value.reason == "encoding"


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("body", [b"<!doctype html><title>gar nicht gepackt</title>", bytes(range(256)) * 20])
def test_bodies_that_are_not_compressed_are_refused(name: str, body: bytes) -> None:
    with pytest.raises(PageIgnored, match=r"not valid|ends before"):
        unpacked(name, body)


@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_a_body_whose_checksum_is_wrong_is_refused(name: str) -> None:
    body = bytearray(PACKED[name])
    body[len(body) // 2] ^= 0x10
    with pytest.raises(PageIgnored):
        unpacked(name, bytes(body))


@pytest.mark.parametrize(("name", "trailer"), [("gzip", 8), ("deflate", 4)])
def test_a_checksum_that_is_left_out_costs_nothing(name: str, trailer: int) -> None:
    assert unpacked(name, PACKED[name][:-trailer]) == PAGE


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_decompression_bombs_are_recognised(name: str) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}[name]
    with pytest.raises(_DecompressionMaxSizeExceeded):
        unpacked(name, pack(bytes(2_000_000)), most=1_000_000)
