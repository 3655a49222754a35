"""What schema.org microdata and RDFa declare about the article, for pages whose JSON-LD does not."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, cast

from portalcrawl.extraction.dom.element_text import texts_in
from portalcrawl.text.normalize import clean

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_ELEMENTS = 400
MOST_INNER = 60
"""Most descendants, or ancestors, of an element that are examined."""
LONGEST_VALUE = 500
_NAMES = "//*[@itemprop or (@property and not(self::meta))]"
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


def read_microdata(root: _Element) -> dict[str, list[str]]:
    """Return the values of the article's properties, each from one item, preferably the one that has most of them."""
    items: dict[_Element | None, dict[str, dict[_Element, str]]] = {}
    elements = cast("list[_Element]", root.xpath(_NAMES))
    for element in elements[:MOST_ELEMENTS]:
        for name in _WANTED.intersection(_names(element)):
            if value := _value(element, name):
                items.setdefault(_item_around(element), {}).setdefault(name, {})[element] = value
    articles = (found for item, found in items.items() if item is None or not _OTHERS.search(_kind(item)))
    article: dict[str, dict[_Element, str]] = {}
    for found in sorted(articles, key=len, reverse=True):
        article = found | article
    return {name: _of_one_place(values) for name, values in article.items()}


def _of_one_place(values: dict[_Element, str]) -> list[str]:
    """Return the first value and those beside it; others belong to teasers, such as the authors of other articles."""
    around = set(islice(next(iter(values)).iterancestors(), 2))
    return [value for each, value in values.items() if not around.isdisjoint(islice(each.iterancestors(), 2))]


def _names(element: _Element) -> list[str]:
    names = (element.get("itemprop") or element.get("property") or "").split()
    return [name.rsplit(":", 1)[-1] for name in names]


def _value(element: _Element, name: str) -> str:
    is_address = name in _ADDRESSES
    wanted = _ADDRESSES if is_address else {"name"}
    parts = (part for part in islice(element.iterdescendants(), MOST_INNER) if not wanted.isdisjoint(_names(part)))
    holder = element
    for holder in (element, next(parts, element)):
        declared = holder.get("content") or holder.get(_ATTRIBUTES.get(holder.tag, "content"))
        if declared and (is_address or holder.tag != "a"):
            return clean(declared)
    return "" if is_address else clean("".join(islice(texts_in(holder), MOST_INNER)))[:LONGEST_VALUE]


def _item_around(element: _Element) -> _Element | None:
    """Return the nearest item that *element* is a property of; None if it is in none."""
    return next(filter(_kind, islice(element.iterancestors(), MOST_INNER)), None)


def _kind(item: _Element) -> str:
    return (item.get("itemtype") or item.get("typeof") or "").strip()
