"""Leaves out extensions of Scrapy that are switched off, before they are imported."""

from __future__ import annotations

from scrapy.settings import BaseSettings

SWITCHES = {
    "TELNETCONSOLE_ENABLED": "scrapy.extensions.telnet.TelnetConsole",
    "REMOTE_CONTROL_ENABLED": "scrapy.extensions.remote_control.RemoteControl",
}
"""Scrapy imports an extension before it looks at its switch; aiohttp, for the second, takes 0.1 s of CPU."""


class DisabledExtensions:
    """An add-on, since add-ons see the user's settings before any extension is imported."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Remove each extension whose switch is off; None in EXTENSIONS would not keep Scrapy from importing it."""
        for switch, extension in SWITCHES.items():
            if not settings.getbool(switch):
                settings["EXTENSIONS_BASE"].pop(extension, None)
