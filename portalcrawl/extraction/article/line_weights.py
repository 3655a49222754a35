"""Explains the weight of a line as text of the article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portalcrawl.extraction.article.text_weights import TextWeights
from portalcrawl.text.normalize import fold

if TYPE_CHECKING:
    from portalcrawl.extraction.article.visible_article import Declared
    from portalcrawl.extraction.dom.layout import Layout, Line

MOST_SIGNS = 3


class LineWeights:
    """Weighs the lines of *layout* again, after its article was read."""

    def __init__(self, layout: Layout, declared: Declared) -> None:
        headline = next((layout.lines[at] for at, part in layout.reasons.items() if part == "headline"), None)
        titles = {fold(text) for text in (*declared.titles, headline.text if headline else "") if text}
        self._weights = TextWeights(layout.walk, headline.block.index if headline else None, titles)

    def against(self, line: Line) -> str:
        """Return a text with the weight of *line* and the features that reduce it most."""
        signs = self._weights.signs(line.block)[:MOST_SIGNS]
        most = ", ".join(f"{name} {weight:+.1f}" for name, weight in signs)
        return f"weight {self._weights.weight(line.block):+.1f}; strongest against it: {most}"
