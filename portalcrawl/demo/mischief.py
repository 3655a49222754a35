"""What goes wrong with pages on their way out: broken markup, undeclared charset, stray signs, endless bodies."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import lru_cache

from portalcrawl.demo.model import Story

CHUNK = 64 * 1024
_STRAY = (
    ("Der Bundestagspräsident bat", "Der Bundes\u00adtags\u200bpräsident \u0007bat"),
    ("die Abgeordneten um Ruhe", "die \u2028Abgeordneten\u2029 um \u000b\u001b Ruhe"),
    ("die Sitzung danach fort.", "die \u0085Sitzung \u007f danach \u0000fort."),
)


def encode(story: Story, html: str) -> bytes:
    """Return the page's bytes, spoiled in the way that the story's quirk says."""
    if story.quirk == "broken-html":
        html = break_markup(html)
    if story.quirk == "controls":
        for clean, dirty in _STRAY:
            html = html.replace(clean, dirty)
    if story.quirk == "windows-1252":
        return html.encode("windows-1252", "xmlcharrefreplace")
    return html.encode()


def break_markup(html: str) -> str:
    """Leave out end tags and quotes, misnest and add stray tags; a browser still shows the same text."""
    html = re.sub(r"</p>(?=\s*<p\b)", "", html)
    html = re.sub(r"</(?:li|tr|td|body|html)>", "", html)
    html = re.sub(r'(width|height|class|align)="(\w+)"', r"\1=\2", html)
    html = html.replace("<h1>", "</font></center><h1>").replace("</h1>", "</h1></strong></em>")
    return html.replace("<div class=text>", "<div class=text></bogus>").replace("&nbsp;(", "&nbsp(")


def spoil_json(text: str) -> str:
    """Return JSON that no strict parser takes: a comma lost, another one too many, a raw line break in a string."""
    text = text.replace('", "alternativeHeadline"', '" "alternativeHeadline"')
    return text.replace('"caption": "', '"caption": "\n')[:-1] + ",}"


def huge_body(size: int) -> Iterator[bytes]:
    """Yield *size* bytes of a page that never comes to its point, one small chunk at a time."""
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
    """Return a gzip body of a few kilobytes a gigabyte that inflates to *size* bytes of blanks (RFC 1952).

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
