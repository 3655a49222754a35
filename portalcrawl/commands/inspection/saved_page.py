"""Renders a page as HTML in which each block is marked with its owner, and which can't load or run anything."""

from __future__ import annotations

import re
from collections import deque
from html import escape
from typing import TYPE_CHECKING

from lxml import etree

from portalcrawl.extraction.dom.walk import SKIPPED

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.explanation import Explanation
    from portalcrawl.extraction.block_owner import BlockOwner

_TAGS = frozenset((
    "address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "li", "main", "nav", "ol",
    "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption", "menu",
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "label",
    "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var",
    "button",
))  # fmt: skip
"""Elements of texts and their layout, blocks first; others are shown as ``span`` or ``div``."""
_LEFT_OUT = SKIPPED | {"noscript"}
_OBJECTS = {"picture": "▣", "media": "▶", "control": "▭", "rule": "―"}
_KEPT = ("class", "id", "dir", "lang", "colspan", "rowspan", "start", "open")
"""Attributes that affect how a page looks and can't load or run anything."""
_LOADS = re.compile(r"url\s*\(|image-set|expression|@import|@font-face|behavior\s*:|\\", re.IGNORECASE)
"""CSS that loads files, and the backslash, with which it can be escaped."""
_RULES_THAT_LOAD = re.compile(r"@import[^;]*;?|@font-face\s*\{[^}]*\}", re.IGNORECASE)
_ADDRESS = re.compile(r"url\s*\([^)]*\)", re.IGNORECASE)
LONGEST_SHEETS = 2_000_000
LONGEST_NAME = 80
"""Most characters of the alternative text that replaces a picture."""


def owner_classes(owner: BlockOwner) -> str:
    """Return the classes that colour a block: kind and part of its owner, and one of two tints."""
    tint = "" if owner.teaser is None else " even" if owner.teaser % 2 else " odd"
    return f"block {owner.kind} {owner.part.replace(' ', '-')}{tint}"


def style_sheets(root: _Element) -> str:
    """Return the inline style sheets of the page, without CSS that loads files."""
    sheets = [sheet.text or "" for sheet in root.iter("style")]
    rules = _RULES_THAT_LOAD.sub("", "\n".join(sheets)[:LONGEST_SHEETS])
    return _ADDRESS.sub("none", rules).replace("<", "\\3c ")


def marked_page(found: Explanation) -> str:
    """Return the visible page as HTML, each block in elements whose ``data-block`` is its index.

    Scripts, style sheets, event handlers, URLs and hidden content are left out. Pictures, media and controls are
    replaced by placeholders with their alternative text.
    """
    return _Writer(found).write(found.page.root)


class _Writer:
    """Writes elements and texts; those of blocks are marked."""

    def __init__(self, found: Explanation) -> None:
        self.owners = found.blocks
        self.kinds = [block.kind for block in found.page.walk.blocks]
        self.texts: dict[tuple[_Element, str], deque[int]] = {}
        """Element and its own text -> indexes of the blocks that the text belongs to, in page order."""
        self.objects: dict[_Element, int] = {}
        for block in found.page.walk.blocks:
            if not block.text:
                self.objects[block.element] = block.index
            for text, element, _ in block.parts if block.text else ():
                self.texts.setdefault((element, text), deque()).append(block.index)
        self.out: list[str] = []

    def write(self, root: _Element) -> str:
        """Return the HTML of *root*."""
        ends: list[str] = []
        walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start":
                tag = element.tag
                if tag in _LEFT_OUT or element.get("hidden") is not None or element in self.objects:
                    self.stand_in(element)
                    ends.append("")
                    walker.skip_subtree()
                    continue
                ends.append(self.open(element, tag))
                self.text(element.text, element)
                continue
            if event == "end":
                self.out.append(ends.pop())
            if element is not root and (around := element.getparent()) is not None:
                self.text(element.tail, around)
        return "".join(self.out)

    def open(self, element: _Element, tag: str) -> str:
        """Write the start tag of an element; return its end tag."""
        if tag in ("br", "wbr"):
            self.out.append(f"<{tag}>")
            return ""
        name = tag if tag in _TAGS else "span" if "-" not in tag and len(tag) < 3 else "div"
        self.out.append(f"<{name}{''.join(_attributes(element))}>")
        return f"</{name}>"

    def text(self, text: str | None, element: _Element) -> None:
        """Write a text that is directly in *element*."""
        if not text:
            return
        blocks = self.texts.get((element, text))
        if blocks:
            self.out.append(self.mark(blocks.popleft(), text))
        else:
            self.out.append(escape(text))

    def mark(self, index: int, text: str) -> str:
        """Return *text* marked as part of the block *index*."""
        owner = self.owners[index]
        title = escape(f"{owner}: {owner.reason}")
        return f'<span data-block="{index}" class="{owner_classes(owner)}" title="{title}">{escape(text)}</span>'

    def stand_in(self, element: _Element) -> None:
        """Write placeholders for the pictures, media and controls that *element* is or contains."""
        if element in self.objects:
            self.sign(element)
        elif element.tag == "noscript":
            for inner in element.iter("img", "amp-img"):
                if inner in self.objects:
                    self.sign(inner)

    def sign(self, element: _Element) -> None:
        index = self.objects[element]
        name = element.get("alt") or element.get("placeholder") or element.get("title") or ""
        self.out.append(self.mark(index, f"{_OBJECTS[self.kinds[index]]} {name[:LONGEST_NAME]}".strip()))


def _attributes(element: _Element) -> list[str]:
    found = [(name, element.get(name)) for name in _KEPT]
    style = element.get("style")
    if style and not _LOADS.search(style):
        found.append(("style", style))
    return [f' {name}="{escape(value)}"' for name, value in found if value is not None]
