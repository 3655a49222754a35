"""The links of a page that lead to other articles of its portal and stand for themselves, not in running text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml.etree import _Element

from portalcrawl.extraction.dom.element_text import text_of
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of
from portalcrawl.extraction.teasers.inline_links import is_card, is_inline
from portalcrawl.extraction.teasers.link_targets import Targets
from portalcrawl.extraction.teasers.link_zones import Zone, Zones

if TYPE_CHECKING:
    from portalcrawl.profiles.model import Profile

_AUTHOR_LEVELS = 2
_BODY = frozenset({"body", "main", "html"})
_NAME_WORDS = 4
_NEIGHBOURS = frozenset({"prev", "next"})
"""Link relations (HTML 4.6.7) within a sequence of articles."""
_HEADLINE = 25
_HEADLINE_SPACES = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an article: its element, the article's canonical address, and the address as written, absolute."""

    element: _Element
    target: str
    url: str
    zone: Zone = "open"


def find_links(root: _Element, base_url: str, profile: Profile) -> list[Link]:
    """Return the links in *root* to articles of the portal other than the page itself, in page order."""
    targets = Targets(root, base_url, profile)
    zones = Zones()
    links = []
    for element in root.iter("a"):
        href = element.get("href")
        found = targets.of(href) if href else None
        if found is None:
            continue
        zone = zones.of(element)
        if zone in ("menu", "open") and not _NEIGHBOURS.isdisjoint((element.get("rel") or "").split()):
            zone = "neighbour"
        if _may_stand(element, zone) and not is_inline(element) and not _names_author(element):
            links.append(Link(element, *found, zone))
    visible = {link.target for link in links if link.zone != "copy"}
    return [link for link in links if not (link.zone == "copy" and link.target in visible)]


def _may_stand(link: _Element, zone: Zone) -> bool:
    """Return whether a link in *zone* can be a teaser; in a menu only with the length of a headline."""
    if zone == "dead":
        return False
    if zone in ("open", "neighbour", "copy"):
        return True
    text = text_of(link)
    if len(text) >= _HEADLINE and text.count(" ") >= _HEADLINE_SPACES:
        return True
    return zone == "topics" and is_card(link)


def _names_author(link: _Element) -> bool:
    """Return whether *link* leads to whom it names: its relation says so, or class names right around a short text."""
    if "author" in (link.get("rel") or "").split():
        return True
    return _is_in_author(link) and text_of(link).count(" ") < _NAME_WORDS


def _is_in_author(link: _Element) -> bool:
    """Return whether *link*, or an element right around it, is named for an author."""
    node: _Element | None = link
    for _ in range(1 + _AUTHOR_LEVELS):
        if node is None or node.tag in _BODY:
            break
        names = node.get("class")
        if names and hints_of(names) & Hint.AUTHOR:
            return True
        node = node.getparent()
    return False
