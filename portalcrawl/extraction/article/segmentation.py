"""Chooses the lines of the article's text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from portalcrawl.extraction.article.boilerplate import is_note
from portalcrawl.extraction.article.headline_and_lead import is_named_lead
from portalcrawl.extraction.article.main_text import SENTENCE, SHORTEST_RUN, end_of_article, is_link
from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.layout import Layout, Line
from portalcrawl.text.datelines import is_dateline
from portalcrawl.text.normalize import fold

if TYPE_CHECKING:
    from portalcrawl.extraction.article.text_weights import TextWeights

PARAGRAPHS = frozenset(("p", "blockquote", "li", "pre", "dd"))
MOST_HEADS = 2
MOST_LINKS = 20
LEAST_PARTS = 3
LEAST_AMONG_TEXT = -0.6
"""Weight from which a short line after other text is text too, whatever its element; a weight of 0 is even odds."""
LONGEST_HEAD = 150
CELLS = frozenset(("td", "th"))
LEAST_CELLS = 4
BETWEEN_CELLS = " | "
"""Separates the cells of a table row in a paragraph."""
HEADS = frozenset(("h2", "h3", "h4", "h5", "h6", "summary", "dt"))


def text_lines(layout: Layout, main: Box, headline: Line | None, weights: TextWeights) -> list[Line]:
    """Return the lines of the article's text in order, without lines before the headline and repetitions of it."""
    chosen: list[Line] = []
    seen: set[str] = set()
    first = main.first_line
    if headline is not None and first <= headline.index < main.last_line:
        first = headline.index + 1
    titles = weights.titles
    longest = 2 * max(map(len, titles), default=0)  # titles are folded: leave room for punctuation
    lines = layout.lines[first : end_of_article(layout, main, headline)]
    cells = _cells_of_text(lines, weights)
    for line in lines:
        if line.index in cells and seen:
            chosen.append(line)
            continue
        if not line.box.is_content or line.text in seen or line.note or is_link(line):
            continue
        is_title = len(line.text) <= longest and fold(line.text) in titles
        if is_title or (not line.prose and is_note(line.text, line.linked)):
            continue
        if line.prose or _can_be_text(line.box) or (seen and _may_be_text(line, weights)):
            if line.prose:
                seen.add(line.text)
            chosen.append(line)
    return _without_lost_heads(layout, _without_fringes(chosen))


def _cells_of_text(lines: Sequence[Line], weights: TextWeights) -> set[int]:
    """Return the indexes of short lines in cells of tables that are text: by the mean weight of their cells.

    A table with fewer cells only lays the page out.
    """
    tables: dict[Box, list[Line]] = {}
    for line in lines:
        if line.box.tag in CELLS and line.box.is_content and not (line.prose or line.note):
            tables.setdefault(_table_around(line.box), []).append(line)
    of_text = (
        cells
        for cells in tables.values()
        if len(cells) >= LEAST_CELLS
        and sum(weights.weight(cell.block) for cell in cells) > LEAST_AMONG_TEXT * len(cells)
    )
    return {cell.index for cells in of_text for cell in cells}


def _table_around(cell: Box) -> Box:
    box = cell
    while box.parent is not None and box.tag != "table":
        box = box.parent
    return box


def _without_fringes(lines: Sequence[Line]) -> Sequence[Line]:
    """Return *lines* without those of weight 0 at both ends, except those that belong to the first or last text."""
    heavy = [at for at, line in enumerate(lines) if line.weight]
    if not heavy:
        return []
    first, last = heavy[0], heavy[-1]
    while first > 0 and _goes_with(lines[first - 1], lines[first]):
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].box is lines[last].box:
        last += 1
    return lines[first : last + 1]


def _goes_with(line: Line, text: Line) -> bool:
    """Return whether a line of weight 0 belongs to the first *text*: in the same box, its date, or its heading."""
    return line.box is text.box or is_subhead(line) or is_dateline(line.text)


def _without_lost_heads(layout: Layout, lines: Sequence[Line]) -> list[Line]:
    """Return *lines* without headings that no text follows: those before all text, and three or more in a row.

    The first one stays if the text has more headings of its kind.
    """
    kept: list[Line] = []
    heads: list[Line] = []
    kinds = Counter(_heading_kind(line) for line in lines if is_subhead(line))
    for line in lines:
        if is_subhead(line) and not is_named_lead(line):
            if not _heads_links(layout, line):
                heads.append(line)
            continue
        if len(heads) <= MOST_HEADS and (kept or (heads and kinds[_heading_kind(heads[0])] >= LEAST_PARTS)):
            kept += heads
        heads = []
        kept.append(line)
    return kept


def _heads_links(layout: Layout, head: Line) -> bool:
    """Return whether the box that begins with *head* holds only links, which the heading names."""
    box = head.box.parent
    if box is None or box.first_line != head.index or box.last_line - box.first_line < 2:
        return False
    below = layout.lines[head.index + 1 : min(box.last_line, head.index + MOST_LINKS)]
    return all(is_link(line) for line in below)


def _heading_kind(head: Line) -> tuple[str, str]:
    """Return the tag and class of *head*, equal for headings of one kind."""
    return head.box.tag, head.box.classes


def _can_be_text(box: Box) -> bool:
    """Return whether short lines in *box* are text: it is a heading, a paragraph, or a sibling of these."""
    return box.tag in HEADS or box.is_paragraph or box.tag in PARAGRAPHS or box.whole > box.inner


def _may_be_text(line: Line, weights: TextWeights) -> bool:
    """Return whether a short line after other text weighs enough for text and is not in a table."""
    return line.box.tag not in CELLS and weights.weight(line.block) > LEAST_AMONG_TEXT


def is_subhead(line: Line) -> bool:
    """Return whether the line is a heading within the text; long headings are paragraphs with the wrong tag."""
    is_sentence = len(line.text) >= SHORTEST_RUN and line.block.ends_sentence
    return line.box.tag in HEADS and len(line.text) <= LONGEST_HEAD and not is_sentence


def _continues(last: Line, line: Line) -> bool:
    """Return whether *line*, after a single line break, continues the sentence of *last*, which is no bold heading."""
    together = line.box is last.box and line.index == last.index + 1
    if not together or line.breaks != 1 or SENTENCE.search(last.text[-2:]):
        return False
    return line.block.is_bold or not last.block.is_bold


def _is_in_row(last: Line, line: Line) -> bool:
    """Return whether *line* is in the next cell of the table row that *last* is in."""
    of_table = last.box.tag in CELLS and line.box.tag in CELLS and last.box.parent is line.box.parent
    return of_table and not (last.prose or line.prose)


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Return the texts of the paragraphs that *lines* form; the cells of a table row are one, with strokes between."""
    found: list[str] = []
    last: Line | None = None
    for line in lines:
        if last is not None and (_continues(last, line) or is_dateline(found[-1])):
            found[-1] = f"{found[-1]} {line.text}"
        elif last is not None and _is_in_row(last, line):
            found[-1] = f"{found[-1]}{BETWEEN_CELLS}{line.text}"
        else:
            found.append(line.text)
        last = line
    return found
