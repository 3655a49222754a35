"""Reads the authors from the visible page: lines that begin with ``Von``, names next to a date, author links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.element_text import text_of
from portalcrawl.extraction.dom.layout import Line
from portalcrawl.extraction.dom.name_roles import in_words
from portalcrawl.text.normalize import clean, fold
from portalcrawl.text.person_names import (
    byline_parts,
    introduces,
    is_day,
    is_handle,
    is_name,
    is_name_without_capitals,
    is_signature,
    opens_byline,
    without_by,
)
from portalcrawl.vocabulary import class_words, either, words

if TYPE_CHECKING:
    from lxml.etree import _Element

_INLINE = ("span", "a", "b", "strong", "em", "i", "cite")
MOST_ELEMENTS = 500
"""Most elements of one box that are read."""
_STROKES = re.compile(r"\s[|•·]\s")
LONGEST_BYLINE = 600
LINES_OF_A_BIO = 3
LONGEST_LINE_BETWEEN = 60
_BIO_VERBS = words("bylines.tells")
"""Words after the name in a line about an author (``is``, ``writes``), as against a text in which the author acts."""
_ABOUT = re.compile(rf"^{either('bylines.about', 'bylines.by')} ")
_ELSEWHERE = frozenset(("caption", "figure", "picture", "player", "tags", "related", "comments", "nav", "button"))
_DATE_PIECE = re.compile(r"\d{1,2}\.\s?\d{1,2}\.|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\b(?:19|20)\d\d\b|\d{1,2}:\d\d")
_HEADINGS = frozenset(("h1", "h2"))
_DIGIT = re.compile(r"\d")
_AUTHOR_NAME = re.compile(rf"\b{class_words('article.author')}\b", re.IGNORECASE)
_NAMING = ("class", "id", "itemprop", "rel")
_AUTHOR_LINK = re.compile(rf"/(?:{class_words('article.author_path')}[-/s]|by/)|^/@\w", re.IGNORECASE)


def read_byline(lines: Sequence[Line], *, by_date: bool = True) -> tuple[str, ...] | None:
    """Return the names in the first of *lines* that names authors.

    If *by_date* is false, a date next to a name is not a sign of a byline: above the headline it may be today's date
    next to the site's name.
    """
    within = cache(_NamesInBox)

    def names(at: int) -> list[str]:
        line = lines[at]
        if len(line.text) > LONGEST_BYLINE or _is_elsewhere(line.box):
            return []
        can_sign = not (line.prose and line.block.ends_sentence) or opens_byline(line.text)
        signing = [name for name in within(line.box).signing if name in line.text] if can_sign else []
        if line.prose and not is_byline(line):
            return signing
        is_introduced = at > 0 and not line.box.level and introduces(lines[at - 1].text)
        return list(_named(line, within(line.box), signing, by_date, is_introduced=is_introduced)) or signing

    for at in range(len(lines)):
        if found := names(at):
            others = (other for other in _alike_below(lines, at) if _is_signed(lines[other], within))
            return tuple(dict.fromkeys((*found, *(name for other in others for name in names(other)))))
    return None


def _is_signed(line: Line, within: Callable[[Box], _NamesInBox]) -> bool:
    """Return whether a line is an author by its link, or its box by its own names or markup: others may be alike."""
    return _links_author(line) or bool(within(line.box).signing) or _names_author(line.box.element)


def _links_author(line: Line) -> bool:
    return bool(line.href and _AUTHOR_LINK.search(line.href))


def _alike_below(lines: Sequence[Line], at: int) -> Iterator[int]:
    """Yield the indexes of the lines behind *at* that may name further authors: in other boxes of the same template.

    Between them are only short lines, such as roles.
    """
    box = lines[at].box
    for other in range(at + 1, len(lines)):
        line = lines[other]
        if line.prose or line.box.level or len(line.text) > LONGEST_LINE_BETWEEN:
            return
        if line.box is not box and _template(line.box) == _template(box):
            yield other


def _template(box: Box) -> tuple[str, ...]:
    """Return what boxes of one template have in common: their tag and names, and those of the box around."""
    return tuple(name for each in islice(box.chain(), 2) for name in (each.tag, each.classes))


class _NamesInBox:
    """Names in the elements of *box*, read once: a box may have many lines and hold most of the page."""

    def __init__(self, box: Box) -> None:
        self.box = box

    @cached_property
    def elements(self) -> list[_Element]:
        """The first elements."""
        return list(islice(self.box.element.iter(), MOST_ELEMENTS))

    @cached_property
    def signing(self) -> list[str]:
        """Names in elements that say that they hold authors."""
        return [name for part in self.elements for name in _signed_by(part)]

    @cached_property
    def linked(self) -> list[str]:
        """Names of persons that are links."""
        texts = (clean(text_of(link, LONGEST_BYLINE)) for link in self.elements if link.tag == "a")
        return [name for text in texts for name in byline_parts(text) if is_name(name)]


def _without_section(name: str, credited: Sequence[str]) -> str:
    """Return a name without the words after its link (``Ada in Aktuell``)."""
    return next((link for link in credited if name.startswith(f"{link} ")), name)


def _signed_by(element: _Element) -> Iterator[str]:
    """Yield the names in an element if its markup, its link or, within a line, its names say that it holds authors."""
    if _signs(element):
        yield from filter(is_signature, (without_by(clean(text_of(element, LONGEST_BYLINE))),))
    elif element.tag in _INLINE and _names_author(element):
        parts = byline_parts(clean(text_of(element, LONGEST_BYLINE)))
        yield from (part for part in parts if is_name(part) or is_name_without_capitals(part))


def _signs(element: _Element) -> bool:
    """Return whether an element is an author's name by its markup or its link.

    That is ``rel=author`` (https://html.spec.whatwg.org/#link-type-author), a link to a page of an author, or the
    formatted name of a card (``fn``, https://microformats.org/wiki/hcard), or a person by RDFa.
    """
    given = element.keys()
    if "rel" in given and "author" in (element.get("rel") or "").split():
        return True
    if "class" in given and "fn" in (element.get("class") or "").split():
        return True
    if "typeof" in given and (element.get("typeof") or "").endswith("Person"):
        return True
    return element.tag == "a" and "href" in given and _AUTHOR_LINK.search(element.get("href") or "") is not None


def is_byline(line: Line) -> bool:
    """Return whether a line within the text consists of the names of its authors, with or without a date."""
    if len(line.text) > LONGEST_BYLINE or not opens_byline(line.text):
        return False
    parts = byline_parts(line.text)
    names = [is_name(part) for part in parts]
    return any(names) and all(
        name or _DATE_PIECE.search(part) or part.endswith(":") or _is_count(part)
        for name, part in zip(names, parts, strict=True)
    )


def _is_count(part: str) -> bool:
    """Return whether a part of a byline is a number of something, such as the minutes that reading takes."""
    return part[0].isdigit()


def without_bio(text: list[Line], authors: Iterable[str]) -> list[Line]:
    """Return *text* without the biography of one of its *authors* at its end, which begins with the name."""
    names = tuple(f"{fold(name)} " for name in authors if " " in name)
    for at in range(max(1, len(text) - LINES_OF_A_BIO), len(text) if names else 0):
        if _is_bio(names, text[at].text):
            return text[:at]
    return text


def _is_bio(names: Sequence[str], text: str) -> bool:
    """Return whether *text* begins with one of *names* (folded) and is a name, an address, or about the person."""
    says = f"{_ABOUT.sub('', fold(text[:LONGEST_BYLINE]))} "
    name = next((name for name in names if says.startswith(name)), None)
    if name is None:
        return False
    return says == name or " " not in text or says[len(name) :].split(maxsplit=1)[0] in _BIO_VERBS


def _is_elsewhere(box: Box) -> bool:
    return any(each.kind in _ELSEWHERE for each in box.chain())


def _named(
    line: Line, within: _NamesInBox, credited: Sequence[str], by_date: bool, *, is_introduced: bool
) -> Iterator[str]:
    boxes = list(islice(line.box.chain(), 3))
    marked = _links_author(line) or any(box.tag == "address" or _names_author(box.element) for box in boxes)
    placed = any(box.kind == "byline" for box in boxes) and line.box.tag not in _HEADINGS
    dated = by_date and _DATE_PIECE.search(line.text) is not None and line.box.tag not in _HEADINGS
    opens = is_introduced or any(map(opens_byline, _STROKES.split(line.text)))
    if not (marked or opens or placed or dated) or (line.box.tag == "h1" and not opens):
        return
    parts = byline_parts(line.text)
    shown = [_without_section(piece, credited) for piece in parts if is_name(piece)] or credited
    if not marked and not opens:  # neighbouring topics may look like one name
        shown = [name for name in shown if any(name in clean(part[0]) for part in line.block.parts)]
    undated = [part for part in parts if not _DIGIT.search(part) and not is_day(part)]
    if not marked and not opens and 2 * len(shown) < len(undated):
        return  # topics next to a date, one of which looks like a name
    if not shown and (opens or marked):
        shown = [part for part in undated if is_name_without_capitals(part)]
    if not shown and opens and (marked or placed or dated):
        shown = [part for part in undated[:1] if is_handle(part)]
    linked = [name for name in within.linked if name in line.text] if marked or placed else []
    yield from linked if linked and (line.linked * 2 > len(line.text) or not shown) else shown


def _names_author(element: _Element) -> bool:
    given = element.keys()
    names = " ".join(element.get(name) or "" for name in _NAMING if name in given)
    return bool(names) and _is_name_of_authors(names[:300])


@lru_cache(maxsize=8192)
def _is_name_of_authors(names: str) -> bool:
    """Return whether class names and the like name authors; cached since it is called for all boxes around a line."""
    return _AUTHOR_NAME.search(in_words(names)) is not None
