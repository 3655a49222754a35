"""Pictures of the visible article, and the captions and credits under them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.layout import Layout, Line
from portalcrawl.extraction.dom.pictures import IMAGES, addresses, is_picture, is_smaller
from portalcrawl.extraction.parts import ImageParts
from portalcrawl.extraction.teasers.line_forms import form_of
from portalcrawl.text.datelines import read_dateline
from portalcrawl.text.normalize import clean
from portalcrawl.urls import absolute
from portalcrawl.vocabulary import either, phrases

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_IMAGES = 40
LINES_BEFORE = 10
"""Lines above the headline that may have a picture of the article before them."""
LEAST_SIDE = 120
"""In pixels; smaller pictures are icons and portraits of authors."""
LONGEST_CAPTION = 400
SHORTEST_PARAGRAPH = 160
SHORTEST_SENTENCE = 100
"""Fewest characters of a sentence of the text that flows around a picture; captions are shorter."""
SHORTEST_LINE = 60
MOST_CAPTION_LINES = 2
LEVELS = 4
_FIRST = f"(?=[{''.join(sorted({name[0] for name in phrases('credits.names')}))}©(])"
"""Characters that a credit may begin with; the search skips all others."""
_CREDIT = re.compile(
    rf"{_FIRST}(?:{either('credits.names')}\s*(?:{either('credits.by')}|[:：©/])[\s:：©/]*"
    rf"|(?<!\w){either('credits.abbreviated')}\s|©|\(c\))"
    r"\s*(?P<credit>[^()\[\]]{2,120}?)[)\]]?\.?\s*$",
    re.IGNORECASE,
)
_BEFORE_CREDIT = "([|/–-"
"""Characters that may separate the caption from a credit."""
_SENTENCES = re.compile(r"[^\W\d_]{3}[.!?][\"”“»«)]?(?:\s|$)")
_SHOWS = re.compile(
    rf"{_CREDIT.pattern}|\((?:\d\. )?{either('credits.places')}(?!\w)",
    re.I,
)
"""Wording of captions only: who took a picture, and where in it somebody is."""
_HEADINGS = frozenset(("h1", "h2", "h3"))
_ELSEWHERE = frozenset(
    ("related", "byline", "nav", "ad", "comments", "aside", "footer", "share", "overlay", "tags", "subscription")
)


def mark_captions(layout: Layout) -> None:
    """Mark captions as notes: lines alone in a box with a picture, and one below a picture that ends with a credit."""
    for _, box, index in layout.images:
        for line in (*_beside(layout, box), *_credited_below(layout, index)):
            line.note = True


def _credited_below(layout: Layout, index: int) -> list[Line]:
    """Return the line with *index*, the first one below a picture, if it ends with a credit."""
    return [
        line
        for line in layout.lines[index : index + 1]
        if len(line.text) <= LONGEST_CAPTION and _CREDIT.search(line.text)
    ]


def _beside(layout: Layout, box: Box) -> list[Line]:
    """Return the lines in the largest box around a picture that holds only a few lines and no text."""
    found: list[Line] = []
    for around in islice(box.chain(), LEVELS):
        if around.last_line - around.first_line > MOST_CAPTION_LINES or around.tag in ("body", "main"):
            break
        lines = layout.lines[around.first_line : around.last_line]
        if _is_whole_article(around) or any(map(_is_text, lines)) or _are_paragraphs(lines):
            break
        found = lines
    return found


def _are_paragraphs(lines: Sequence[Line]) -> bool:
    """Return whether the lines next to a picture are paragraphs of sentences, not caption and credit."""
    sentences = (
        line.box.is_paragraph and len(line.text) >= SHORTEST_LINE and _SENTENCES.search(line.text) for line in lines
    )
    return len(lines) > 1 and all(sentences)


def _is_whole_article(box: Box) -> bool:
    """Return whether *box* is an article element not within another one, as media libraries put around pictures."""
    return [each.tag for each in box.chain()].count("article") == 1 and box.tag == "article"


def _is_text(line: Line) -> bool:
    """Return whether a line next to a picture is more than a caption: a heading or a paragraph of several sentences."""
    if line.box.tag in _HEADINGS or len(line.text) > LONGEST_CAPTION:
        return True
    if not line.box.is_paragraph or _SHOWS.search(line.text):
        return False
    if _flows_around_picture(line):
        return True
    if len(line.text) < SHORTEST_PARAGRAPH:
        return False
    return len(_SENTENCES.findall(line.text)) > 1 or read_dateline(line.text).agency is not None


def _flows_around_picture(line: Line) -> bool:
    """Return whether the line is a sentence of a paragraph that begins with a picture, without a line break between."""
    opens = next(line.box.element.iterchildren(), None)
    picture = opens is not None and (opens.tag in IMAGES or next(opens.iter(*IMAGES), None) is not None)
    return picture and not line.breaks and len(line.text) >= SHORTEST_SENTENCE and bool(_SENTENCES.search(line.text))


def read_images(layout: Layout, anchor: int, main: Box, url: str) -> tuple[ImageParts, ...] | None:
    """Return the pictures around and in the text in *main*, None if there are none.

    They may stand a few lines above the headline, whose line is *anchor*, and end with the text.

    Between the end of the text and that of the article element, only pictures with a caption count, as in a gallery.
    """
    article = _closest(main, "article") or main
    first = max(0, anchor - LINES_BEFORE)
    found: dict[str, ImageParts] = {}
    for element, box, index in layout.images:
        figure = _closest(box, "figure")
        captioned = figure is not None and figure.last_line > figure.first_line
        last = article.last_line if captioned else main.last_line
        is_own = first <= index <= last and not _is_elsewhere(box, anchor)
        if is_own and (address := _address(element, url, captioned=captioned)):
            caption, credit = _caption(layout, element, figure, box, index)
            if form_of(caption or "") != "ad":
                found.setdefault(address, ImageParts(address, caption, credit))
    return tuple(found.values())[:MOST_IMAGES] or None


def _is_elsewhere(box: Box, anchor: int) -> bool:
    """Return whether *box*, which holds a picture, is side matter or within it.

    A box that also holds the headline (line *anchor*) is not, whatever its name; nor is one with a picture alone.
    """
    around = takewhile(lambda each: not each.first_line <= anchor < each.last_line, box.chain())
    return any(each.kind in _ELSEWHERE and not _holds_picture_only(each) for each in around)


def _holds_picture_only(box: Box) -> bool:
    is_small = box.last_line - box.first_line <= MOST_CAPTION_LINES
    return box.kind == box.role.name == "aside" and box.tag != "aside" and is_small and not box.links


def _closest(box: Box, tag: str) -> Box | None:
    return next((each for each in box.chain() if each.tag == tag), None)


def _address(element: _Element, url: str, *, captioned: bool) -> str | None:
    if is_smaller(element, LEAST_SIDE):
        return None
    is_sized = (element.get("width") or "0") != "0"  # an icon would be smaller
    found = (
        value
        for value in addresses(element)
        if is_picture(value, captioned=captioned, drawings=is_sized and ".gif" in value.lower())
    )
    return next((absolute(url, value) for value in found), None)


def _caption(
    layout: Layout, element: _Element, figure: Box | None, box: Box, index: int
) -> tuple[str | None, str | None]:
    """Return caption and credit of a picture, from its figure, the lines next to or below it, or its alt text."""
    lines = layout.lines[figure.first_line : figure.last_line] if figure is not None else _beside(layout, box)
    lines = lines or _credited_below(layout, index)
    text = " ".join(line.text for line in lines if len(line.text) <= LONGEST_CAPTION) or clean(element.get("alt") or "")
    return split_credit(text[:LONGEST_CAPTION])


def split_credit(text: str) -> tuple[str | None, str | None]:
    """Return the caption and the credit at its end, None for each that is absent.

    >>> split_credit("Das Rathaus von Musterstadt. Foto: Anna Muster/dpa")
    ('Das Rathaus von Musterstadt.', 'Anna Muster/dpa')
    """
    match = _CREDIT.search(text)
    if match is None:
        return text or None, None
    caption = text[: match.start()].rstrip()
    if caption[-1:] in _BEFORE_CREDIT:
        caption = caption[:-1]
    return caption.strip(" |-–") or None, match["credit"].strip() or None
