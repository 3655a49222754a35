"""Checks of Scrapy's own settings and options, which would end in a traceback once the crawl has begun."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.settings import SETTINGS_PRIORITIES, default_settings

from portalcrawl.errors import SettingError, UsageError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def check_settings(settings: BaseSettings) -> None:
    """Raise SettingError for a number, a switch or a log level given by the user that is none."""
    for name in [name for name in settings if (settings.getpriority(name) or 0) > SETTINGS_PRIORITIES["project"]]:
        default = getattr(default_settings, name, None)
        if isinstance(default, bool):
            _demand(settings.getbool, name, settings[name], "True or False")
        elif isinstance(default, int | float):
            _demand(settings.getfloat, name, settings[name], "a number")
    level = settings.get("LOG_LEVEL")
    if not isinstance(level, int) and str(level).upper() not in logging.getLevelNamesMapping():
        raise SettingError("LOG_LEVEL", level, "DEBUG, INFO, WARNING, ERROR or CRITICAL")


def _demand(read: Any, name: str, given: object, takes: str) -> None:
    try:
        read(name)
    except (TypeError, ValueError):
        raise SettingError(name, given, takes) from None


def check_file(option: str, file: str | None) -> None:
    """Raise UsageError where *file*, given by *option*, could not be written because of its folder."""
    if file and (not Path(file).parent.is_dir() or Path(file).is_dir()):
        raise UsageError(f"{option}: {file!r} can't be written; it takes a file in an existing folder")
