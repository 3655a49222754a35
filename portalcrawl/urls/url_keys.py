"""Decides whether two URLs lead to the same article, by keys equal for all spellings of a URL and by comparison."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from portalcrawl.urls.article_urls import PAGES, article_path
from portalcrawl.urls.canonical import canonical_of, canonical_url, is_record
from portalcrawl.urls.hosts import stem
from portalcrawl.urls.url_parsing import split_url
from portalcrawl.vocabulary import parameter_words, path_words, table

_INDEX = re.compile(r"/(?:index|default)(?:\.[a-z]{2,5}\d?)?$")
_TOKEN = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{1,4}n[0-9a-z]{6,32}|(?<![0-9])\d{6,20}(?![0-9])"
    r"|(?<![0-9a-z])(?=[a-z]*\d[a-z]*\d)(?=\d*[a-z])[0-9a-z]{10,40}(?![0-9a-z])"
)
_TOKEN_ALONE = re.compile(rf"[a-z]{{0,10}}[-_]?({_TOKEN.pattern})")
"""A segment that consists of a token only: ``4711001``, ``id_4711001``, ``article4711001``."""
_DAY = re.compile(r"(?:19|20)\d\d[-/_]?(?:0[1-9]|1[0-2])[-/_]?(?:0[1-9]|[12]\d|3[01])?")
_SHORT_DAY = re.compile(
    r"(?:19|20)\d\d(?:19|20)\d\d|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)?\d\d)|[0-3]\d(?:0[1-9]|1[0-2])[0-3]\d"
)
"""Digits that may be a day or two years: ``05122025``, ``051225``, ``251205``, ``20252026``."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTERS = re.compile(r"[^\W\d_]+")
_SESSION_NAME = re.compile(parameter_words("sessions"), re.IGNORECASE)
_SESSION_SEGMENT = re.compile(r"/\([A-Za-z]\([0-9a-z]{16,}\)\)")
"""A session id of ASP.NET in a path: ``/(S(lit3py55t21z5v55vlm25s55))/``."""
_SESSION_SHORT = frozenset(table("parameters")["sessions_by_value"].split())
_SESSION_VALUE = re.compile(r"[0-9a-f]{16,}|\d{8,}|(?=[^0-9]*[0-9])(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[\w-]{16,}")
"""Generated values: a hash, a Unix time, a random word."""
_PAGE = re.compile(
    rf"(?:/{path_words('page_numbers')}[-_/]?\d{{1,3}}|/(?:{path_words('wholes')}|1))(?=/?$)"
    rf"|(?<=\w)[-_]{path_words('page_numbers')}[-_]?\d{{1,3}}(?=(?:\.html?)?/?$)"
)
"""Ends of paths for one page of an article, or for all its pages (``/seite-2``, ``-page-2.html``, ``/all``)."""
_POST = re.compile(r"p=\d+")
"""The id of a post in WordPress; after the path of an article, the number of one of its pages."""
_PAGE_PARAMETER = re.compile(rf"{parameter_words('pages')}=(?:\d{{1,3}}|{parameter_words('whole_values')})")
_INDEX_FILE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?)$")
_LANGUAGE = re.compile(r"/([a-z]{2})(?:[-_][a-z]{2})?/")
_DATE = re.compile(r"(?:19|20)\d\d[/-]?(?:0[1-9]|1[0-2])(?:[/-]?(?:0[1-9]|[12]\d|3[01]))?(?![0-9])")
_ID = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{1,4}n[0-9a-z]{6,32}|\d{6,20}|(?<=/)\d{5}(?=/|$)"
    r"|(?<![0-9a-z])(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{10,40}(?![0-9a-z])"
)
_SLUG_WORDS = 4


