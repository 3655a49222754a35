"""Drafts a portal's profile from a few of its pages.

- ``article_pattern``: finds the pattern that the URLs of articles share, including the portal's own id;
- ``evidence``: what is known from the fetched pages and documents;
- ``draft``: writes the profile file, with comments that give the evidence for each line;
- ``draft_spider``: fetches the pages and documents;
- ``discover``: implements the command, which imports this package only when it is run.
"""
