"""Words in paths of news sites that tell what a page is, or is not, in the languages of many sites."""

from __future__ import annotations

from portalcrawl.vocabulary import table


def _words(role: str) -> frozenset[str]:
    return frozenset(table("paths")[role].split())


FILES = _words("files")
"""Extensions of files that are no pages."""

PAGES = _words("pages")
"""Extensions of pages."""

REFUSED = _words("refused")
"""Segments that no article stands under."""

LABELS = _words("labels")
"""Segments that label what the next one is called (/tag/x, /author/x): neither is an article."""

SERIES = _words("series")
"""Those of the labels that articles stand under, too, with an id of their own."""

STATIC = _words("static")
"""Words of pages every site has; only near the root, since articles also speak of privacy and of help."""

STATIC_STARTS = tuple(table("paths")["static_starts"].split())
"""Beginnings of such words."""

FRONTS = _words("fronts")
"""Words of front pages of sections."""

ARTICLES = _words("articles")
"""Words that say of an id beside them that it is an article's."""
