"""What the generic reading sees on the visible page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
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
from portalcrawl.extraction.article.main_text import find_main, own_article
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
    from portalcrawl.extraction.dom.layout import Box, Layout, Line

LINES_BEFORE = 10
"""Lines over the headline, or over the text where there is none, that may date or sign it."""
LINES_AFTER = 12
"""The same for lines after the text."""
LINES_WITHIN = 40
LEAST_WEIGHT = -1.2
"""Logarithm of the odds from which a line that the rules take for text is text."""
SHORTEST_WEIGHED = 25
LEAST_OF_SHORT = -2.2
"""The same for a line that is no sentence."""
LITTLE_TEXT = 500
MUCH_MORE = 2
LINES_OF_AN_EDGE = 3
"""Lines of the text, first and last, that may be a byline."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


Dated = Literal["no", "somehow", "surely"]
"""Whether the page's head declares when the article was published: not, or so that the visible page may know better."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What the page's head declares, by which the visible page is understood."""

    titles: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    dated: Dated = "no"
    authors: tuple[str, ...] = ()
    url: str = ""
    """What relative addresses are resolved against."""


def dated(linked_data: ArticleParts, metadata: ArticleParts) -> Dated:
    """Return how surely JSON-LD and meta tags date the article: surely if both give a time, and the same day."""
    day, other = linked_data.date_published or "", metadata.date_published or ""
    if _TIME.match(day) and linked_data.date_modified and other[:10] in ("", day[:10]):
        return "surely"
    return "somehow" if day or other else "no"


def read_body(layout: Layout, declared: Declared, clock: Clock) -> ArticleParts:
    """Return what the visible page says of its article."""
    main = find_main(layout)
    if main is None:
        return ArticleParts()
    headline = find_headline(layout, declared.titles, main.first)
    main = own_article(layout, main, headline)
    titles = {fold(text) for text in (*declared.titles, headline.text if headline else "") if text}
    opening = find_opening(layout, headline, main, titles)
    weights = TextWeights(layout.walk, headline.block.index if headline else None, titles)
    lines = opening + [
        line for line in text_lines(layout, main, headline, frozenset(titles), weights) if line not in opening
    ]
    behind = {line.index for line in lines if weights.is_behind_comments(line.block)}
    layout.reasons = {line.index: "comments" if line.index in behind else "weight" for line in lines}
    lines = _weighed(layout, weights, [line for line in lines if line.index not in behind])
    opening = [line for line in opening if line in lines]
    lead = find_lead(lines, len(opening), declared.descriptions)
    rest = [line for line in lines if line not in lead]
    signed = _signed(rest, clock)
    rest = [line for line in rest if line not in signed]
    start = rest[0].index if rest else main.last
    written = read_byline(layout.lines[headline.index : start]) if headline is not None else None
    rest = without_bio(rest, (*declared.authors, *(written or ())))
    around = _surroundings(layout, main, headline, rest)
    published, modified = _dates(layout, around, clock, declared.dated)
    layout.reasons |= {line.index: "subhead" if is_subhead(line) else "text" for line in rest}
    layout.reasons |= {line.index: "lead" for line in lead} | {line.index: "byline" for line in signed}
    if headline is not None:
        layout.reasons[headline.index] = "headline"
    kicker, title = find_kicker(layout, headline, frozenset(map(fold, declared.titles)))
    trail = find_trail(around.foot)
    beside = (*around.head, *around.foot)
    return ArticleParts(
        headline=title,
        kicker=kicker,
        description=" ".join(line.text for line in lead) or None,
        body=tuple(paragraphs(rest)) or None,
        date_published=published,
        date_modified=modified,
        authors=read_byline(around.head)
        or read_byline(signed)
        or read_byline(around.above, by_date=False)
        or read_byline(around.foot),
        source=find_source(beside),
        agency=find_signing_agency(around.foot),
        section=trail[0] if trail else None,
        keywords=trail or find_tags(around.foot),
        images=read_images(layout, max(0, around.anchor - LINES_BEFORE), main, declared.url),
        comment_count=find_comment_count(beside),
    )


