"""Finds the box with the article's text: weighs the lines, adds the weights up over boxes, descends to the heaviest."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate, takewhile

from portalcrawl.extraction.article.article_images import mark_captions
from portalcrawl.extraction.article.boilerplate import is_note, is_offer
from portalcrawl.extraction.dom.blocks import Box
from portalcrawl.extraction.dom.layout import NEVER, STRONG, WEAK, Layout, Line
from portalcrawl.vocabulary import path_words

SHORTEST_PROSE = 60
SHORTEST_RUN = 100
"""Characters from which a line is prose even if no sentence ends in it."""
SHORTEST_CJK = 20
LONGEST_WORDS = 20
"""Mean length of words, in characters, from which a line is code."""
SHORTEST_TITLE = 12
SENTENCE = re.compile(r"[.!?…:;؟।][\"'”“»«’)\]]*(?:\s|$)|[。！？]")
_CUT = re.compile(r"(?:\[…\]|\[\.\.\.\])\W*(?:\(\d+\))?$")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d\d(?:\s?[ap]m)?", re.IGNORECASE)
"""A time of day that heads an entry of a ticker, as ``14:10`` or ``2:10 pm``."""
CORE_SHARE = 0.6
MAIN_SHARE = 0.8
LITTLE_TEXT = 250
"""Weight of a core that is so small that class names must be misleading."""
TELLING_TAGS = frozenset(("nav", "footer", "aside", "figure", "figcaption", "form", "button"))
MOST_ASKING_LINES = 8
_OFFER = re.compile(rf"/(?:{path_words('offers')}|{path_words('offer_starts')}[\w-]+)(?:[/?#.]|$)", re.IGNORECASE)
_LARGE = frozenset(("article", "main", "body"))
LARGE_PART = 0.1
"""Share of the core's text from which a box of a :data:`~layout.WEAK` kind may be text after all."""


def find_main(layout: Layout) -> Box | None:
    """Mark the prose of the page and return the box that holds the article's text; None if the page has no boxes."""
    if not layout.boxes:
        return None
    mark_captions(layout)
    total = _weigh_lines(layout)
    _drop_cards(layout)
    _mark_asking(layout)
    _clear_paid_text(layout)
    core = _find_core(layout, total)
    if core.mass < LITTLE_TEXT < total:
        for box in layout.boxes:
            if box.kind and box.tag not in TELLING_TAGS:
                box.kind = ""
        core = _find_core(layout, total)
    _clear_kinds(core)
    _measure_content(layout)
    if core.mass * 5 < core.whole * 2:
        _clear_large_parts(layout, core)
        _measure_content(layout)
    return _heaviest(layout.boxes, MAIN_SHARE)


def _find_core(layout: Layout, total: int) -> Box:
    """Return the box with most of the text outside of side matter."""
    _sum_up(layout, total)
    return _heaviest(layout.boxes)


def _clear_kinds(core: Box) -> None:
    """Clear the kinds of the boxes around the text: they are not side matter, whatever their names."""
    box: Box | None = core
    while box is not None:
        box.kind = ""
        box = box.parent


def _weigh_lines(layout: Layout) -> int:
    """Set the weight of each line as text and return the sum."""
    total = 0
    for line in layout.lines:
        weight = line.weight = _weight(line)
        if weight:
            total += weight
    return total


def _weight(line: Line) -> int:
    text = line.text
    size = len(text)
    if size < SHORTEST_CJK or line.note or is_link(line) or line.box.kind in NEVER:
        return 0
    if _CUT.search(text, max(0, size - 30)) or is_note(text, line.linked) or is_offer(text, line.href):
        line.note = True
        return 0
    if text.count(" ") * LONGEST_WORDS >= size and (
        size >= SHORTEST_RUN or (size >= SHORTEST_PROSE and SENTENCE.search(text))
    ):
        line.prose = True
        return size
    if not text.isascii() and "。" in text:
        line.prose = True
        return size * 2
    return size // 3 if (line.box.is_paragraph or line.box.tag == "li") and not line.linked else 0


