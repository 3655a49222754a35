"""A whole small news portal, served on loopback: to try the crawler on, to look at, and to test against.

It imports nothing of the rest of the package. What it publishes is known exactly: :mod:`.truth`.

    model, grammar, words, times        values: stories, German words, dates
    writer, desk, oddities, world       the newsroom: writes all stories of an edition, the odd ones among them
    teasers, links, listings            which teaser stands where
    reading, truth                      what a crawl must write
    pictures, pages, mischief, site     the answers to requests
    server, portal                      the running website
"""

from __future__ import annotations

from portalcrawl.demo.portal_server import HOST, PORT, SamplePortal
from portalcrawl.demo.site import Limits

__all__ = ["HOST", "PORT", "Limits", "SamplePortal"]
