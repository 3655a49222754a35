"""What part of a page an element stands in, as far as it matters to links: open ground, a menu, a list of topics."""

from __future__ import annotations

from typing import Literal

from lxml.etree import _Element

from portalcrawl.extraction.dom.name_roles import names_role
from portalcrawl.extraction.teasers.class_hints import Hint, hints_of, is_out_of_sight

Zone = Literal["open", "neighbour", "menu", "topics", "copy", "dead"]
"""A ``neighbour`` is the article before or after this one, in however small a menu of its own.

``copy`` is ``noscript``, maybe a second copy of what scripts show; nothing ``dead`` is a teaser.
"""
_DEAD = frozenset({"template", "script", "style", "head", "dialog"})
_DIALOGS = frozenset({"dialog", "alertdialog"})
_BODY = frozenset({"body", "html", "main"})
_MENU_ROLES = frozenset({"navigation", "menu", "menubar", "contentinfo"})


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
    if tag in _DEAD or is_out_of_sight(element):
        return "dead"
    if tag == "noscript":
        return "copy"
    if tag in _BODY or tag == "a":
        return "open"
    role = element.get("role")
    if tag in ("nav", "footer") or role in _MENU_ROLES:
        return "menu"
    if role in _DIALOGS:
        return "dead"
    names = element.get("class")
    hints = hints_of(names) if names else Hint.NONE
    if hints & Hint.SERVICE:
        return "dead"
    if hints & Hint.MENU or (names and names_role(names).name == "nav"):
        return "menu"
    return "topics" if hints & Hint.TOPICS else "open"