def _weighed(layout: Layout, weights: TextWeights, lines: Sequence[Line]) -> list[Line]:
    """Return those of *lines* that weigh enough, or the best stretch of the page where that has far more text."""
    kept = [line for line in lines if _weighs_enough(weights, line)] or list(lines)
    size = sum(line.block.size for line in kept)
    if size >= LITTLE_TEXT:
        return kept
    found = {block.index: block.size for block in weights.span([line.block for line in layout.lines if not line.note])}
    if sum(found.values()) <= MUCH_MORE * size:
        return kept
    return list({line.text: line for line in layout.lines if line.block.index in found}.values())


def _weighs_enough(weights: TextWeights, line: Line) -> bool:
    """Return whether a line is text by its weight, if it is long enough and not right under the headline."""
    under_headline = weights.headline is not None and line.block.index == weights.headline + 1
    if under_headline or len(line.text) < SHORTEST_WEIGHED:
        return True
    return weights.weight(line.block) > (LEAST_WEIGHT if line.prose else LEAST_OF_SHORT)


def _signed(text: Sequence[Line], clock: Clock) -> list[Line]:
    """Return the lines at the text's beginning and end that only name its authors, or tell when it was written."""
    ahead = takewhile(lambda line: not line.prose, text[:LINES_OF_AN_EDGE])
    heads = [line for line in ahead if opens_byline(line.text) or clock.find(line.text)]
    return [*heads, *filter(is_byline, (*text[:LINES_OF_AN_EDGE], *text[-LINES_OF_AN_EDGE:]))]


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Lines around the text, by how likely they date and sign it."""

    head: Sequence[Line]
    """From the headline down to where the text begins."""
    above: Sequence[Line]
    """Over the headline, the nearest first."""
    foot: Sequence[Line]
    """After the text."""
    within: Sequence[Line]
    """The first lines of the text and what stands between them."""
    anchor: int
    """Index of the headline, else of the first line of the text."""


def _surroundings(layout: Layout, main: Box, headline: Line | None, text: Sequence[Line]) -> _Surroundings:
    start = headline.index if headline else main.first
    first = next((line.index for line in text if line.index >= start), main.first)
    end = text[-1].index + 1 if text else main.last
    lines = layout.lines
    head = lines[start : max(first, start) + 1]
    if len(head) > LINES_WITHIN:
        head = head[:LINES_AFTER] + head[-LINES_AFTER:]
    return _Surroundings(
        head=head,
        above=lines[max(0, start - LINES_BEFORE) : start][::-1] + lines[max(0, first - LINES_BEFORE) : first][::-1],
        foot=lines[end : end + LINES_AFTER],
        within=lines[first : min(first + LINES_WITHIN, end)],
        anchor=start,
    )


def _dates(layout: Layout, around: _Surroundings, clock: Clock, dated: Dated) -> tuple[str | None, str | None]:
    """Return the texts that tell publication and modification, from where they are most at home.

    Where the page declares a date, only one by the headline may speak against it.
    """
    if dated == "surely":
        return None, None
    at = around.anchor
    head = read_dates(layout, around.head, clock, anchor=at)
    if head[0] or dated == "somehow":
        return head if head[0] else read_dates(layout, labelled(around.foot), clock, anchor=at)
    return next((found for found in _dates_apart(layout, around, clock) if found[0]), (None, None))


def _dates_apart(layout: Layout, around: _Surroundings, clock: Clock) -> Iterator[tuple[str | None, str | None]]:
    """Yield what is found away from the headline's lines, the likeliest first.

    What stands over the headline may be the site's: only what is close to it beats the day that opens the text.
    """

    def read(lines: Sequence[Line], *, whole: bool = False, alone: bool = False) -> tuple[str | None, str | None]:
        return read_dates(layout, lines, clock, anchor=around.anchor, whole=whole, alone=alone)

    yield read(around.head, whole=True)
    yield read([line for line in around.above if is_beside(layout, line.index, around.anchor)])
    yield read(labelled(around.foot))
    prose = [line.text for line in around.within if line.prose][:LINES_OF_AN_EDGE]
    yield next((date for text in prose if (date := opening_date(text, clock))), None), None
    yield read(around.above)
    yield read(around.foot, alone=True)
    yield read(around.within, whole=True)
    yield read(layout.lines, whole=True, alone=True)
