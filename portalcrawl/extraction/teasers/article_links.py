"""The links of a page to other articles of its portal, except those in running text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice, takewhile
from typing import TYPE_CHECKING, Literal

from portalcrawl.extraction.dom.name_roles import WHOLE_PAGES
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of
from portalcrawl.extraction.teasers.line_forms import HEADLINE_WORDS, TITLE_WORDS, form_of, is_cut
from portalcrawl.extraction.teasers.link_targets import Targets
from portalcrawl.text.counts import word_count

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Block, Box
    from portalcrawl.extraction.dom.runs import Link
    from portalcrawl.extraction.teasers.page_runs import PageRuns
    from portalcrawl.profiles.model import Profile

Zone = Literal["open", "neighbour", "menu", "dead"]
"""Where a link is: ``menu`` also for footers and lists of topics; ``neighbour`` links lead to the previous or next
article, even if they form a menu; ``dead`` links are never teasers."""
_HINTED: dict[int, Zone] = {Hint.SERVICE: "dead", Hint.MENU: "menu", Hint.TOPICS: "menu"}
_ZONES: dict[str, Zone] = {"nav": "menu", "footer": "menu", "overlay": "dead"}
"""Role of a box (see ``name_roles``) -> zone of the links in it."""
_NEIGHBOURS = frozenset(("prev", "next"))
"""Link relations to the previous or next article (HTML Living Standard 4.6.7)."""
_HEADLINE = 25
_AUTHOR_LEVELS = 3
_APART = frozenset(("a", "time", "small", "label", "data", "img"))
_CLOSING = ",.;:)"
_MAX_PARTS = 20


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

    The ids of the reasons are by the indexes of the links' blocks. *canonical* is the page's declared canonical URL.
    """
    targets = Targets(runs, profile, canonical)
    zones: dict[Box, Zone] = {}
    found: list[ArticleLink] = []
    refused: dict[int, str] = {}
    for link in runs.walk.links:
        target = targets.of(link.href)
        zone = _zone_of(link.box, zones) if target else "open"
        if target and zone != "dead" and not _NEIGHBOURS.isdisjoint((link.element.get("rel") or "").split()):
            zone = "neighbour"
        reason = _why_not(link, zone, runs) if target else "no-article-link"
        if target and not reason:
            found.append(ArticleLink(link, *target, zone))
        else:
            refused.update(dict.fromkeys(range(link.first, link.last), reason))
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
    if box.tag in WHOLE_PAGES:
        return "open"
    hints = hints_of(box.classes)
    found = (zone for hint, zone in _HINTED.items() if hints & hint)
    return next(found, _ZONES.get(box.role.name, "open"))


def _why_not(link: Link, zone: Zone, runs: PageRuns) -> str:
    """Return the id of the reason why *link*, which leads to an article, is no teaser; empty if it may be one."""
    if zone == "dead":
        return "service-link"
    text = runs.text_of(link)
    blocks = runs.walk.blocks[link.first : link.last]
    holds_card = len(blocks) > 1 or any(block.box is not link.box or not block.text for block in blocks)
    is_long = len(text) >= _HEADLINE and word_count(text) >= HEADLINE_WORDS
    if zone == "menu" and not holds_card and not is_long:
        return "menu-link"
    if not holds_card and _is_inline(link, text, runs):
        return "sentence-link"
    return "author-link" if _is_author(link.element, text) else ""


def _is_inline(link: Link, text: str, runs: PageRuns) -> bool:
    """Return whether *link* is part of a sentence of running text."""
    if form_of(text) == "empty":  # the ellipsis of a snippet, or a link over a card
        return False
    start, end = runs.of_link(link)
    block = runs.walk.blocks[runs.blocks[start]]
    at = runs.starts[block.index]
    before = _sentence(block, max(0, start - at - _MAX_PARTS), start - at)
    after = _sentence(block, end - at, end - at + _MAX_PARTS)
    if is_cut(after) or (not after and form_of(text) in ("more", "count")):  # title, or "read more"
        return False
    opens = before[-1:] != ":" and form_of(before) == "text"
    goes_on = form_of(after) == "text"
    if opens and (goes_on or (word_count(before) >= TITLE_WORDS and not block.level)):
        return True
    is_apart = text[-1:] == ":" or (runs.parts[start][2].bold and not after[:1].islower())
    is_title = not before and word_count(text) >= HEADLINE_WORDS and is_apart
    closes = (block.box.tag == "p" and not is_title) or after[:1].islower() or after[:1] in _CLOSING
    return goes_on and word_count(after) >= TITLE_WORDS and closes


def _sentence(block: Block, start: int, end: int) -> str:
    """Return the text of ``parts[start:end]`` of *block* without labels and other links."""
    return " ".join("".join(text for text, each, _ in block.parts[start:end] if _is_of_sentence(each, block)).split())


def _is_of_sentence(element: _Element, block: Block) -> bool:
    """Return whether the text of an inline element is part of the sentence next to it, not a label or another link."""
    around = takewhile(lambda node: node is not block.box.element, chain((element,), element.iterancestors()))
    in_text = block.box.tag == "p"
    return not any(
        node.tag in _APART or (node.tag == "span" and node.get("class") and not in_text)
        for node in islice(around, _MAX_PARTS)
    )


def _is_author(element: _Element, text: str) -> bool:
    """Return whether the link *element* leads to an author, by its relation or by a class right around a name."""
    around = takewhile(lambda node: node.tag not in WHOLE_PAGES, chain((element,), element.iterancestors()))
    by_class = any(hints_of(node.get("class") or "") & Hint.AUTHOR for node in islice(around, _AUTHOR_LEVELS))
    return (by_class and word_count(text) <= HEADLINE_WORDS) or "author" in (element.get("rel") or "").split()
