"""Teasers: the links of a page to other articles of its portal, each with what the portal shows of it there."""

from __future__ import annotations

from portalcrawl.page.teasers.reading import read_teasers

__all__ = ["read_teasers"]
