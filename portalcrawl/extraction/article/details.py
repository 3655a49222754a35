"""Details next to an article's text that are recognized by wording: kicker, source, topics, number of comments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.element_text import whole_text
from portalcrawl.extraction.dom.layout import Layout, Line
from portalcrawl.extraction.dom.name_roles import in_words
from portalcrawl.extraction.teasers.line_forms import comment_count, form_of, split_marks
from portalcrawl.text.normalize import clean, fold
from portalcrawl.text.person_names import agency_in
from portalcrawl.text.titles import split_heading
from portalcrawl.vocabulary import class_words, either, words

if TYPE_CHECKING:
    from lxml.etree import _Element

LONGEST_KICKER = 80
LONGEST_TOPIC = 60
MOST_LINKS = 12
"""Most links of one box that are read."""
LEAST_RUNGS = 3
"""Fewest items of a trail without links: two words with a slash between them can mean many things."""
TAG_LEVELS = 4
"""Boxes around a line whose names are checked for tags: each tag is an item of a list in a box with a title."""
SIGNING_LINES = 3
LONGEST_SIGNATURE = 30
KICKER_LINES = 3
"""Lines above the headline that may be a kicker."""
_KICKER_NAME = re.compile(rf"\b{class_words('article.kicker')}\b")
_SOURCE = re.compile(
    rf"(?:^|[·•|]\s*){either('sources.names')}\s*[:：]\s*(?P<source>[^·•|:：]{{2,60}}?)"
    rf"(?:$|,\s{either('sources.sent')}\b|\s*[·•|]|\s{either('stamps.words')}\b)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^\[(?P<source>[^\[\]]{2,60})\]\s*[·•|]?\s*\d{1,2}\.")
_TRAIL = re.compile(r"^[^/|.!?]{2,60}(?:\s+/\s+[^/|.!?]{2,60}){1,15}$")
_BETWEEN = re.compile(r"\s+/\s+")
_NO_TOPICS = words("topics.names", "topics.no_topics", "calls.words")
_PATH = re.compile(r"\s[/›»>|〉]\s?")
_NUMBER = re.compile(r"(?<![\d.,])\d{1,6}(?![\d.,])")
_IN_BRACKETS = re.compile(r"\((?!\d+\))([^()]{3,30})\)")
_TO_COMMENTS = re.compile(
    rf"#(?:[\w-]{{0,12}}{either('comments.words', 'comments.anchors')})(?:-\w{{1,12}})?$", re.IGNORECASE
)
_DATE = re.compile(r"\d{1,2}[.:/]\d{1,2}|\b(?:19|20)\d\d\b")


def find_kicker(layout: Layout, headline: Line | None, titles: Collection[str] = ()) -> tuple[str | None, str | None]:
    """Return the kicker above the headline, and the headline, without the kicker if one heading holds both.

    *titles* are the page's declared titles; some hold both.
    """
    if headline is None:
        return None, None
    inner = _inner_kicker(headline.box)
    if inner and not _DATE.search(inner) and fold(headline.text).startswith(fold(inner)):
        return inner.strip(" :"), headline.text[len(inner) :].strip(" :|–-")
    kicker, title = split_heading([part[0] for part in headline.block.parts if not part[0].isspace()], titles)
    folded = {fold(text) for text in titles}
    if kicker:
        is_declared = any(text.startswith(fold(kicker)) for text in folded)
        other = _PATH.search(kicker) or (_DATE.search(kicker) and not is_declared)
        return kicker if len(kicker) <= LONGEST_KICKER and not other else None, title
    for line in reversed(layout.lines[max(0, headline.index - KICKER_LINES) : headline.index]):
        other = _PATH.search(line.text) or _DATE.search(line.text)
        is_kicker = _is_kicker(line, headline) or f"{fold(line.text)} {fold(headline.text)}" in folded
        if len(line.text) <= LONGEST_KICKER and not other and is_kicker:
            return line.text.strip(" :-–—"), title
    return None, title


def _inner_kicker(box: Box) -> str | None:
    """Return the text of the element within the heading *box* that is a kicker by its class, else None."""
    for element in box.element.iter():
        if isinstance(element.tag, str) and element is not box.element and _named(element.get("class") or ""):
            return clean(whole_text(element)) or None
    return None


def _named(names: str) -> bool:
    return bool(names) and _KICKER_NAME.search(in_words(names[:200])) is not None


def _is_kicker(line: Line, headline: Line) -> bool:
    """Return whether a line above the headline is its kicker, by its class or as part of the same heading."""
    if any(_named(box.classes) for box in islice(line.box.chain(), 2)):
        return True
    before = islice(headline.box.element.itersiblings(preceding=True), KICKER_LINES)
    if any(_named(node.get("class") or "") and fold(whole_text(node)) == fold(line.text) for node in before):
        return True
    inside = headline.box.parent
    return inside is not None and inside.tag == "h1" and inside is line.box.parent


def find_source(lines: Sequence[Line]) -> str | None:
    """Return the article's source from a line such as ``Quelle: X`` or ``[X] · 02.12.2025``, else None."""
    texts = (line.text for line in lines if len(line.text) <= 2 * LONGEST_TOPIC)
    found = next(filter(None, (_SOURCE.search(text) or _BRACKETED.match(text) for text in texts)), None)
    return found and found["source"].strip()


