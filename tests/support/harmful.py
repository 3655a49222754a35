"""Pages that hang or kill the process: a comment in the page names what happens when it is parsed.

A crawl loads it with ``-s SPIDER_MIDDLEWARES={"support.harmful.Harmful": 1}``; for another command, import it first.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree
from scrapy.http import Response

from portalcrawl.extraction.dom import tree

MARK = re.compile(rb"<!-- harm: (\w+) -->")


def pattern() -> None:
    """Search by a pattern that backtracks for ever."""
    re.search(r"(a+)+$", "a" * 60 + "b")


def parser() -> None:
    """Parse what takes libxml2 many minutes, in which other threads go on."""
    markup = b"<p " + b" ".join(b"a%d" % number for number in range(400_000)) + b">"
    etree.fromstring(markup, parser=etree.HTMLParser(huge_tree=True))


def held() -> None:
    """Count in C code that no signal interrupts, and in which no other thread goes on."""
    sum(range(10**14))


def death() -> None:
    """Read from nowhere: a segmentation fault."""
    ctypes.string_at(0)


def memory() -> None:
    """Ask for more memory than there is."""
    bytearray(1 << 60)


def error() -> None:
    """Fail as a fault in the reading does."""
    raise RuntimeError("a fault in the reading")


def once() -> None:
    """Be killed, as by an operator, who does so once."""
    file = Path(os.environ["KILLED_ONCE"])
    if not file.exists():
        file.touch()
        os.kill(os.getpid(), signal.SIGKILL)


HARMS: dict[str, Callable[[], None]] = {
    harm.__name__: harm for harm in (pattern, parser, held, death, memory, error, once)
}


_parse = tree.parse


def parse(response: Response) -> object:
    """Do the harm that *response* asks for, and parse it."""
    if found := MARK.search(response.body):
        HARMS[found[1].decode()]()
    return _parse(response)


tree.parse = parse  # type: ignore[assignment]


class Harmful:
    """A spider middleware, or a pipeline, which fails at the harmful article."""

    def process_item(self, item: Any) -> Any:
        """Return *item*, or fail."""
        if item.type == "article" and "schadet" in item.headline:
            raise RuntimeError("a fault in a pipeline")
        return item
