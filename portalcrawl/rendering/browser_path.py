"""Finds the installed Chromium or Chrome."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from portalcrawl.errors import ArgumentError, SettingError
from portalcrawl.rendering.render_settings import RenderSettings

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from portalcrawl.runs.plan import Plan

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLAYWRIGHT_BUILDS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium_headless_shell-*/chrome-*/*headless*shell",
    "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    "chromium-*/chrome-win*/chrome.exe",
)
"""Glob patterns in Playwright's folder of browsers."""
INSTALL_HINT = "apt-get install chromium, or: playwright install --with-deps chromium"


def find_browser(named: str | None) -> str | None:
    """Return the path of the browser, or None if there is none.

    If *named* (setting RENDER_BROWSER) is given, nothing else is tried. Otherwise the PATH comes first, then the
    folder of ``playwright install``.

    :raises SettingError: if *named* is not a program.
    """
    if named:
        found = shutil.which(Path(named).expanduser())
        if found is None:
            raise SettingError("RENDER_BROWSER", named, "the path of Chromium or Chrome")
        return str(Path(found).absolute())
    return next(filter(None, map(shutil.which, NAMES)), None) or _newest_playwright_build()


def require_browser(plan: Plan, settings: BaseSettings) -> None:
    """Check the rendering settings, and that a browser is installed if a portal of *plan* needs one.

    :raises UsageError: if a setting is wrong, or the render mode is ``always`` and no browser is found.
    """
    if find_browser(RenderSettings.from_settings(settings).browser) is not None:
        return
    for profile in plan.profiles.values():
        if plan.render_mode(profile) == "always":
            problem = (
                f"always needs a browser, and none is installed (portal {profile.name}; install one: {INSTALL_HINT})"
            )
            raise ArgumentError("render", problem, "auto or never without one")


def _newest_playwright_build() -> str | None:
    folder = _playwright_folder()
    found = [path for pattern in PLAYWRIGHT_BUILDS for path in folder.glob(pattern) if os.access(path, os.X_OK)]
    return str(max(found, key=_version)) if found else None


def _version(path: Path) -> tuple[bool, int]:
    """Return a sort key: headless shells before full browsers, then Playwright's build number."""
    text = str(path)
    number = re.search(r"chromium(?:_headless_shell)?-(\d+)", text)
    return "headless_shell" not in text, int(number[1]) if number else 0


def _playwright_folder() -> Path:
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if named and named != "0":
        return Path(named).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


if __name__ == "__main__":
    sys.exit(0 if find_browser(os.environ.get("RENDER_BROWSER")) else 1)
