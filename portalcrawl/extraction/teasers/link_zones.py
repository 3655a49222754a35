"""What part of a page an element stands in, as far as it matters to links: open ground, a menu, a list of topics."""

from __future__ import annotations

from typing import Literal

from lxml.etree import _Element

from portalcrawl.extraction.dom.name_roles import box_role
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of

Zone = Literal["open", "neighbour", "menu", "topics", "copy", "dead"]
"""A ``neighbour`` is the article before or after this one, in however small a menu of its own.

``copy`` is ``noscript``, maybe a second copy of what scripts show; nothing ``dead`` is a teaser.
"""
_DEAD = frozenset({"template", "script", "style", "head", "dialog"})
_BODY = frozenset({"body", "html", "main"})
_HINTED: dict[int, Zone] = {Hint.SERVICE: "dead", Hint.MENU: "menu", Hint.TOPICS: "topics"}
_ZONES: dict[str, Zone] = {"nav": "menu", "footer": "menu", "overlay": "dead"}
"""By what tag, role and names tell of an element."""


class Zones:
    """What part of the page an element stands in, each ancestor judged once."""

    def __init__(self) -> None:
        self.known: dict[_Element, Zone] = {}

    def of(self, element: _Element) -> Zone:
        path = []
        node: _Element | None = element
        while node is not None and node not in self.known:
            path.append(node)
            node = node.getparent()
        zone: Zone = self.known[node] if node is not None else "open"
        for node in reversed(path):
            if zone == "open":
                zone = _zone_of(node)
            self.known[node] = zone
        return zone


def _zone_of(element: _Element) -> Zone:
    tag = element.tag
    if tag in _DEAD or element.get("hidden") is not None:
        return "dead"
    if tag in _BODY or tag == "a":
        return "open"
    hints = hints_of(element.get("class") or "")
    for hint, zone in _HINTED.items():
        if hints & hint:
            return zone
    return "copy" if tag == "noscript" else _ZONES.get(box_role(element, tag).name, "open")
