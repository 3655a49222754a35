"""Finds the visible headline of an article, and the lead between it and the text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import islice, takewhile
from urllib.parse import urlsplit

from portalcrawl.extraction.article.main_text import is_link
from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.layout import Layout, Line
from portalcrawl.extraction.dom.name_roles import in_words
from portalcrawl.text.normalize import fold
from portalcrawl.text.titles import SHORTEST_FIRST, are_akin, main_parts
from portalcrawl.urls import absolute
from portalcrawl.vocabulary import class_words

SHORTEST_LEAD = 30
LONGEST_LEAD = 900
SHORTEST_START, LONGEST_START = 40, 120
"""Least and most characters of a declared description that are compared with a lead."""
LONGEST_TITLE = 300
SHORTEST_TITLE = 20
MOST_LEAD_LINES = 3
MOST_AROUND = 2
"""A line that repeats a title with a kicker or a subtitle is at most this many times as long as the title."""
_LEAD_NAME = re.compile(rf"\b{class_words('article.lead')}\b")
_HEADINGS = ("h1", "h2", "h3")


def find_headline(layout: Layout, titles: Sequence[str], url: str, start: int) -> Line | None:
    """Return the line of the headline, None if there is none.

    It is a heading that repeats one of the declared *titles*; else the last h1 before the line with the index *start*,
    where the text begins; else the first h1; else another line that repeats a title; else the last heading before the
    text that has a word in common with a title. An h1 that is, or repeats, a link above to another page than that at
    *url* comes last: it is the name of the site or a section, or another article's headline.
    """
    headings = [line for line in layout.lines if line.box.tag in _HEADINGS or _in_heading(line.box)]
    equal = _repeating(headings, titles)
    tops = [line for line in equal if line.box.tag == "h1"]
    if tops:
        return tops[0]
    if not equal:
        tops = [line for line in headings if line.box.tag == "h1" or _in_heading(line.box)]
        names = {fold(line.text) for line in layout.lines[:start] if _leads_away(line, url)}
        equal = (
            [line for line in tops if fold(line.text) not in names]
            or _repeating(layout.lines, titles)
            or tops
            or [line for line in headings if line.index <= start and any(are_akin(line.text, t) for t in titles)]
        )
    return next((line for line in reversed(equal) if line.index <= start), equal[0] if equal else None)


def _leads_away(line: Line, url: str) -> bool:
    """Return whether a line is a link to another page than that at *url*, by the last part of the path."""
    if line.href is None or not is_link(line):
        return False
    target = absolute(url, line.href)
    return target is not None and _last_part(target) != _last_part(url)


def _last_part(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1]


def _repeating(lines: Sequence[Line], titles: Sequence[str]) -> list[Line]:
    """Return the *lines* that are one of the *titles*, or the main part of one; else those that are the first part."""
    short = [(line, fold(line.text)) for line in lines if len(line.text) <= LONGEST_TITLE]
    whole = {fold(title) for title in titles}
    found = [line for line, text in short if _is_title(text, whole)]
    if not found:
        main = set().union(*map(main_parts, titles))
        found = [line for line, text in short if text in main]
    return found or [line for line, text in short if _opens_title(text, whole)]


def _opens_title(text: str, titles: Collection[str]) -> bool:
    return len(text.encode()) >= SHORTEST_FIRST and any(title.startswith(f"{text} ") for title in titles)


def _is_title(text: str, titles: Collection[str]) -> bool:
    """Return whether *text* is one of the *titles*, or nearly: one of both begins or ends with the other."""
    if text in titles:
        return True
    return len(text) >= SHORTEST_TITLE and any(
        min(len(text), len(title)) * 10 >= max(len(text), len(title)) * 6 and _is_end(*sorted((text, title), key=len))
        for title in titles
    )


def _is_end(short: str, long: str) -> bool:
    return long.startswith(short) or long.endswith(short)


def _in_heading(box: Box) -> bool:
    """Return whether the box is within an h1 (blocks within headings are invalid HTML but common)."""
    return any(around.tag == "h1" for around in islice(box.chain(), 1, 3))


def find_opening(layout: Layout, headline: Line | None, main: Box, titles: Collection[str]) -> list[Line]:
    """Return the lines between the headline and the main text that belong to the article."""
    if headline is not None and headline.index >= main.first_line:
        return _deck(layout, headline)
    if headline is None:
        start = next((box for box in main.chain() if box.tag == "article"), main).first_line
    else:
        start = headline.index
    between = layout.lines[start : main.first_line]
    once = {
        line.text: line
        for line in between
        if line is not headline and _may_open(line, start) and not _repeats(line, titles)
    }
    return list(once.values())


def _deck(layout: Layout, headline: Line) -> list[Line]:
    """Return the heading right below the headline if it is a subtitle, not the first subhead of the text."""
    under = layout.lines[headline.index + 1 : headline.index + 3]
    together = headline.box.parent
    if len(under) < 2 or under[0].box.tag != "h2" or under[0].box.parent is not together:
        return []
    if under[1].prose and under[1].box.parent is together:
        return []  # it may be the heading of the first part of the text
    return [under[0]] if _may_open(under[0], headline.index) else []


def _repeats(line: Line, titles: Collection[str]) -> bool:
    """Return whether a line is one of the titles, maybe with a few words around it."""
    text = fold(line.text)
    return any(title in text and len(text) < MOST_AROUND * len(title) for title in titles)


def _may_open(line: Line, start: int) -> bool:
    """Return whether a line can be a lead; boxes that hold the line *start* too are no side matter."""
    named = is_named_lead(line)
    size = line.block.size if named else len(line.text)
    if line.note or line.linked * 2 > len(line.text) or size < SHORTEST_LEAD:
        return False
    own = takewhile(lambda box: not box.first_line <= start < box.last_line, line.box.chain())
    if not {box.kind for box in own} <= ({"", "teaser"} if named else {""}):
        return False
    return line.prose or named or line.box.tag in ("p", "h2")


def is_named_lead(line: Line) -> bool:
    """Return whether the line is a lead by the names of its box, or of a box around it that holds little more."""
    around = takewhile(lambda box: box.last_line - box.first_line <= MOST_LEAD_LINES, line.box.chain())
    names = (f"{box.classes} {box.element.get('itemprop') or ''}" for box in islice(around, 3))
    return any(_LEAD_NAME.search(in_words(name[:300])) for name in names)


def find_lead(lines: Sequence[Line], opening: int, descriptions: Iterable[str]) -> list[Line]:
    """Return the first ones of *lines* that are the lead; empty if there is none.

    *opening* is the number of lines before the main text. The lead repeats one of the page's *descriptions*, or is one
    by its names, or else is the first of the opening lines.
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
