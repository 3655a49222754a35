"""What schema.org microdata and RDFa declare about the article, for pages whose JSON-LD does not."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, cast

from portalcrawl.extraction.dom.element_text import text_of, texts_in
from portalcrawl.text.normalize import clean

Value = str | dict[str, str]

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_ELEMENTS = 400
MOST_INNER = 60
"""Most descendants, or ancestors, of an element that are examined."""
LONGEST_BYLINE = 600
"""Most characters of an element that holds the names of all authors."""
LONGEST_VALUE = 500
_NAMES = "//*[@itemprop or @property]"
_WANTED = frozenset(
    ("headline", "description", "datePublished", "dateModified", "dateCreated", "author", "articleSection", "keywords",
     "image", "commentCount", "inLanguage", "isAccessibleForFree")
)  # fmt: skip
_ADDRESSES = frozenset(("image", "url", "contentUrl"))
"""Properties whose value is a URL: a link's target, not its text."""
_OTHERS = re.compile(r"(?:Comment|Person|Organization|WPSideBar|ListItem|Product|Event)$")
_ATTRIBUTES = {
    "a": "href",
    "link": "href",
    "img": "src",
    "time": "datetime",
    "meta": "content",
    "data": "value",
    "abbr": "title",
}


def read_microdata(root: _Element) -> dict[str, list[Value]]:
    """Return the values of the article's properties, without those of comments, persons and other items.

    A picture that is an item (``itemscope``) is returned as a dict of its properties.
    """
    found: dict[str, list[Value]] = {}
    byline: list[_Element] = []
    elements = cast("list[_Element]", root.xpath(_NAMES))
    for element in elements[:MOST_ELEMENTS]:
        for name in _names(element):
            if name in _WANTED and (element.tag != "meta" or element.get("itemprop")):
                thing = name == "image" and element.get("itemscope") is not None
                value = (thing and _picture(element)) or _value(element, name)
                if value and not _belongs_elsewhere(element) and (name != "author" or _joins(byline, element)):
                    found.setdefault(name, []).append(value)
    return found


def _joins(byline: list[_Element], author: _Element) -> bool:
    """Return whether *author* is the first one or in the first one's byline, and if so, add it to *byline*.

    Authors elsewhere on the page wrote linked articles.
    """
    if byline:
        holders = set(islice(byline[0].iterancestors(), MOST_INNER))
        holder = next((each for each in islice(author.iterancestors(), MOST_INNER) if each in holders), None)
        if holder is None or len(text_of(holder, LONGEST_BYLINE + 1)) > LONGEST_BYLINE:
            return False
    byline.append(author)
    return True


def _names(element: _Element) -> list[str]:
    names = (element.get("itemprop") or element.get("property") or "").split()
    return [name.rsplit(":", 1)[-1] for name in names]


def _picture(element: _Element) -> dict[str, str]:
    """Return the properties of a picture declared within *element*, the first value of each."""
    found: dict[str, str] = {}
    for inner in islice(element.iterdescendants(), MOST_INNER):
        for name in _names(inner) if isinstance(inner.tag, str) else ():
            if value := _value(inner, name):
                found.setdefault(name, value)
    return found


def _value(element: _Element, name: str) -> str:
    declared = element.get("content") or element.get(_ATTRIBUTES.get(element.tag, "content"))
    if declared and (element.tag != "a" or name in _ADDRESSES):
        return clean(declared)
    if name in _ADDRESSES:
        return ""
    inner = next((child for child in islice(element.iter(), MOST_INNER) if child.get("itemprop") == "name"), element)
    return clean(inner.get("content") or "".join(islice(texts_in(inner), MOST_INNER)))[:LONGEST_VALUE]


def _belongs_elsewhere(element: _Element) -> bool:
    """Return whether the nearest item around the element is a comment, a person or another item than the article."""
    for holder in islice(element.iterancestors(), MOST_INNER):
        kind = (holder.get("itemtype") or holder.get("typeof") or "").strip()
        if kind:
            return bool(_OTHERS.search(kind))
    return False
