"""The portal's site with traps, damaged pages and the laboratory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from portalcrawl.demo.pages import ADVERTISEMENTS
from portalcrawl.demo.site import HTML, Response, Site, with_tag
from portalcrawl.demo.story_model import Story, World
from support.trap_portal.damage import damage_of, damaged
from support.trap_portal.laboratory_site import Laboratory

Trap = Literal["loop", "private", "loopback", "foreign", "big", "bomb"]
TRAPS: dict[int, Trap] = {703: "loop", 704: "private", 705: "loopback", 706: "foreign", 707: "big", 708: "bomb"}
"""What withdrawn stories answer instead of an error, by their number."""
CHUNK = 64 * 1024
HTML_HEADERS = {"Content-Type": HTML}
_TARGETS = {
    "private": "http://169.254.169.254/latest/meta-data/",
    "loopback": "http://127.0.0.1:1/artikel/interner-dienst-99N4a2b3c4d.html",
    "foreign": "https://nachbarportal.example/artikel/uebernommen-99N5a2b3c4d.html",
}
_HOSTS = ("http://127.0.0.1:1", "http://169.254.169.254", "https://nachbarportal.example")
_TRAP_ADVERTISEMENTS = tuple(
    (host + urlsplit(address).path, headline, text)
    for host, (address, headline, text) in zip(_HOSTS, ADVERTISEMENTS, strict=True)
)
"""The advertisements, at hosts that a crawl must never ask."""


@dataclass(frozen=True)
class TrapResponse(Response):
    """An answer that is sent in an unusual way."""

    stream: Iterable[bytes] = ()
    """Chunks that are sent instead of the body, without a length."""
    delay: float = 0.0
    """Seconds to wait before the answer."""
    cut: bool = False
    """Whether the connection breaks in the middle of the body."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes of the traps: seconds of the slow page, bytes of the huge page and of the bomb when inflated."""

    slow_seconds: float = 0.3
    huge_bytes: int = 80 * 1024 * 1024
    bomb_bytes: int = 1024 * 1024 * 1024


def answer_of(story: Story) -> str:
    """Return the answer at the URL of *story*: a trap's name, else the story's own answer."""
    return TRAPS.get(story.number, story.answer)


class TrapSite(Site):
    """The site with its traps; *seen* has the paths that were requested before."""

    def __init__(self, world: World, clock: datetime, origin: str, limits: Limits, seen: set[str]) -> None:
        super().__init__(world, clock, origin)
        self.pages.shared["advertisements"] = _TRAP_ADVERTISEMENTS
        self._limits = limits
        self._seen = seen
        self._laboratory = Laboratory(self.pages)
        for story in world.stories:
            if TRAPS.get(story.number) == "loop":
                self._stories[_loop_path(story)] = story

    def answer(self, target: str) -> Response:
        """Return the answer to GET *target*; some pages fail when asked for the first time."""
        path = urlsplit(target).path
        first_time = path not in self._seen
        self._seen.add(path)
        story = self._stories.get(path)
        if story is None:
            return super().answer(target)
        if story.number in TRAPS:
            return self._trap(story, path)
        damage = damage_of(story)
        if first_time and damage == "flaky":
            return Response(503, self.pages.plain("Wartung", ("Bitte gleich noch einmal versuchen.",)), HTML_HEADERS)
        response = super().answer(target)
        if damage == "slow" or (first_time and damage == "cut-short"):
            delay = self._limits.slow_seconds if damage == "slow" else 0.0
            return TrapResponse(
                response.status, response.body, response.headers, delay=delay, cut=damage == "cut-short"
            )
        return response

    def _story_response(self, story: Story, path: str) -> Response:
        response = super()._story_response(story, path)
        if response.status != 200 or damage_of(story) is None:
            return response
        content_type = "text/html" if damage_of(story) == "windows-1252" else HTML
        tagged = with_tag(damaged(story, response.body.decode()), content_type)
        return replace(tagged, headers=response.headers | tagged.headers)

    def _trap(self, story: Story, path: str) -> Response:
        trap = TRAPS[story.number]
        if trap == "loop":
            return Response(302, b"", {"Location": _loop_path(story) if path == story.path else story.path})
        if trap == "big":
            return TrapResponse(200, b"", HTML_HEADERS, stream=huge_body(self._limits.huge_bytes))
        if trap == "bomb":
            return Response(200, gzip_bomb(self._limits.bomb_bytes), HTML_HEADERS | {"Content-Encoding": "gzip"})
        return Response(302, b"", {"Location": _TARGETS[trap]})

    def _find(self, target: str, path: str) -> Response:
        if path == "/labor/nie":
            return TrapResponse(delay=24 * 3600.0)
        if path == "/labor" or path.startswith("/labor/"):
            return self._laboratory.answer(target)
        return super()._find(target, path)


def _loop_path(story: Story) -> str:
    """Return the second address of a redirect loop."""
    return story.path_with("weiter")


def huge_body(size: int) -> Iterator[bytes]:
    """Yield *size* bytes of a page without content, one small chunk at a time."""
    title = "Das längste Protokoll der Welt"
    head = f'<!DOCTYPE html><html lang="de"><head><title>{title}</title></head><body><h1>{title}</h1>'.encode()
    yield head
    line = b"<p>Der Sitzungsbericht wird fortgesetzt, ein Ende ist nicht abzusehen.</p>\n"
    chunk = line * (CHUNK // len(line) + 1)
    left = size - len(head)
    while left > 0:
        yield chunk[:left]
        left -= len(chunk)


@lru_cache(maxsize=2)
def gzip_bomb(size: int) -> bytes:
    """Return a gzip body (RFC 1952) that inflates to *size* blanks, and is a thousand times smaller itself.

    One block is deflated once and repeated: a full flush makes blocks independent of each other.
    """
    block = b" " * (1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    count = max(1, size // len(block))
    checksum = 0
    for _ in range(count):
        checksum = zlib.crc32(block, checksum)
    tail = zlib.compressobj(9, zlib.DEFLATED, -15).flush(zlib.Z_FINISH)
    trailer = checksum.to_bytes(4, "little") + (count * len(block) % (1 << 32)).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + first * count + tail + trailer
