"""The links of a page to other articles of its portal, except those in running text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from portalcrawl.extraction.teasers.class_hints import Hint, hints_of
from portalcrawl.extraction.teasers.line_forms import form_of, is_cut
from portalcrawl.extraction.teasers.link_targets import Targets
from portalcrawl.text.counts import word_count

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Block, Box
    from portalcrawl.extraction.dom.runs import Link
    from portalcrawl.extraction.teasers.page_runs import PageRuns
    from portalcrawl.profiles.model import Profile

Zone = Literal["open", "neighbour", "menu", "topics", "dead"]
"""Where a link is: ``neighbour`` links lead to the previous or next article, even if they form a menu; ``dead`` links
are never teasers."""
_HINTED: dict[int, Zone] = {Hint.SERVICE: "dead", Hint.MENU: "menu", Hint.TOPICS: "topics"}
_ZONES: dict[str, Zone] = {"nav": "menu", "footer": "menu", "overlay": "dead"}
"""Role of a box (see ``name_roles``) -> zone of the links in it."""
_WHOLE = frozenset(("body", "main", "html"))
_NEIGHBOURS = frozenset(("prev", "next"))
"""Link relations to the previous or next article (HTML Living Standard 4.6.7)."""
_AUTHOR_LEVELS = 2
_NAME_WORDS = 4
_HEADLINE = 25
_HEADLINE_SPACES = 3
_APART = frozenset(("a", "time", "small", "label", "data", "img"))
_CLOSING = ",.;:)"
_FEW_WORDS = 3
_MAX_PARTS = 20
_MAX_AROUND = 400
"""Characters read on each side of a link."""


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """A link to an article, with the canonical URL of the article and the absolute URL of the link."""

    link: Link
    target: str
    url: str
    zone: Zone = "open"


def find_links(
    runs: PageRuns, profile: Profile, canonical: str | None = None
) -> tuple[list[ArticleLink], dict[int, str]]:
    """Return the links to other articles of the portal, in page order, and why the other links are not among them.

    The reasons are by the link's index in the walk. *canonical* is the page's declared canonical URL.
    """
    walk = runs.walk
    targets = Targets(runs, profile, canonical)
    zones: dict[Box, Zone] = {}
    found: list[ArticleLink] = []
    refused: dict[int, str] = {}
    for link in walk.links:
        target = targets.of(link.href)
        if target is None:
            refused[link.index] = "not an article's URL"
            continue
        zone = _zone_of(link.box, zones)
        if zone in ("menu", "open") and not _NEIGHBOURS.isdisjoint((link.element.get("rel") or "").split()):
            zone = "neighbour"
        if reason := _why_not(link, zone, runs):
            refused[link.index] = reason
        else:
            found.append(ArticleLink(link, *target, zone))
    return found, refused


def _zone_of(box: Box | None, known: dict[Box, Zone]) -> Zone:
    path: list[Box] = []
    while box is not None and box not in known:
        path.append(box)
        box = box.parent
    zone: Zone = known[box] if box is not None else "open"
    for each in reversed(path):
        if zone == "open":
            zone = _own_zone(each)
        known[each] = zone
    return zone


def _own_zone(box: Box) -> Zone:
    if box.tag in _WHOLE:
        return "open"
    hints = hints_of(box.classes)
    for hint, zone in _HINTED.items():
        if hints & hint:
            return zone
    return _ZONES.get(box.role.name, "open")


def _why_not(link: Link, zone: Zone, runs: PageRuns) -> str:
    """Return why *link*, which leads to an article, is not a teaser; empty if it may be one."""
    if zone == "dead":
        return "not in a list of articles"
    text = runs.text_of(link)
    holds_card = _is_card(link, runs)
    is_long = len(text) >= _HEADLINE and word_count(text) > _HEADLINE_SPACES
    if not is_long and (zone == "menu" or (zone == "topics" and not holds_card)):
        return zone
    if not holds_card and _is_inline(link, text, runs):
        return "within a text"
    by_name = word_count(text) <= _NAME_WORDS and _is_in_author(link.element)
    return "author" if by_name or "author" in (link.element.get("rel") or "").split() else ""


def _is_card(link: Link, runs: PageRuns) -> bool:
    """Return whether *link* holds more than text: a picture, a heading, several blocks."""
    start, end = runs.of_link(link)
    if start == end:
        return len(link.element) > 0
    return runs.blocks[start] != runs.blocks[end - 1] or any(
        not runs.parts[run][0] or runs.walk.blocks[runs.blocks[run]].box is not link.box for run in range(start, end)
    )


def _is_inline(link: Link, text: str, runs: PageRuns) -> bool:
    """Return whether *link* is part of a sentence of running text."""
    start, end = runs.of_link(link)
    if start == end or (is_cut(f"x {text}") and not any(map(str.isalnum, text))):  # the ellipsis of a snippet
        return False
    block = runs.walk.blocks[runs.blocks[start]]
    before, after = _around(block, start - runs.starts[block.index], end - runs.starts[block.index])
    if is_cut(after) or (not after and form_of(text) in ("more", "count", "empty")):  # title, "read more" or ellipsis
        return False
    opens = before[-1:] != ":" and form_of(before) == "text"
    goes_on = form_of(after) == "text"
    if opens and (goes_on or word_count(before) >= _FEW_WORDS):
        return True
    closes = block.box.tag == "p" or after[:1].islower() or after[:1] in _CLOSING
    return goes_on and word_count(after) >= _FEW_WORDS and closes


def _around(block: Block, start: int, end: int) -> tuple[str, str]:
    """Return the text of the sentence before and after ``parts[start:end]`` of *block*."""
    sides = [], []  # type: tuple[list[str], list[str]]
    for texts, indexes in zip(sides, (range(start - 1, -1, -1), range(end, len(block.parts))), strict=True):
        size = 0
        for index in indexes[:_MAX_PARTS]:
            text, element, _ = block.parts[index]
            if size > _MAX_AROUND:
                break
            if _is_of_sentence(element, block):
                texts.append(text)
                size += len(text)
    before, after = sides
    return " ".join("".join(reversed(before)).split())[-_MAX_AROUND:], " ".join("".join(after).split())[:_MAX_AROUND]


def _is_of_sentence(element: _Element, block: Block) -> bool:
    """Return whether the text of an inline element is part of the sentence next to it, not a label or another link."""
    node: _Element | None = element
    in_text = block.box.tag == "p"
    for _ in range(_MAX_PARTS):
        if node is None or node is block.box.element:
            break
        if node.tag in _APART or (node.tag == "span" and node.get("class") and not in_text):
            return False
        node = node.getparent()
    return True


def _is_in_author(element: _Element) -> bool:
    """Return whether *element* or one right around it holds an author, by its class."""
    node: _Element | None = element
    for _ in range(1 + _AUTHOR_LEVELS):
        if node is None or node.tag in _WHOLE:
            break
        names = node.get("class")
        if names and hints_of(names) & Hint.AUTHOR:
            return True
        node = node.getparent()
    return False