@lru_cache(maxsize=16_384)
def url_key(url: str) -> str:
    """Return the key of the page at *url*; it is the same for all spellings of one URL.

    It ignores the scheme, ``www.``, mobile and AMP hosts, a slash or ``.html`` at the end, click and session parameters
    and the order of parameters. Text that is not an http(s) URL is returned unchanged.

    >>> url_key("http://m.example.org/rat/neue-faehre-kommt-4711001.html?utm_source=x")
    'example.org/rat/neue-faehre-kommt-4711001'
    >>> url_key("https://www.example.org/artikel.php?id=7&_=1764950400")
    'example.org/artikel?id=7'
    """
    parts = split_url(url)
    if parts is None:
        return url
    main = split_url(canonical_of(parts)) or parts
    path = _SESSION_SEGMENT.sub("", _INDEX.sub("/", main.path)).rstrip("/")
    name, dot, ending = path.rpartition(".")
    if dot and ending.lower() in PAGES and not name.endswith("/"):
        path = name
    query = "&".join(sorted(each for each in main.query.split("&") if each and not _is_session(each)))
    return f"{stem(main)}{path}?{query}" if query else stem(main) + path


def _is_session(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = unquote(name)
    return bool(
        _SESSION_NAME.fullmatch(name) or (name.lower() in _SESSION_SHORT and _SESSION_VALUE.fullmatch(unquote(value)))
    )


@lru_cache(maxsize=16_384)
def id_token(url: str) -> str | None:
    """Return the part of *url* that looks like the portal's own article id, in lower case; None if there is none.

    It is a part of the last segment of the path, or the whole segment before that, and can't be a day.

    >>> id_token("https://example.org/sport/neuer-trainer-vor-dem-derby-4711001.html")
    '4711001'
    >>> id_token("https://example.org/polizei/bericht-vom-05122025.html") is None
    True
    """
    parts = split_url(url)
    segments = [segment for segment in parts.path.lower().split("/") if segment] if parts else []
    if not segments:
        return None
    last = segments[-1]
    found = _TOKEN.findall(last if last.isdigit() else _DAY.sub(" ", last))
    if found and not _SHORT_DAY.fullmatch(found[-1]):
        return str(found[-1])
    alone = _TOKEN_ALONE.fullmatch(segments[-2]) if len(segments) > 1 else None
    return alone[1] if alone and not _SHORT_DAY.fullmatch(alone[1]) else None


def same_place(first: str, second: str) -> bool:
    """Return whether two URLs with the same :func:`id_token` have the same host and folder, or the same slug."""
    one, other = _around_token(first), _around_token(second)
    return one[0] == other[0] or (len(_WORD.findall(one[1])) > 1 and one[1] == other[1])


def slug_of(url: str) -> str:
    """Return the last segment of the path with at least two words, in lower case, with percent escapes decoded.

    "" if there is none: a single word may be the name of a folder or a program.

    >>> slug_of("https://example.org/2025/12/05/neue-faehre-kommt/4711001.html")
    'neue-faehre-kommt'
    >>> slug_of("https://example.org/news/artikel.php?id=4711")
    ''
    """
    parts = split_url(url)
    for segment in reversed(unquote(parts.path).lower().split("/") if parts else []):
        name, dot, ending = segment.rpartition(".")
        name = name if dot and ending in PAGES else segment
        if len(_WORD.findall(name)) > 1:
            return name
    return ""


def same_slug_and_day(first: str, second: str) -> bool:
    """Return whether two URLs have the same slug, apart from ids, and no different days; False without a slug.

    >>> same_slug_and_day("https://a.example/welt/neue-faehre-kommt", "https://a.example/neue-faehre-kommt-4711001.html")
    True
    """
    one, other = (_WORD.findall(_without_token(url)) for url in (first, second))
    days = [_DAY.findall(parts.path) if (parts := split_url(url)) else [] for url in (first, second)]
    return len(one) > 1 and one == other and (days[0] == days[1] or not all(days))


def record_numbers(url: str) -> tuple[str, ...]:
    """Return the parameters of *url*, sorted, that are numbers and may select the article that a page shows.

    >>> record_numbers("https://a.example/artikel.php?weiter=c0ffee&id=51")
    ('id=51',)
    """
    parts = split_url(url)
    parameters = parts.query.split("&") if parts else []
    return tuple(sorted(each for each in parameters if is_record(each) and not _is_session(each)))


def same_page(first: str, second: str) -> bool:
    """Return whether two URLs differ only in parameters, and in none that selects an article."""
    one, other = split_url(first), split_url(second)
    if one is None or other is None or (stem(one), one.path) != (stem(other), other.path):
        return False
    return record_numbers(first) == record_numbers(second) != () or (one.query == "") != (other.query == "")


def same_place_of_text(old: str, new: str) -> bool:
    """Return whether two URLs, whose pages have the same text, have the same page or slug, and no different ids."""
    if same_page(old, new):
        return True
    ids = id_token(old), id_token(new)
    return same_slug_and_day(old, new) and (ids[0] == ids[1] or not all(ids))


def _without_token(url: str) -> str:
    slug, token = slug_of(url), id_token(url)
    return slug.replace(token, " ") if token else slug


def _around_token(url: str) -> tuple[str, str]:
    """Return host and folder of the segment that holds the id token, and the words of the last segment."""
    parts, token = split_url(url), id_token(url) or ""
    if parts is None:
        return url, url
    path = parts.path.lower()
    before, _, _ = path.rpartition(token)
    last = path.rstrip("/").rpartition("/")[2].replace(token, " ")
    name, dot, ending = last.rpartition(".")
    return stem(parts) + before.rpartition("/")[0], " ".join(_WORD.findall(name if dot and ending in PAGES else last))


class _ComparedUrl(NamedTuple):
    """The parts of a URL that :func:`same_article` compares: without page numbers, index files and ``www.``."""

    host: str
    path: str
    query: str


def same_article(first: str, second: str) -> bool:
    """Return whether two URLs of a portal lead to the same article.

    True for variants (mobile, AMP, print, pages of one article, ``http`` and ``https``, an article's path with
    additional parameters), for the same id with another slug or section, and for the same long slug in another section.
    False if ids, dates or languages differ, and in case of doubt.
    """
    one, other = _compared(first), _compared(second)
    if one is None or other is None or one.host != other.host:
        return False
    if one == other:
        return True
    if one.path == other.path:
        return not (one.query and other.query) and article_path(one.path)
    return _same_path(one.path, other.path)


@lru_cache(maxsize=2048)
def _compared(url: str) -> _ComparedUrl | None:
    parts = split_url(canonical_url(url))
    if parts is None:
        return None
    path = _PAGE.sub("", _INDEX_FILE.sub("/", parts.path.lower())).rstrip("/")
    query = "&".join(each for each in parts.query.split("&") if not _PAGE_PARAMETER.fullmatch(each.lower()))
    if _POST.fullmatch(parts.query) and not article_path(path):
        query = parts.query
    return _ComparedUrl(stem(parts), path, query)


def _same_path(one: str, other: str) -> bool:
    if _differ(_LANGUAGE.findall(one)[:1], _LANGUAGE.findall(other)[:1]):
        return False
    ids = _ids(one), _ids(other)
    if ids[0] and ids[1]:
        return ids[0][-1] == ids[1][-1]
    if _differ(_DATE.findall(one), _DATE.findall(other)):
        return False
    slugs = [_EXTENSION.sub("", path.rpartition("/")[2]) for path in (one, other)]
    return slugs[0] == slugs[1] and len(_LETTERS.findall(slugs[0])) >= _SLUG_WORDS


@lru_cache(maxsize=2048)
def _ids(path: str) -> list[str]:
    """Return the ids in *path*. Cached, since a page's own path is compared with that of each of its links."""
    return _ID.findall(_DATE.sub("", path))


def _differ(one: list[str], other: list[str]) -> bool:
    return bool(one and other and one != other)