def find_signing_agency(lines: Sequence[Line]) -> str | None:
    """Return the agency from a short line right below the text that names only it, maybe with a desk (``SDA/reb``)."""
    return agency_in(
        line.text for line in lines[:SIGNING_LINES] if len(line.text) <= LONGEST_SIGNATURE and not line.note
    )


def find_trail(lines: Sequence[Line]) -> tuple[str, ...] | None:
    """Return the items of a topic trail (``Politik / Ukraine / NATO``), if all are links or there are three or more."""
    for line in lines:
        if _TRAIL.match(line.text):
            rungs = tuple(_BETWEEN.split(line.text))
            if _is_linked(line) or (len(rungs) >= LEAST_RUNGS and ":" not in line.text):
                return rungs
    return None


def _is_linked(line: Line) -> bool:
    """Return whether all of a line except the separators between its parts is linked."""
    return line.linked >= len(_BETWEEN.sub("", line.text))


def find_tags(lines: Sequence[Line]) -> tuple[str, ...] | None:
    """Return the texts of links in boxes for tags, and of links with ``rel=tag``."""
    topics: dict[str, None] = {}
    for line in lines:
        if line.linked:
            of_tags = _is_of_tags(line.box)
            links = (link for link in line.box.element.iter("a") if of_tags or _is_tag(link))
            texts = [clean(whole_text(link)) for link in links]
            topics.update(dict.fromkeys(text for text in texts if _is_topic(text)))
    return tuple(topics) or None


def _is_of_tags(box: Box) -> bool:
    """Return whether a box or one around it is for tags, by its names."""
    return any(each.kind == "tags" for each in islice(box.chain(), TAG_LEVELS + 1))


def _is_tag(link: _Element) -> bool:
    """Return whether *link* has ``rel=tag`` (microformats.org/wiki/rel-tag) and is not a section."""
    relations = (link.get("rel") or "").split()
    return "tag" in relations and "category" not in relations


def _is_topic(text: str) -> bool:
    """Return whether the text of a link can be a topic, not the name of the list or "read more"."""
    can_be = 1 < len(text) <= LONGEST_TOPIC and text.casefold().strip(" :") not in _NO_TOPICS
    return can_be and form_of(text) != "more"


def find_comment_count(lines: Sequence[Line]) -> int | None:
    """Return the number of comments from the first line that states one, else None."""
    return next((count for line in lines for count in _counts(line) if count is not None), None)


def _counts(line: Line) -> Iterator[int | None]:
    """Yield the numbers of comments that a line states in words, in brackets, or in links to the comments below."""
    yield from map(comment_count, (line.text.rstrip(" :"), *split_marks(line.text), *_IN_BRACKETS.findall(line.text)))
    for link in islice(line.box.element.iter("a"), MOST_LINKS):
        if line.linked and _TO_COMMENTS.search(link.get("href") or ""):
            text = clean(whole_text(link))
            numbers = _NUMBER.findall(text)
            yield int(numbers[0]) if len(numbers) == 1 else comment_count(text)
