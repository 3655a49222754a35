"""A draft of a portal's profile, from a few of its pages.

- ``article_pattern``: what the addresses of articles have in common, with the portal's own id;
- ``evidence``: what the fetched pages and documents say;
- ``draft``: the profile file, each line with its evidence;
- ``draft_spider``: fetches the pages and documents; ``discover``: the command, which imports all of it when it is run.
"""
