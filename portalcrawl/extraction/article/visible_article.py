"""Reads the article from the visible page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Literal

from portalcrawl.extraction.article.article_images import read_images
from portalcrawl.extraction.article.byline import is_byline, read_byline, without_bio
from portalcrawl.extraction.article.details import (
    find_comment_count,
    find_kicker,
    find_signing_agency,
    find_source,
    find_tags,
    find_trail,
)
from portalcrawl.extraction.article.headline_and_lead import find_headline, find_lead, find_opening
from portalcrawl.extraction.article.main_text import SHORTEST_TITLE, find_main, is_link, own_article
from portalcrawl.extraction.article.publication_dates import (
    is_beside,
    labelled,
    opening_date,
    read_dates,
)
from portalcrawl.extraction.article.segmentation import is_subhead, paragraphs, text_lines
from portalcrawl.extraction.article.text_weights import TextWeights
from portalcrawl.extraction.parts import ArticleParts
from portalcrawl.text.normalize import fold
from portalcrawl.text.person_names import opens_byline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portalcrawl.extraction.article.publication_dates import Clock
    from portalcrawl.extraction.dom.blocks import Box
    from portalcrawl.extraction.dom.layout import Layout, Line

LINES_BEFORE = 10
"""Lines above the headline, or above the text if there is none, that may hold its date or byline."""
LINES_AFTER = 12
"""The same for lines after the text."""
LINES_WITHIN = 40
LEAST_WEIGHT = -1.2
"""Log-odds above which a line that the rules chose is text."""
SHORTEST_WEIGHED = 25
LEAST_OF_SHORT = -2.2
"""The same for a line that is not prose."""
LITTLE_TEXT = 500
SHORTEST_PART = 200
"""Least characters of a part of the text that can be the article."""
LONG_LIST = 15
"""Linked titles between two lines of text from which the lines do not belong to one article."""
MUCH_MORE = 2
LINES_OF_AN_EDGE = 3
"""Number of first and of last lines of the text that may be a byline."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


Dated = Literal["no", "somehow", "surely"]
"""Whether the page declares a date of publication: ``no``, ``somehow`` (the visible page may be more reliable) or
``surely``."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What the page declares in JSON-LD, microdata, meta tags and title."""

    titles: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    dated: Dated = "no"
    authors: tuple[str, ...] = ()
    url: str = ""
    """The base URL of links and pictures."""


def dated(linked_data: ArticleParts, metadata: ArticleParts) -> Dated:
    """Return how reliably JSON-LD and meta tags date the article.

    ``surely``: JSON-LD has a time of publication and a date of change, and meta tags have the same day or none.
    """
    day, other = linked_data.date_published or "", metadata.date_published or ""
    if _TIME.match(day) and linked_data.date_modified and other[:10] in ("", day[:10]):
        return "surely"
    return "somehow" if day or other else "no"


