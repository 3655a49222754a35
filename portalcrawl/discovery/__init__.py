"""Parses feeds and sitemaps: from the bytes of one document to the articles that it lists. No file or network access.

- ``document_type``: detects the type of a body from its first bytes; imported by every crawl, so it imports nothing
  large;
- ``inflate``: decompresses gzip, up to a size limit;
- ``sitemaps``, ``feeds``, ``json_feed``: one parser for each family of formats;
- ``reader``: the entry point, which calls the parsers;
- ``links``: finds the links to feeds and sitemaps in pages and robots.txt files.
"""
