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
_OPENING = re.compile(r"\A\s*(?:<!--|(?://|/\*)?\s{0,9}<!\[CDATA\[(?:\s{0,9}\*/)?)")
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|$)|,(?=\s*[}\]])', re.DOTALL)
_ESCAPE = re.compile(r'(\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))|\\')
"""A backslash, with what it escapes if the escape is valid."""
_DATES = re.compile(r'"(datePublished|dateModified)"\s*:\s*"([^"\\]{4,300})"')
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Review|Report|Recipe|Interview|Column)$", re.IGNORECASE)
_DECODER = json.JSONDecoder(strict=False)
_TRUTHS = {"true": True, "false": False, "1": True, "0": False}


def read_nodes(root: _Element) -> list[Node]:
    """Return all nodes of the page's JSON-LD in document order, at most :data:`MOST_NODES`."""
    nodes: list[Node] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            nodes.extend(_flatten(_load(script.text[:LONGEST_BLOCK]), MOST_NODES - len(nodes)))
    return nodes


def _load(text: str) -> object:
    """Return the first JSON value in *text*, repaired if necessary; only its dates if that is not enough."""
    for candidate in _versions(_OPENING.sub("", text, count=1).strip()):
        try:
            return _DECODER.raw_decode(candidate)[0]
        except ValueError:
            continue
        except RecursionError:
            return None
    return {"@type": "WebPage", **dict(reversed(_DATES.findall(text)))}


def _versions(text: str) -> Iterator[str]:
    yield text
    text = _STRING_OR_COMMA.sub(lambda match: "" if match[0] == "," else match[0], text)
    yield _ESCAPE.sub(lambda match: match[1] or r"\\", text)


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


def types(node: object) -> list[str]:
    """Return the node's schema.org types without their namespace; none if it is no node."""
    found = node.get("@type") if isinstance(node, dict) else None
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
        inner = item if isinstance(item, list) else [item]
        found.extend(text for each in inner if isinstance(each, str) and (text := read(each)))
    return found


def first_text(node: Node, *names: str) -> str | None:
    """Return the first text found under *names*."""
    return next((text for name in names for text in texts(node.get(name))), None)


def url_of(value: object) -> str | None:
    """Return the URL in a property's value: a string or an object with ``url``, ``contentUrl`` or ``@id``."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((inner for key in ("url", "contentUrl", "@id") if isinstance(inner := value.get(key), str)), None)
    return value.strip() if isinstance(value, str) and value.strip() else None


def number(value: object) -> int | None:
    """Return a count given as a number or a string of digits; None for anything else."""
    text = str(value).strip() if isinstance(value, int | str) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def truth(value: object) -> bool | None:
    """Return a boolean given as such, or as one of the words and URLs that pages use for it; else None."""
    text = str(value) if isinstance(value, int | str) else ""
    return _TRUTHS.get(text.strip().rsplit("/", 1)[-1].casefold())
