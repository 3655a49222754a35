"""Shows a progress line if standard error is a terminal."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Any, Self, TextIO

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.log import get_scrapy_root_handler

from portalcrawl.plurals import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.crawler import Crawler

    from portalcrawl.runs.session import RunSession

INTERVAL = 0.5


class Progress:
    """Shows the line below the log, and redraws it twice a second."""

    def __init__(self, crawler: Crawler, session: RunSession, stream: TextIO) -> None:
        self._crawler = crawler
        self._session = session
        from rich.console import Console  # imported here, since it takes 30 ms of CPU and most runs have no terminal
        from rich.live import Live

        self._console = Console(file=stream, force_terminal=True)
        self._live = Live(console=self._console, transient=True, auto_refresh=False, redirect_stdout=False)
        self._redraws = create_looping_call(self._redraw)
        self._started = monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the extension; raise NotConfigured if it is disabled, there is no terminal, or no run."""
        session: RunSession | None = getattr(crawler.spider, "session", None)
        wanted = crawler.settings.getbool("PROGRESS_ENABLED") and not crawler.settings.get("LOG_FILE")
        if session is None or not wanted or not sys.stderr.isatty():
            raise NotConfigured
        extension = cls(crawler, session, sys.stderr)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        """Show the line, and send the log through rich so that they do not overwrite each other."""
        self._live.start()
        _log_to_stderr()
        self._redraws.start(INTERVAL, now=False)

    def spider_closed(self) -> None:
        """Remove the line."""
        if self._redraws.running:
            self._redraws.stop()
        self._live.stop()
        _log_to_stderr()

    def _redraw(self) -> None:
        from rich.text import Text

        run = self._session.run
        if run is None:
            return
        queue = len(self._crawler.engine.scheduler or ())  # type: ignore[arg-type]
        line = progress_line(run.counts, queue, monotonic() - self._started)
        self._live.update(Text(line, no_wrap=True, overflow="ellipsis"), refresh=True)


def _log_to_stderr() -> None:
    """Send Scrapy's log to the current ``sys.stderr``, which rich replaces while the line is shown."""
    handler: Any = get_scrapy_root_handler()
    if hasattr(handler, "setStream"):
        handler.setStream(sys.stderr)


def progress_line(counts: Mapping[str, int], queue: int, seconds: float) -> str:
    """Return the text of the line; *queue* is the number of queued requests, *seconds* the time since the start.

    >>> progress_line({"articles": 1200, "teasers": 9, "pages": 140, "pages_failed": 1}, 30, 2.0)
    '1,200 articles · 9 teasers · 140 pages, 70.0/s · 30 queued · 1 failed'
    """
    pages, failed = counts.get("pages", 0), counts.get("pages_failed", 0)
    return (
        f"{counted(counts.get('articles', 0), 'article')} · {counted(counts.get('teasers', 0), 'teaser')} · "
        f"{counted(pages, 'page')}, {pages / max(seconds, 0.1):.1f}/s · {queue:,} queued · {failed:,} failed"
    )
