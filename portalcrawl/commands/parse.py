"""``scrapy parse``: Scrapy's own command, with the portal spider as the default."""

from __future__ import annotations

import argparse

from scrapy.commands.parse import Command as ParseCommand

from portalcrawl.command import exit_with
from portalcrawl.errors import ArgumentError
from portalcrawl.runs.arguments import check_url
from portalcrawl.spiders.portal import PortalSpider


class Command(ParseCommand):
    """Prints what the spider gives for one URL."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Use the portal spider for every URL unless ``--spider`` names one: Scrapy would look for a spider by host."""
        opts.spider = opts.spider or PortalSpider.name
        try:
            for url in args:
                check_url("URL", url)
        except ArgumentError as error:
            exit_with(error)
        super().process_options(args, opts)
