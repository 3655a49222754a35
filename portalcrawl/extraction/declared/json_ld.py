"""JSON-LD of a page as a flat list of nodes.

A block may be one object, an array or an ``@graph``, may be wrapped in an HTML comment or CDATA, and may have trailing
commas or raw control characters. Such faults are repaired; a block that is still not JSON is skipped.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from portalcrawl.text.normalize import plain

if TYPE_CHECKING:
    from lxml.etree import _Element

Node = dict[str, Any]

MOST_NODES = 3000
LONGEST_BLOCK = 4_000_000
_OPENING = re.compile(r"<!--|(?://|/\*)?\s{0,9}<!\[CDATA\[(?:\s{0,9}\*/)?")
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|$)|,(?=\s*[}\]])', re.DOTALL)
_ESCAPE = re.compile(r'(\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))|\\')
"""A backslash, with what it escapes if the escape is valid."""
_SALVAGE = re.compile(r'"(datePublished|dateModified)"\s*:\s*"([^"\\]{4,300})"')
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Review|Report|Recipe|Interview|Column)$", re.IGNORECASE)


def read_nodes(root: _Element) -> list[Node]:
    """Return all nodes of the page's JSON-LD in document order, at most :data:`MOST_NODES`."""
    nodes: list[Node] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            nodes.extend(_flatten(_load(script.text[:LONGEST_BLOCK]), MOST_NODES - len(nodes)))
    return nodes


def _load(text: str) -> object:
    """Return the JSON value of *text*, repaired if necessary; None if it can't be parsed."""
    for candidate in _versions(text):
        try:
            return json.loads(candidate, strict=False)
        except ValueError as fault:
            rest = _first_value(candidate, fault)
            if rest is not None:
                return rest
        except RecursionError:
            return None
    found = dict(reversed(_SALVAGE.findall(text)))
    return {"@type": "WebPage", **found} if found else None


def _versions(text: str) -> Iterator[str]:
    text = text.strip()
    text = text[match.end() :] if (match := _OPENING.match(text)) else text
    yield text
    text = _STRING_OR_COMMA.sub(lambda match: "" if match[0] == "," else match[0], text)
    yield _ESCAPE.sub(lambda match: match[1] or r"\\", text)


def _first_value(text: str, fault: ValueError) -> object:
    """Return the first of several concatenated JSON values; None if *fault* is a different one."""
    if isinstance(fault, json.JSONDecodeError) and fault.msg == "Extra data":
        value: object = json.loads(text[: fault.pos], strict=False)
        return value if isinstance(value, dict | list) else None
    return None


def _flatten(value: object, limit: int) -> Iterator[Node]:
    """Yield the objects of *value*: itself, and those in arrays, in ``@graph`` and in ``mainEntity``."""
    queue: deque[object] = deque([value])
    while queue and limit > 0:
        item = queue.popleft()
        if isinstance(item, list):
            queue.extendleft(reversed(item[:limit]))
        elif isinstance(item, dict):
            limit -= 1
            yield item
            queue.extendleft(
                inner for key in ("mainEntity", "@graph") if isinstance(inner := item.get(key), dict | list)
            )


def types(node: Node) -> list[str]:
    """Return the node's schema.org types without their namespace."""
    found = node.get("@type")
    values = found if isinstance(found, list) else [found]
    return [value.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for value in values if isinstance(value, str)]


def is_article(node: Node) -> bool:
    """Return whether the node is an article of some kind (NewsArticle, BlogPosting, Review ...)."""
    return any(_ARTICLE_TYPE.search(name) for name in types(node))


def texts(value: object, read: Callable[[str], str] = plain) -> list[str]:
    """Return the texts in a property's value (a string, an object's name, or a list of these), converted by *read*."""
    found: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            item = item.get("name") or item.get("@value")
        if isinstance(item, list):
            item = next((inner for inner in item if isinstance(inner, str)), None)
        if isinstance(item, str) and (text := read(item)):
            found.append(text)
    return found


def first_text(node: Node, *names: str) -> str | None:
    """Return the first text found under *names*."""
    for name in names:
        value = node.get(name)
        if value and (found := texts(value)):
            return found[0]
    return None


def url_of(value: object) -> str | None:
    """Return the URL in a property's value: a string or an object with ``url``, ``contentUrl`` or ``@id``."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((inner for key in ("url", "contentUrl", "@id") if isinstance(inner := value.get(key), str)), None)
    return value.strip() if isinstance(value, str) and value.strip() else None


def number(value: object) -> int | None:
    """Return a count given as a number or a string of digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 10**9 else None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return int(value)
    return None


def truth(value: object) -> bool | None:
    """Return a boolean given as such, or as one of the words and URLs that pages use for it; else None."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(value.strip().rsplit("/", 1)[-1].casefold())
    return None
