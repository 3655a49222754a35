"""Chooses the lines that make the article's text."""

from __future__ import annotations

from collections.abc import Sequence

from portalcrawl.page.layout import Box, Layout, Line
from portalcrawl.page.main_text import SENTENCE, is_link
from portalcrawl.page.notes import is_note
from portalcrawl.text import fold

PARAGRAPHS = frozenset(("p", "blockquote", "li", "pre", "dd"))
MOST_HEADS = 2
LONGEST_HEAD = 150
HEADS = frozenset(("h2", "h3", "h4", "h5", "h6"))


def text_lines(layout: Layout, main: Box, headline: Line | None, titles: frozenset[str]) -> list[Line]:
    """Return the lines of the article's text in order, what stands before the headline and repeats it left out."""
    chosen: list[Line] = []
    seen: set[str] = set()
    first = (
        headline.index + 1 if headline is not None and headline.index in range(main.first, main.last) else main.first
    )
    for line in layout.lines[first : main.last]:
        if line.box.sound and line.text not in seen and _belongs(line) and fold(line.text) not in titles:
            if line.prose:
                seen.add(line.text)
            chosen.append(line)
    return _without_lost_heads(_without_fringes(chosen))


def _without_fringes(lines: Sequence[Line]) -> Sequence[Line]:
    """Drop lines of no weight before the first and after the last that has some, but for those that share its box."""
    heavy = [at for at, line in enumerate(lines) if line.weight]
    if not heavy:
        return []
    first, last = heavy[0], heavy[-1]
    while first > 0 and lines[first - 1].box is lines[first].box:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].box is lines[last].box:
        last += 1
    return lines[first : last + 1]


def _without_lost_heads(lines: Sequence[Line]) -> list[Line]:
    """Drop headings that head no text: those before all text, and three or more in a row."""
    kept: list[Line] = []
    heads: list[Line] = []
    for line in lines:
        if is_subhead(line):
            heads.append(line)
            continue
        if kept and len(heads) <= MOST_HEADS:
            kept += heads
        heads = []
        kept.append(line)
    return kept


def _belongs(line: Line) -> bool:
    if line.note or is_link(line):
        return False
    if line.prose:
        return True
    box = line.box
    if box.tag in HEADS or box.tag in PARAGRAPHS or box.whole > box.inner:
        return not is_note(line.text, line.linked)
    return False


def is_subhead(line: Line) -> bool:
    """Tell whether the line is a heading within the text; long ones are paragraphs in a heading's clothes."""
    return line.box.tag in HEADS and len(line.text) <= LONGEST_HEAD


def paragraphs(lines: list[Line]) -> list[str]:
    """Return the paragraphs that the lines make."""
    found: list[str] = []
    last: Line | None = None
    for line in lines:
        if (
            last is not None
            and line.box is last.box
            and line.breaks == 1
            and line.index == last.index + 1
            and not SENTENCE.search(last.text[-2:])
        ):
            found[-1] = f"{found[-1]} {line.text}"
        else:
            found.append(line.text)
        last = line
    return found
