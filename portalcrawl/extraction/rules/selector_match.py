"""Applies one rule of a profile to one element; matches are elements or texts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lxml import etree

from portalcrawl.extraction.dom.visibility import is_within_hidden
from portalcrawl.extraction.dom.walk import IN_LINES, visible_lines
from portalcrawl.profiles.model import Rule
from portalcrawl.profiles.regular_expressions import Pattern
from portalcrawl.profiles.selectors import SELECTOR_ERRORS, compile_selector
from portalcrawl.text.normalize import clean

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.dom.blocks import Block

MOST_FINDS = 1000
LONGEST_LINE = 20_000


class Scope:
    """An element that rules are applied to, and its visible lines, which are read on first use."""

    def __init__(self, root: _Element) -> None:
        self.root = root

    @cached_property
    def lines(self) -> Sequence[Block]:
        """The visible lines."""
        return visible_lines(self.root)

    @cached_property
    def texts(self) -> Sequence[str]:
        """The texts of the visible lines, cut at ``LONGEST_LINE`` characters."""
        return [line.text[:LONGEST_LINE] for line in self.lines]

    def find(self, rules: Iterable[Rule], field: str) -> list[_Element | str]:
        """Return the matches of the first rule that has any, in page order, at most ``MOST_FINDS``."""
        for rule in rules:
            found = self._texts(rule, field) if rule.type == "text" else self._nodes(rule)
            if found:
                return found[:MOST_FINDS]
        return []

    def elements(self, rule: Rule) -> list[_Element]:
        """Return the elements that *rule* finds."""
        return [found for found in self._nodes(rule) if not isinstance(found, str)]

    def _texts(self, rule: Rule, field: str) -> list[_Element | str]:
        pattern = _pattern(rule.expression)
        subjects = ["\n".join(self.texts)] if pattern.spans_lines else self.texts
        return [text for text in pattern.find_all(subjects, field) if text.strip()]

    def _nodes(self, rule: Rule) -> list[_Element | str]:
        try:
            result = _selector(rule)(self.root)
        except SELECTOR_ERRORS:
            return []
        if not isinstance(result, list):
            text = _scalar(result)
            return [text] if text else []
        return list(_joined(result))


def text_of(found: _Element | str) -> str:
    """Return the visible text of *found* on one line."""
    return clean(found) if isinstance(found, str) else " ".join(lines_of(found))


def lines_of(found: _Element) -> list[str]:
    """Return the visible lines of *found*; empty if it or an ancestor is hidden."""
    return [] if is_within_hidden(found) else [line.text for line in visible_lines(found)]


@lru_cache(maxsize=1024)
def _selector(rule: Rule) -> etree.XPath:
    return compile_selector(rule)


@lru_cache(maxsize=1024)
def _pattern(expression: str) -> Pattern:
    return Pattern(expression)


def _joined(result: list[Any]) -> Iterator[_Element | str]:
    """Yield elements as they are, and the text nodes of one block as one text: ``//h1//text()`` finds one headline."""
    for block, group in groupby(filter(_is_shown, result), _block_of):
        if block is None:
            yield from (each for each in group if isinstance(each, str) or isinstance(each.tag, str))
        else:
            text = "".join(group)
            if text.strip():
                yield text


def _is_shown(node: Any) -> bool:
    """Return False for text nodes within hidden elements, else True."""
    if not getattr(node, "is_text", False) and not getattr(node, "is_tail", False):
        return True
    parent = node.getparent()
    return not is_within_hidden(parent.getparent() if node.is_tail else parent)


def _block_of(node: Any) -> _Element | None:
    """Return the block-level element around a text node; None for other results of an XPath."""
    if not getattr(node, "is_text", False) and not getattr(node, "is_tail", False):
        return None
    element: _Element | None = node.getparent()
    if element is not None and node.is_tail:
        element = element.getparent()
    while element is not None and element.tag in IN_LINES:
        element = element.getparent()
    return element


def _scalar(value: object) -> str:
    """Return the string, number or boolean result of an XPath as text; empty for false, infinities and NaN."""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, float):
        return f"{value:g}" if math.isfinite(value) else ""
    return str(value).strip()
