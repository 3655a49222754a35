"""Feeds and sitemaps: from the bytes of one document to the articles that it lists. No files, no network.

- ``document_type``: what a body is, from its first bytes; imported by every crawl, so it imports nothing large;
- ``inflate``: gzip, bounded;
- ``sitemaps``, ``feeds``, ``json_feed``: one reader for each family of formats;
- ``reader``: the one to call;
- ``links``: where a page and a robots.txt say that feeds and sitemaps are.
"""
