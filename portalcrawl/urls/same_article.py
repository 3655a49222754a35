"""Whether two addresses name one article, as far as addresses tell."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from portalcrawl.urls.address import split
from portalcrawl.urls.article_urls import article_path
from portalcrawl.urls.canonical import canonical_url
from portalcrawl.urls.hosts import stem

_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$")
_PAGE = re.compile(
    r"(?:/(?:seite|page|pagina|sida|strona|p)[-_/]?\d{1,3}|/(?:komplettansicht|komplett|all|full|1))(?=/?$)"
    r"|(?<=\w)[-_](?:seite|page|p)[-_]?\d{1,3}(?=(?:\.html?)?/?$)"
)
_PAGE_PARAMETER = re.compile(
    r"(?:page|seite|pagina|p|pg|page_nr|showpage|singlepage|paged|ansicht)=(?:\d{1,3}|all|1|true|komplett)"
)
_POST = re.compile(r"p=\d+")
"""WordPress numbers its posts so; elsewhere it is the page of an article."""
_LANGUAGE = re.compile(r"/([a-z]{2})(?:[-_][a-z]{2})?/")
_DATE = re.compile(r"(?:19|20)\d\d[/-]?(?:0[1-9]|1[0-2])(?:[/-]?(?:0[1-9]|[12]\d|3[01]))?(?![0-9])")
_ID = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{1,4}n[0-9a-z]{6,32}|\d{6,20}|(?<=/)\d{5}(?=/|$)"
    r"|(?<![0-9a-z])(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{10,40}(?![0-9a-z])"
)
_SLUG_WORDS = 4


class _Key(NamedTuple):
    host: str
    path: str
    query: str


def same_article(first: str, second: str) -> bool:
    """Tell whether two addresses of a portal name the same article.

    True for twins (mobile, AMP, print, pages of one article, ``http`` and ``https``, an article's path with
    further parameters), for the same id under another slug or section, and for the same long slug under another
    section; False where ids, dates or
    language differ, and when in doubt.
    """
    a, b = _key(first), _key(second)
    if a is None or b is None or a.host != b.host:
        return False
    if a == b:
        return True
    if a.path == b.path:
        return not (a.query and b.query) and article_path(a.path)
    return _same_path(a.path, b.path)


def _same_path(a: str, b: str) -> bool:
    if _differ(_LANGUAGE.findall(a)[:1], _LANGUAGE.findall(b)[:1]):
        return False
    ids = _ids(a), _ids(b)
    if ids[0] and ids[1]:
        return ids[0][-1] == ids[1][-1]
    if _differ(_DATE.findall(a), _DATE.findall(b)):
        return False
    slug = _slug(a)
    return slug == _slug(b) and len(re.findall(r"[^\W\d_]+", slug)) >= _SLUG_WORDS


@lru_cache(maxsize=2048)
def _key(url: str) -> _Key | None:
    address = split(canonical_url(url))
    if address is None:
        return None
    path = _INDEX.sub("/", address.path.lower())
    query = "&".join(part for part in address.query.split("&") if not _PAGE_PARAMETER.fullmatch(part.lower()))
    if _POST.fullmatch(address.query) and not article_path(path):
        query = address.query
    return _Key(stem(address), _PAGE.sub("", path).rstrip("/"), query)


@lru_cache(maxsize=2048)
def _ids(path: str) -> list[str]:
    """Return the ids in *path*; a page's own is asked for once for each of its links."""
    return _ID.findall(_DATE.sub("", path))


def _slug(path: str) -> str:
    return re.sub(r"\.(?:html?|php|aspx?)$", "", path.rpartition("/")[2])


def _differ(a: list[str], b: list[str]) -> bool:
    return bool(a and b and a != b)
