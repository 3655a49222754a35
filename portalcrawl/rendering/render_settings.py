"""Reads and checks the rendering settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portalcrawl.runs.run_settings import read_boolean, read_number

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """The limits of browsers and pages; times in seconds, memory in bytes."""

    browser: str | None
    """Path of the browser; None: find an installed one."""
    sandbox: bool
    pages: int
    """Most pages that are open at the same time."""
    contexts: int
    """Most portals in one browser, each with its own cookies; for a further portal, a new browser is started."""
    timeout: float
    """For one page with all its actions, from opening it."""
    settle: float
    """For one wait until a page is stable; afterwards it is used even if it still changes."""
    start_timeout: float
    recycle: int
    """Number of pages after which a browser is replaced."""
    memory: int
    maxsize: int
    """Bytes of a rendered page."""
    user_agent: str

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> RenderSettings:
        """Return the limits in *settings*; raise SettingError if a value is not allowed."""
        return cls(
            browser=str(settings.get("RENDER_BROWSER") or "") or None,
            sandbox=_sandbox(settings),
            pages=int(read_number(settings, "RENDER_PAGES", 1)),
            contexts=int(read_number(settings, "RENDER_CONTEXTS", 1)),
            timeout=read_number(settings, "RENDER_TIMEOUT", 1),
            settle=read_number(settings, "RENDER_SETTLE", 0),
            start_timeout=read_number(settings, "RENDER_START_TIMEOUT", 1),
            recycle=int(read_number(settings, "RENDER_RECYCLE", 1)),
            memory=int(read_number(settings, "RENDER_MEMORY", 200)) * MB,
            maxsize=settings.getint("DOWNLOAD_MAXSIZE"),
            user_agent=str(settings.get("USER_AGENT")),
        )


def _sandbox(settings: BaseSettings) -> bool:
    """Return whether Chromium uses its sandbox: by default unless run as root, for whom Chromium refuses it."""
    if settings.get("RENDER_SANDBOX") is None:
        return os.name != "posix" or os.geteuid() != 0
    return read_boolean(settings, "RENDER_SANDBOX")
