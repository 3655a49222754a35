"""The head of an article as shown: headline, and the lead between it and the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile

from portalcrawl.extraction.dom.layout import Box, Layout, Line
from portalcrawl.text.normalize import fold
from portalcrawl.vocabulary import class_words

SHORTEST_LEAD = 30
LONGEST_LEAD = 900
SHORTEST_START, LONGEST_START = 40, 120
"""Characters of a declared description that are compared."""
LONGEST_TITLE = 300
SHORTEST_TITLE = 20
MOST_LEAD_LINES = 3
MOST_AROUND = 2
"""Times the length of a title that a line may have which repeats it with a kicker or a subtitle."""
_LEAD_NAME = re.compile(rf"\b{class_words('article.lead')}\b")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HEADINGS = ("h1", "h2", "h3")


def find_headline(layout: Layout, titles: Sequence[str], start: int) -> Line | None:
    """Return the line of the headline.

    It is the heading, else the line, that equals one of the declared *titles* or all of one but the site's name; else
    the last h1 before the line *start*, where the text begins, else the first h1.
    """
    wanted = [fold(title) for title in titles]
    headings = [line for line in layout.lines if line.box.tag in _HEADINGS or _in_heading(line.box)]
    equal = [line for line in headings if _is_title(line, wanted)]
    if equal:
        tops = [line for line in equal if line.box.tag == "h1"] or equal
        return (
            tops[0]
            if tops[0].box.tag == "h1"
            else next((line for line in reversed(tops) if line.index <= start), tops[0])
        )
    tops = [line for line in headings if line.box.tag == "h1" or _in_heading(line.box)]
    if not tops:
        return next((line for line in layout.lines if _is_title(line, wanted)), None)
    before = [line for line in tops if line.index <= start]
    return before[-1] if before else tops[0]


def _is_title(line: Line, wanted: Sequence[str]) -> bool:
    if len(line.text) > LONGEST_TITLE:
        return False
    text = fold(line.text)
    long = len(text) >= SHORTEST_TITLE
    return any(
        text == title
        or (long and len(text) * 10 >= len(title) * 6 and (title.startswith(text) or title.endswith(text)))
        for title in wanted
    )


def _in_heading(box: Box) -> bool:
    """Return whether an h1 holds the box (blocks within a heading are not allowed, but common)."""
    return box.parent is not None and (
        box.parent.tag == "h1" or (box.parent.parent is not None and box.parent.parent.tag == "h1")
    )


def find_opening(layout: Layout, headline: Line | None, main: Box, titles: Collection[str]) -> list[Line]:
    """Return the texts between the headline and the main text that belong to the article."""
    if headline is None:
        start = _start_of_article(main)
    elif headline.index < main.first:
        start = headline.index + 1
    else:
        return _deck(layout, headline)
    between = layout.lines[start : main.first]
    once = {line.text: line for line in between if _may_open(line) and not _repeats(line, titles)}
    return list(once.values())


def _deck(layout: Layout, headline: Line) -> list[Line]:
    """Return the heading right under the headline, apart from the text: a line under the title, no subhead."""
    under = layout.lines[headline.index + 1 : headline.index + 3]
    together = headline.box.parent
    if len(under) < 2 or under[0].box.tag != "h2" or under[0].box.parent is not together:
        return []
    if under[1].prose and under[1].box.parent is together:
        return []  # it may head the first part of the text
    return [under[0]] if _may_open(under[0]) else []


def _repeats(line: Line, titles: Collection[str]) -> bool:
    """Return whether a line is one of the titles, or one with a few words around it."""
    text = fold(line.text)
    return any(title in text and len(text) < MOST_AROUND * len(title) for title in titles)


def _start_of_article(main: Box) -> int:
    """Return the first line of the article element around the main text, else that of the text."""
    box: Box | None = main
    while box is not None:
        if box.tag == "article":
            return box.first
        box = box.parent
    return main.first


def _may_open(line: Line) -> bool:
    if line.note or line.linked * 2 > len(line.text) or len(line.text) < SHORTEST_LEAD:
        return False
    if not line.box.sound and not (is_named_lead(line) and not _in_side_matter(line.box)):
        return False
    return line.prose or is_named_lead(line) or line.box.tag in ("p", "h2")


def _in_side_matter(box: Box | None) -> bool:
    while box is not None:
        if box.kind and box.kind != "teaser":
            return True
        box = box.parent
    return False


def is_named_lead(line: Line) -> bool:
    """Return whether the names of the line's box, or of one that holds little more, call it a lead."""
    box: Box | None = line.box
    for _ in range(3):
        if box is None or box.last - box.first > MOST_LEAD_LINES:
            return False
        names = f"{box.classes} {box.element.get('itemprop') or ''}"
        if len(names) > 1 and _LEAD_NAME.search(_CAMEL.sub("-", names[:300]).lower().replace("_", "-")):
            return True
        box = box.parent
    return False


def find_lead(lines: Sequence[Line], opening: int, descriptions: Iterable[str]) -> list[Line]:
    """Return those of *lines* that are the lead: the first ones, if any.

    It is what the page declares as its description, what is named a lead, else the first of the *opening* lines that
    stand before the main text.
    """
    wanted = [start for text in descriptions if (start := fold(text)[:LONGEST_START])]
    for count, line in enumerate(lines[: opening + 1]):
        text = fold(line.text)
        whole = len(text) >= SHORTEST_START
        if any(text.startswith(start) or (whole and start.startswith(text[:LONGEST_START])) for start in wanted):
            return list(lines[: count + 1])
    named = list(takewhile(is_named_lead, lines[: opening + MOST_LEAD_LINES]))
    if named and len(named[0].text) <= LONGEST_LEAD:
        return named[:MOST_LEAD_LINES]
    return list(lines[:1]) if opening and len(lines[0].text) <= LONGEST_LEAD else []
