"""What JSON-LD or microdata declares about the page's article."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from portalcrawl.extraction.declared import json_ld
from portalcrawl.extraction.declared.json_ld import Node
from portalcrawl.extraction.parts import ArticleParts, ImageParts
from portalcrawl.text.normalize import plain
from portalcrawl.text.person_names import declared_name
from portalcrawl.urls import absolute
from portalcrawl.vocabulary import either

MOST_IMAGES = 40
_NAME_PARTS = ("givenName", "additionalName", "familyName")
_PAGE_TYPES = frozenset(("WebPage", "ItemPage", "AboutPage", "QAPage", "MedicalWebPage", "FAQPage"))
_START = re.compile(rf"(?:{either('sites.starts')}|https?:.*|www\..*|.*\.\w{{2,3}})", re.IGNORECASE)
_SITES = frozenset(("WebSite", "Organization", "NewsMediaOrganization"))


def read_linked_data(nodes: Sequence[Node], url: str) -> ArticleParts:
    """Return what the nodes of a page's JSON-LD declare about the article at *url*."""
    node = {**_dated_page(nodes), **(article_node(nodes, url) or {})}
    by_id = {key: other for other in nodes if isinstance(key := other.get("@id"), str) and len(other) > 1}
    people, organisations = _authors(node, by_id)
    return ArticleParts(
        headline=json_ld.first_text(node, "headline", "name"),
        description=json_ld.first_text(node, "description", "abstract"),
        body=_paragraphs(node.get("articleBody")),
        date_published=json_ld.first_text(node, "datePublished", "dateCreated", "uploadDate"),
        date_modified=json_ld.first_text(node, "dateModified"),
        authors=tuple(people) or None,
        source=next(iter(organisations), None),
        section=json_ld.first_text(node, "articleSection") or section_of(nodes),
        keywords=_keywords(node.get("keywords")),
        in_language=json_ld.first_text(node, "inLanguage"),
        images=_images(node.get("image"), by_id, url),
        comment_count=json_ld.number(node.get("commentCount")),
        is_accessible_for_free=json_ld.truth(node.get("isAccessibleForFree")),
    )


def _dated_page(nodes: Sequence[Node]) -> Node:
    """Return the dates of the first page node with a date, for an article without dates; else an empty node."""
    for node in nodes:
        if _PAGE_TYPES.intersection(json_ld.types(node)) and node.get("datePublished"):
            return {name: node.get(name) for name in ("datePublished", "dateModified")}
    return {}


def from_microdata(found: Mapping[str, Sequence[str]], url: str) -> ArticleParts:
    """Return what the microdata *found* by :func:`read_microdata` declares about the article; *url*: the base URL."""

    def first(*names: str) -> str | None:
        return next((text for name in names for text in found.get(name, ())), None)

    return ArticleParts(
        headline=first("headline"),
        description=first("description"),
        date_published=first("datePublished", "dateCreated"),
        date_modified=first("dateModified"),
        authors=tuple(dict.fromkeys(found.get("author", ()))) or None,
        section=first("articleSection"),
        keywords=_keywords(list(found.get("keywords", ()))),
        in_language=first("inLanguage"),
        images=_images(list(found.get("image", ())), {}, url),
        comment_count=json_ld.number(first("commentCount")),
        is_accessible_for_free=json_ld.truth(first("isAccessibleForFree")),
    )


def article_node(nodes: Sequence[Node], url: str) -> Node | None:
    """Return the node of the page's own article: preferably one with *url*, then the one with most properties."""
    path = urlsplit(url).path.rstrip("/")
    articles = filter(json_ld.is_article, nodes)
    return max(articles, key=lambda node: (_names_page(node, path), _property_count(node)), default=None)


def _names_page(node: Node, path: str) -> bool:
    addresses = (json_ld.url_of(node.get(key)) for key in ("mainEntityOfPage", "url", "@id"))
    return any(_path(address or "") == path for address in addresses)


def _path(address: str) -> str:
    try:
        return urlsplit(address).path.rstrip("/")
    except ValueError:
        return address


def _property_count(node: Node) -> int:
    return sum(
        bool(node.get(key)) for key in ("headline", "datePublished", "author", "image", "description", "articleBody")
    )


def publisher_names(nodes: Sequence[Node]) -> list[str]:
    """Return the names of the site and its publisher in *nodes*, without publishers that are persons."""
    sites = [node for node in nodes if _SITES.intersection(json_ld.types(node))]
    named = [*sites, *(node.get("publisher") for node in nodes)]
    return [name for each in named if "Person" not in json_ld.types(each) for name in json_ld.texts(each)]


def _paragraphs(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, str):
        return None
    lines = re.split(r"\s*(?:\n|<br\s*/?>|</p>)\s*", value)
    return tuple(filter(None, map(plain, lines))) or None


def _authors(node: Node, by_id: dict[str, Node]) -> tuple[list[str], list[str]]:
    """Return the names of the node's authors: persons, and organisations."""
    people: list[str] = []
    organisations: list[str] = []
    value = node.get("author") or node.get("creator")
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and "name" not in item and isinstance(key := item.get("@id"), str):
            item = by_id.get(key, item)
        kinds = json_ld.types(item)
        is_organisation = "Person" not in kinds and any(kind.endswith("Organization") for kind in kinds)
        named = json_ld.texts(item, declared_name) or [_name_in_parts(item)]
        (organisations if is_organisation else people).extend(filter(None, named))
    return list(dict.fromkeys(people)), list(dict.fromkeys(organisations))


def _name_in_parts(item: object) -> str:
    """Return a name that is given in parts only (schema.org ``givenName``, ``familyName``), else an empty string."""
    parts = [json_ld.first_text(item, key) for key in _NAME_PARTS] if isinstance(item, dict) else []
    return " ".join(filter(None, parts))


def section_of(nodes: Sequence[Node]) -> str | None:
    """Return the first item of the page's breadcrumbs that is neither the start page nor the page itself."""
    for node in nodes:
        rungs = node.get("itemListElement")
        if "BreadcrumbList" in json_ld.types(node) and isinstance(rungs, list) and len(rungs) > 1:
            names = [json_ld.first_text(rung, "name", "item") for rung in rungs[:-1] if isinstance(rung, dict)]
            return next((name for name in names if name and not _START.fullmatch(name)), None)
    return None


def _keywords(value: object) -> tuple[str, ...] | None:
    words = (word for text in json_ld.texts(value) for word in re.split(r"\s*[,;]\s*", text))
    return tuple(dict.fromkeys(filter(None, words))) or None


def _images(value: object, by_id: dict[str, Node], url: str) -> tuple[ImageParts, ...] | None:
    found: dict[str, ImageParts] = {}
    for item in (value if isinstance(value, list) else [value])[:MOST_IMAGES]:
        if isinstance(item, dict) and "url" not in item and isinstance(key := item.get("@id"), str):
            item = by_id.get(key, item)
        address = absolute(url, json_ld.url_of(item) or "")
        if address:
            fields = item if isinstance(item, dict) else {}
            caption = json_ld.first_text(fields, "caption", "description")
            credit = json_ld.first_text(fields, "creditText", "copyrightHolder", "creator", "author")
            found.setdefault(address, ImageParts(address, caption, credit))
    return tuple(found.values()) or None