def is_link(line: Line) -> bool:
    """Return whether a line is mostly a link; a paragraph may hold a long link."""
    is_paragraph = line.box.is_paragraph
    if is_paragraph and len(line.text) >= SHORTEST_RUN and line.block.ends_sentence:
        return False
    return line.linked * (4 if is_paragraph else 2) > len(line.text) * (3 if is_paragraph else 1)


def _drop_cards(layout: Layout) -> None:
    """Set the weight of lines in cards to 0: similar boxes that begin with links to different pages.

    Similar boxes have the same tag and first class; other classes often number the card or name its section. The
    entries of a live blog link to themselves.
    """
    cards: dict[tuple[str, str], list[Line]] = {}
    targets: dict[tuple[str, str], set[str]] = {}
    prose = list(accumulate((line.prose for line in layout.lines), initial=0))
    for box in layout.boxes:
        can_be_card = 2 <= box.last_line - box.first_line <= 8 and box.tag not in ("p", "table", "tbody")
        has_snippet = can_be_card and 1 <= prose[box.last_line] - prose[box.first_line] <= 2
        if has_snippet and (target := _target_of_head(lines := layout.lines[box.first_line : box.last_line])):
            template = box.tag, next(iter(box.classes.split()), "")
            cards.setdefault(template, []).extend(lines)
            targets.setdefault(template, set()).add(target)
    for template, lines in cards.items():
        if len(targets[template]) > 1:
            for line in lines:
                line.weight, line.prose, line.note = 0, False, True


def _mark_asking(layout: Layout) -> None:
    """Mark forms for an e-mail address and links to offers, with the few lines around them that explain these."""
    offers = [line.box for line in layout.lines if line.href and not line.prose and _OFFER.search(line.href)]
    climbed: set[Box] = set()
    for inner in (*layout.asking, *offers):
        box, top = inner, None
        while box not in climbed and box.tag not in _LARGE and _is_small(layout, box):
            climbed.add(box)
            top = box
            if box.parent is None:
                break
            box = box.parent
        if top is not None:
            top.kind = top.kind or "subscription"


def _is_small(layout: Layout, box: Box) -> bool:
    if box.last_line - box.first_line > MOST_ASKING_LINES:
        return False
    lines = layout.lines[box.first_line : box.last_line]
    prose = [line for line in lines if line.prose]
    explains = len(prose) <= 1 and all(len(line.text) < LITTLE_TEXT for line in prose)
    return explains and not any(line.box.tag == "h1" for line in lines)


def _target_of_head(lines: Iterable[Line]) -> str:
    """Return the page that a linked title or clock time before the first prose leads to; empty if there is none."""
    for line in lines:
        if line.prose:
            return ""
        is_head = line.block.size >= SHORTEST_TITLE or _CLOCK.fullmatch(line.text)
        if is_head and line.linked * 10 >= len(line.text) * 8:
            return (line.href or "").partition("#")[0]
    return ""


def _sum_up(layout: Layout, total: int) -> None:
    """Add the weights up over the boxes; side matter counts only if it holds most of the page's text."""
    for box in layout.boxes:
        box.whole = box.inner = box.mass = 0
    for line in layout.lines:
        line.box.whole += line.weight
    for box in reversed(layout.boxes):
        if box.kind in STRONG and (box.kind in NEVER or box.whole * 2 < total):
            box.whole = box.mass = 0
            continue
        box.mass += box.whole - box.inner
        counted = box.mass // 2 if box.kind in WEAK else box.mass
        if box.parent is not None:
            box.parent.whole += box.whole
            box.parent.inner += box.whole
            box.parent.mass += counted


def _heaviest(boxes: list[Box], share: float = CORE_SHARE) -> Box:
    """Return the box reached by descending from the root while one inner box holds at least *share* of the text."""
    best: dict[Box, Box] = {}
    for box in boxes:
        parent = box.parent
        if parent is not None and box.mass and (parent not in best or best[parent].mass < box.mass):
            best[parent] = box
    box = boxes[0]
    while (inner := best.get(box)) is not None and inner.mass >= share * box.mass:
        box = inner
    return box