def read_body(layout: Layout, declared: Declared, clock: Clock) -> ArticleParts:
    """Return the fields of the article that the visible page shows."""
    main = find_main(layout)
    if main is None:
        return ArticleParts()
    headline = find_headline(layout, declared.titles, declared.url, main.first_line)
    main = own_article(layout, main, headline)
    text = _read_text(layout, main, headline, declared, clock)
    around = _surroundings(layout, main, headline, text.rest)
    published, modified = _dates(layout, around, clock, declared.dated)
    kicker, title = find_kicker(layout, headline, declared.titles)
    trail = find_trail(around.foot)
    beside = (*around.head, *around.foot)
    return ArticleParts(
        headline=title,
        kicker=kicker,
        description=" ".join(line.text for line in text.lead) or None,
        body=tuple(paragraphs(text.rest)) or None,
        date_published=published,
        date_modified=modified,
        authors=read_byline(around.head)
        or read_byline(around.second)
        or read_byline([line for line in around.above if is_beside(layout, line.index, around.anchor)])
        or read_byline(around.above, by_date=False)
        or read_byline(around.foot),
        source=find_source(beside),
        agency=find_signing_agency(around.foot),
        section=trail[0] if trail else None,
        keywords=trail or find_tags(around.foot),
        images=read_images(layout, around.anchor, main, declared.url),
        comment_count=find_comment_count(beside),
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of the article's text."""

    lead: Sequence[Line]
    rest: Sequence[Line]
    """All lines that are neither lead nor byline."""


def _read_text(layout: Layout, main: Box, headline: Line | None, declared: Declared, clock: Clock) -> _Text:
    """Return the lines of the article's text, and say in ``layout.reasons`` why each line is part of it or not."""
    weights = weigh(layout, headline, declared)
    opening = find_opening(layout, headline, main, weights.titles)
    lines = opening + [line for line in text_lines(layout, main, headline, weights) if line not in opening]
    behind = {line.index for line in lines if weights.is_behind_comments(line.block)}
    layout.reasons = {line.index: "comments" if line.index in behind else "weight" for line in lines}
    lines = _weighed(layout, weights, [line for line in lines if line.index not in behind])
    lines = _on_one_side_of_lists(layout, lines)
    signed = _signed(lines, clock)
    lines = [line for line in lines if line not in signed]
    opening = [line for line in opening if line in lines]
    lead = find_lead(lines, len(opening), declared.descriptions)
    rest = [line for line in lines if line not in lead]
    signed += _signed(rest, clock)  # the authors and the date may also be below the lead
    rest = [line for line in rest if line not in signed]
    start = rest[0].index if rest else main.last_line
    written = read_byline(layout.lines[headline.index : start]) if headline is not None else None
    rest = without_bio(rest, (*declared.authors, *(written or ())))
    layout.reasons |= {line.index: "subhead" if is_subhead(line) else "text" for line in rest}
    layout.reasons |= {line.index: "lead" for line in lead} | {line.index: "byline" for line in signed}
    if headline is not None:
        layout.reasons[headline.index] = "headline"
    return _Text(lead, rest)


def weigh(layout: Layout, headline: Line | None, declared: Declared) -> TextWeights:
    """Return the weights of the page's blocks as text of the article under *headline*."""
    titles = {fold(text) for text in (*declared.titles, headline.text if headline else "") if text}
    return TextWeights(layout.walk, headline.block.index if headline else None, titles)


def _weighed(layout: Layout, weights: TextWeights, lines: Sequence[Line]) -> list[Line]:
    """Return the *lines* that weigh enough, or the best range of the page's lines if that has far more text."""
    kept = [line for line in lines if _weighs_enough(weights, line)] or list(lines)
    size = sum(line.block.size for line in kept)
    if size >= LITTLE_TEXT:
        return kept
    found = {block.index: block.size for block in weights.span([line.block for line in layout.lines if not line.note])}
    if sum(found.values()) <= MUCH_MORE * size:
        return kept
    return list({line.text: line for line in layout.lines if line.block.index in found}.values())


def _on_one_side_of_lists(layout: Layout, lines: Sequence[Line]) -> list[Line]:
    """Return the part of *lines*, split at long lists of links, that is the article: the first that is long enough."""
    parts: list[list[Line]] = [[]]
    titles = list(accumulate(map(_is_linked_title, layout.lines), initial=0))
    for line in lines:
        if parts[-1] and titles[line.index] - titles[parts[-1][-1].index] >= LONG_LIST:
            parts.append([])
        parts[-1].append(line)
    sizes = [sum(line.block.size for line in part) for part in parts]
    return parts[next((at for at, size in enumerate(sizes) if size >= SHORTEST_PART), sizes.index(max(sizes)))]


def _is_linked_title(line: Line) -> bool:
    """Return whether a line is a link to another page, and long enough for a title."""
    return line.block.size >= SHORTEST_TITLE and not (line.href or "#").startswith("#") and is_link(line)


def _weighs_enough(weights: TextWeights, line: Line) -> bool:
    """Return whether a line is text by its weight; True for short lines and the one right below the headline."""
    under_headline = weights.headline is not None and line.block.index == weights.headline + 1
    if under_headline or len(line.text) < SHORTEST_WEIGHED:
        return True
    return weights.weight(line.block) > (LEAST_WEIGHT if line.prose else LEAST_OF_SHORT)


def _signed(text: Sequence[Line], clock: Clock) -> list[Line]:
    """Return the lines at the beginning and end of the text that only hold its authors or date."""
    ahead = takewhile(lambda line: not (line.prose and line.block.ends_sentence), text[:LINES_OF_AN_EDGE])
    heads = [line for line in ahead if _is_signed(line, clock)]
    return [*heads, *filter(is_byline, (*text[:LINES_OF_AN_EDGE], *text[-LINES_OF_AN_EDGE:]))]


def _is_signed(line: Line, clock: Clock) -> bool:
    """Return whether a line begins like a byline, or has the date.

    One as long as a sentence must do both, begin with the date, or have the time of a change too.
    """
    text = line.text
    opens, date = opens_byline(text), clock.find(text)
    if not line.prose:
        return opens or date is not None
    return date is not None and (opens or text.startswith(date.raw) or clock.find_change(text) is not None)


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Lines around and in the text that may hold its date and byline."""

    head: Sequence[Line]
    """From the headline to the beginning of the text."""
    above: Sequence[Line]
    """Above the headline, the nearest first."""
    second: Sequence[Line]
    """Between the first and the second paragraph of the text, which may be a lead."""
    foot: Sequence[Line]
    """After the text."""
    within: Sequence[Line]
    """The first lines of the text and what is between them."""
    anchor: int
    """Index of the headline, else of the first line of the text."""


def _surroundings(layout: Layout, main: Box, headline: Line | None, text: Sequence[Line]) -> _Surroundings:
    start = headline.index if headline else main.first_line
    first = next((line.index for line in text if line.index >= start), main.first_line)
    end = text[-1].index + 1 if text else main.last_line
    lines = layout.lines
    head = lines[start : max(first, start) + 1]
    if len(head) > LINES_WITHIN:
        head = head[:LINES_AFTER] + head[-LINES_AFTER:]
    return _Surroundings(
        head=head,
        above=lines[max(0, start - LINES_BEFORE) : start][::-1] + lines[max(0, first - LINES_BEFORE) : first][::-1],
        second=lines[text[0].index + 1 : text[1].index] if len(text) > 1 else (),
        foot=lines[end : end + LINES_AFTER],
        within=lines[first : min(first + LINES_WITHIN, end)],
        anchor=start,
    )


def _dates(layout: Layout, around: _Surroundings, clock: Clock, dated: Dated) -> tuple[str | None, str | None]:
    """Return the texts of the dates of publication and modification, from the most likely place; None if absent.

    If the page declares a date, only one next to the headline, or a labelled one below the text, is returned.
    """
    if dated == "surely":
        return None, None
    at = around.anchor
    head = read_dates(layout, around.head, clock, anchor=at)
    if any(head) or dated == "somehow":
        return head if any(head) else read_dates(layout, labelled(around.foot), clock, anchor=at)
    return next((found for found in _dates_apart(layout, around, clock) if any(found)), (None, None))


def _dates_apart(layout: Layout, around: _Surroundings, clock: Clock) -> Iterator[tuple[str | None, str | None]]:
    """Yield the dates found in other places than the headline's lines, the most likely place first.

    A date above the headline may be the site's; only if it is close does it precede the date that opens the text.
    """

    def read(lines: Sequence[Line], *, whole: bool = False, alone: bool = False) -> tuple[str | None, str | None]:
        return read_dates(layout, lines, clock, anchor=around.anchor, whole=whole, alone=alone)

    yield read(around.head, whole=True)
    yield read(around.second, whole=True)
    yield read([line for line in around.above if is_beside(layout, line.index, around.anchor)])
    yield read(labelled(around.foot))
    prose = [line.text for line in around.within if line.prose][:LINES_OF_AN_EDGE]
    yield next((date for text in prose if (date := opening_date(text, clock))), None), None
    yield read(around.above)
    yield read(around.foot, alone=True)
    yield read(around.within, whole=True)
    yield read(layout.lines, whole=True, alone=True)
