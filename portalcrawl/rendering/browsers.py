"""Where a browser is: named by setting, on PATH, or put there by ``playwright install``."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from portalcrawl.errors import SettingError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALLED = (
    *("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/chrome-*/*headless*shell"),
    *("chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium", "chromium-*/chrome-win*/chrome.exe"),
)
"""Below Playwright's folder of browsers."""
MEND = "apt-get install chromium, or: playwright install --with-deps chromium"
"""What gets a browser."""


def find_browser(named: str | None) -> str | None:
    """Return the path of the browser to use; None where there is none. *named* (RENDER_BROWSER) alone counts if given.

    Raises SettingError where *named* is no program.
    """
    if named:
        found = shutil.which(Path(named).expanduser())
        if found is None:
            raise SettingError("RENDER_BROWSER", named, "the path of Chromium or Chrome")
        return str(Path(found).absolute())
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in on_path if path), None) or _installed()


def _installed() -> str | None:
    """Return the newest browser that ``playwright install`` has put into its folder."""
    folder = _folder()
    found = [path for pattern in INSTALLED for path in folder.glob(pattern) if os.access(path, os.X_OK)]
    return str(max(found, key=_version)) if found else None


def _version(path: Path) -> tuple[bool, int]:
    """Order whole browsers before shells, then by Playwright's build number."""
    text = str(path)
    number = re.search(r"chromium(?:_headless_shell)?-(\d+)", text)
    return "headless_shell" not in text, int(number[1]) if number else 0


def _folder() -> Path:
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
