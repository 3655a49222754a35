"""A small news portal served on loopback, for demonstrations and tests of the crawler.

It imports nothing from the rest of the package. From the values up to the running website:

    story_model, sentence_grammar, word_lists, times    stories, German words, dates
    writer, desk, story_variants, world                 write the stories
    teaser_plan, link_plan, listings                    decide which page shows which teasers
    pictures, pages, site                               create the responses
    server, portal_server                               serve them
"""

from __future__ import annotations

from portalcrawl.demo.portal_server import HOST, SamplePortal

__all__ = ["HOST", "SamplePortal"]
