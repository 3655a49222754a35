"""Builds items from the parts of a page: articles and teasers with final ids, times and texts."""