def _clear_large_parts(layout: Layout, core: Box) -> None:
    """Clear the kinds of large parts of the core if it has hardly any text otherwise: their names mislead."""
    for box in layout.boxes:
        within = box.first_line >= core.first_line and box.last_line <= core.last_line
        if within and box.kind in WEAK and box.tag != "aside" and box.whole >= LARGE_PART * core.whole:
            box.kind = ""


def _measure_content(layout: Layout) -> None:
    """Mark the boxes that are outside of side matter, and add up their text."""
    for box in layout.boxes:
        if box.kind == "teaser" and not any(line.linked for line in layout.lines[box.first_line : box.last_line]):
            box.kind = ""
        box.is_content = not box.kind and (box.parent is None or box.parent.is_content)
        box.mass = 0
    for line in layout.lines:
        if line.weight and line.box.is_content:
            line.box.mass += line.weight
    for box in reversed(layout.boxes):
        if box.parent is not None:
            box.parent.mass += box.mass


def _clear_paid_text(layout: Layout) -> None:
    """Clear the kinds of boxes with one paragraph each whose class only says who may read it (``subscriber-only``)."""
    alike: dict[str, list[Box]] = {}
    for box in layout.boxes:
        if box.kind == "subscription" and box.last_line - box.first_line == 1 and layout.lines[box.first_line].prose:
            alike.setdefault(box.classes, []).append(box)
    for boxes in alike.values():
        if len({layout.lines[box.first_line].text for box in boxes}) > 1:
            for box in boxes:
                box.kind = ""


def own_article(layout: Layout, main: Box, headline: Line | None) -> Box:
    """Return the box of the headline's article if *main* holds several articles with text, else *main*.

    Portals append the next article to the requested one. Articles are ``article`` elements, or similar siblings that
    each have a heading of the headline's level.
    """
    if headline is None or not main.first_line <= headline.index < main.last_line:
        return main
    articles: list[Box] = []
    for box in layout.boxes:
        start = articles[-1].last_line if articles else main.first_line
        inside = box.first_line >= start and box.last_line <= main.last_line
        if box.tag == "article" and inside and box is not main and box.mass:
            articles.append(box)
    own = next((box for box in articles if box.first_line <= headline.index < box.last_line), None)
    if own is not None and len(articles) >= 2 and own.mass >= LITTLE_TEXT:
        return own
    return _one_of_several(layout, main, headline) or main


def end_of_article(layout: Layout, main: Box, headline: Line | None) -> int:
    """Return the index of the line in *main* at which the next article begins, else of the line after *main*.

    The next one is an ``article`` element below the headline and some text, with an ``h1`` of its own.
    """
    if headline is None or headline.box.tag != "h1":
        return main.last_line
    start = headline.index
    size = list(accumulate((line.weight for line in layout.lines[start : main.last_line]), initial=0))
    for box in layout.boxes:
        if box.tag == "article" and start < box.first_line < main.last_line and box.last_line <= main.last_line:
            opening = takewhile(lambda line: not line.prose, layout.lines[box.first_line : box.last_line])
            has_text = box.mass and size[box.first_line - start] >= LITTLE_TEXT
            if has_text and any(line.box.tag == "h1" for line in opening):
                return box.first_line
    return main.last_line


def _one_of_several(layout: Layout, main: Box, headline: Line) -> Box | None:
    """Return the box around the headline that has similar siblings, each with text and a heading; else None."""
    heads = [line.index for line in layout.lines[main.first_line : main.last_line] if line.box.tag == headline.box.tag]
    if len(heads) < 2:
        return None
    alike: dict[tuple[Box | None, str, str | None], list[Box]] = {}
    for box in layout.boxes:
        if box.mass >= LITTLE_TEXT and bisect_left(heads, box.first_line) < bisect_left(heads, box.last_line):
            alike.setdefault((box.parent, box.tag, box.classes), []).append(box)
    around: Box | None = headline.box
    while around is not None and around is not main:
        others = alike.get((around.parent, around.tag, around.classes), ())
        if around in others and len(others) > 1:
            return around
        around = around.parent
    return None
