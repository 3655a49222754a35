"""Removes disabled extensions of Scrapy from the settings before they are imported."""

from __future__ import annotations

from scrapy.settings import BaseSettings

SWITCHES = {
    "TELNETCONSOLE_ENABLED": "scrapy.extensions.telnet.TelnetConsole",
    "REMOTE_CONTROL_ENABLED": "scrapy.extensions.remote_control.RemoteControl",
}
"""Setting -> extension that it enables. Scrapy imports an extension before it reads this setting; aiohttp, which the
second one needs, takes 0.1 s of CPU to import."""


class DisabledExtensions:
    """A Scrapy add-on, since add-ons are called with the user's settings before any extension is imported."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Remove disabled extensions; setting them to None in EXTENSIONS would not prevent the import."""
        for switch, extension in SWITCHES.items():
            if not settings.getbool(switch):
                settings["EXTENSIONS_BASE"].pop(extension, None)
