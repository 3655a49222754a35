"""A small news portal served on loopback, to look at and to try the crawler on.

It imports nothing of the rest of the package. From the values up to the running website:

    model, sentence_grammar, word_lists, times    stories, German words, dates
    writer, desk, story_variants, world           write the stories
    teaser_plan, link_plan, listings              decide which teaser stands where
    pictures, pages, site                         make the answers to requests
    server, portal_server                         serve them
"""

from __future__ import annotations

from portalcrawl.demo.portal_server import HOST, PORT, SamplePortal

__all__ = ["HOST", "PORT", "SamplePortal"]
