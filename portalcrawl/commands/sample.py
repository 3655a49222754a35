"""``scrapy sample``: serves the embedded portal on loopback, for viewing in a browser and for crawling."""

from __future__ import annotations

import argparse
from datetime import datetime

from portalcrawl.command import ProjectCommand, stop_event
from portalcrawl.errors import UsageError
from portalcrawl.runs.session import EMBEDDED_PORT as PORT


class Command(ProjectCommand):
    """Serves the embedded portal until Ctrl-C."""

    def syntax(self) -> str:
        return "[--port N] [--now ISO]"

    def short_desc(self) -> str:
        return "Serve the embedded portal on loopback to look at it in a browser"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's options; values remain strings, so that the command reports invalid ones itself."""
        super().add_options(parser)
        parser.add_argument("--port", metavar="N", help=f"port to listen on (default {PORT}; 0: any free one)")
        parser.add_argument("--now", metavar="ISO", help="the portal's time, as 2025-12-05T17:30:00+01:00")

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        from portalcrawl.demo import HOST, SamplePortal  # here, since Scrapy imports every command at each start

        if args:
            raise UsageError(f"scrapy sample: unknown argument {args[0]!r}; it takes --port N and --now ISO")
        port, now = _port(opts.port), _now(opts.now)
        try:
            portal = SamplePortal(port, now)
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"--port: {port} can't be used on {HOST} ({reason}); take another, or 0") from error
        with portal:
            command = "scrapy crawl portal" if portal.port == PORT else f"scrapy crawl portal -a url={portal.url}"
            print(f"The embedded portal is served at {portal.url} until Ctrl-C.\nCrawl it: {command}", flush=True)
            stop_event().wait()
        return 0


def _port(text: str | None) -> int:
    if text is None:
        return PORT
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise UsageError(f"--port: {text!r} is not a port; it takes a number from 0 to 65535")
    return int(text)


def _now(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        now = datetime.fromisoformat(text)
    except ValueError:
        now = None
    if now is None or now.tzinfo is None:
        raise UsageError(f"--now: {text!r} is not a time; it takes ISO 8601 with an offset: 2025-12-05T17:30:00+01:00")
    return now
