"""Logs a worker and its processes to standard error, each line with the entry whose run wrote it."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar

SILENT = "procrastinate"
"""Logger that is silenced: it logs lost connections with tracebacks, and our code logs them in one line."""
QUIET = ("scrapy", "twisted", "asyncio", "psycopg", "py.warnings", "portalcrawl.extensions.publication")
"""Loggers that are limited to warnings unless the level is DEBUG: they write 60 lines per run."""


entry_name: ContextVar[str] = ContextVar("entry_name", default="")
"""Name of the entry whose run the current code belongs to."""


class _EntryFilter(logging.Filter):
    """Prefixes messages with the entry's name unless they begin with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        name = entry_name.get()
        record.entry = "" if not name or record.name == "portalcrawl.fleet" else f"{name}: "
        return True


def log_to_stderr(level: str | int, *, with_entries: bool = True) -> None:
    """Log to standard error at *level* and above."""
    handler = logging.StreamHandler(sys.stderr)
    entry = "%(entry)s" if with_entries else ""
    handler.setFormatter(logging.Formatter(f"%(asctime)s %(levelname)s {entry}%(message)s", "%Y-%m-%d %H:%M:%S%z"))
    if with_entries:
        handler.addFilter(_EntryFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    number = logging.getLogger().level
    logging.getLogger(SILENT).setLevel(logging.CRITICAL if number > logging.DEBUG else number)
    for name in QUIET if number > logging.DEBUG else ():
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
