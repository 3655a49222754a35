"""Keys by which an article is found again, however its address is written this time."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from portalcrawl.urls.address import split
from portalcrawl.urls.canonical import canonical_of, is_record
from portalcrawl.urls.hosts import stem
from portalcrawl.urls.path_words import PAGES
from portalcrawl.vocabulary import expression, table

_INDEX = re.compile(r"/(?:index|default)(?:\.[a-z]{2,5}\d?)?$")
_TOKEN = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{1,4}n[0-9a-z]{6,32}|(?<![0-9])\d{6,20}(?![0-9])"
    r"|(?<![0-9a-z])(?=[a-z]*\d[a-z]*\d)(?=\d*[a-z])[0-9a-z]{10,40}(?![0-9a-z])"
)
_TOKEN_ALONE = re.compile(rf"[a-z]{{0,10}}[-_]?({_TOKEN.pattern})")
"""A segment of nothing else: ``4711001``, ``id_4711001``, ``article4711001``."""
_DAY = re.compile(r"(?:19|20)\d\d[-/_]?(?:0[1-9]|1[0-2])[-/_]?(?:0[1-9]|[12]\d|3[01])?")
_SHORT_DAY = re.compile(
    r"(?:19|20)\d\d(?:19|20)\d\d|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)?\d\d)|[0-3]\d(?:0[1-9]|1[0-2])[0-3]\d"
)
"""Digits that may be a day, or two years: ``05122025``, ``051225``, ``251205``, ``20252026``."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAMES = table("parameters")
_SESSION_NAME = re.compile("|".join(map(expression, _NAMES["sessions"].split())), re.IGNORECASE)
_SESSION_SEGMENT = re.compile(r"/\([A-Za-z]\([0-9a-z]{16,}\)\)")
"""A session of ASP.NET in a path: ``/(S(lit3py55t21z5v55vlm25s55))/``."""
_SESSION_SHORT = frozenset(_NAMES["sessions_by_value"].split())
_SESSION_VALUE = re.compile(r"[0-9a-f]{16,}|\d{8,}|(?=[^0-9]*[0-9])(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[\w-]{16,}")
"""Values that no editor would choose: a hash, a Unix time, a random word."""


@lru_cache(maxsize=16_384)
def address_key(url: str) -> str:
    """Return the key of the page at *url*: equal for all spellings of one address.

    Scheme, ``www.``, mobile and AMP hosts, a slash or ``.html`` at the end, click and session parameters and the order
    of parameters are no part of it. What is no http(s) address is its own key.

    >>> address_key("http://m.example.org/rat/neue-faehre-kommt-4711001.html?utm_source=x")
    'example.org/rat/neue-faehre-kommt-4711001'
    >>> address_key("https://www.example.org/artikel.php?id=7&_=1764950400")
    'example.org/artikel?id=7'
    """
    address = split(url)
    if address is None:
        return url
    main = split(canonical_of(address)) or address
    path = _SESSION_SEGMENT.sub("", _INDEX.sub("/", main.path)).rstrip("/")
    name, dot, ending = path.rpartition(".")
    if dot and ending.lower() in PAGES and not name.endswith("/"):
        path = name
    query = "&".join(sorted(part for part in main.query.split("&") if part and not _is_session(part)))
    return f"{stem(main)}{path}?{query}" if query else stem(main) + path


def _is_session(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = unquote(name)
    return bool(
        _SESSION_NAME.fullmatch(name) or (name.lower() in _SESSION_SHORT and _SESSION_VALUE.fullmatch(unquote(value)))
    )


@lru_cache(maxsize=16_384)
def id_token(url: str) -> str | None:
    """Return what looks like the portal's own id of an article in *url*, lower case; None without one.

    It stands in the last segment of the path, or is all of the segment before it, and can't be a day.

    >>> id_token("https://example.org/sport/neuer-trainer-vor-dem-derby-4711001.html")
    '4711001'
    >>> id_token("https://example.org/polizei/bericht-vom-05122025.html") is None
    True
    """
    address = split(url)
    segments = [segment for segment in address.path.lower().split("/") if segment] if address else []
    if not segments:
        return None
    last = segments[-1]
    found = _TOKEN.findall(last if last.isdigit() else _DAY.sub(" ", last))
    if found and not _SHORT_DAY.fullmatch(found[-1]):
        return str(found[-1])
    alone = _TOKEN_ALONE.fullmatch(segments[-2]) if len(segments) > 1 else None
    return alone[1] if alone and not _SHORT_DAY.fullmatch(alone[1]) else None


def same_place(first: str, second: str) -> bool:
    """Return whether two addresses with one :func:`id_token` differ in their slug alone, or in all but their slug."""
    one, other = _around_token(first), _around_token(second)
    return one[0] == other[0] or (len(_WORD.findall(one[1])) > 1 and one[1] == other[1])


def slug_of(url: str) -> str:
    """Return the last segment of the path that holds at least two words, in lower case, percent escapes decoded.

    "" where there is none: a single word may be that of a folder or a program.

    >>> slug_of("https://example.org/2025/12/05/neue-faehre-kommt/4711001.html")
    'neue-faehre-kommt'
    >>> slug_of("https://example.org/news/artikel.php?id=4711")
    ''
    """
    address = split(url)
    for segment in reversed(unquote(address.path).lower().split("/") if address else []):
        name, dot, ending = segment.rpartition(".")
        name = name if dot and ending in PAGES else segment
        if len(_WORD.findall(name)) > 1:
            return name
    return ""


def same_slug_and_day(first: str, second: str) -> bool:
    """Return whether two addresses have one slug, without ids, and name no different day; False without a slug.

    >>> same_slug_and_day("https://a.example/welt/neue-faehre-kommt", "https://a.example/neue-faehre-kommt-4711001.html")
    True
    """
    one, other = (_WORD.findall(_without_token(url)) for url in (first, second))
    days = [_DAY.findall(address.path) if (address := split(url)) else [] for url in (first, second)]
    return len(one) > 1 and one == other and (days[0] == days[1] or not all(days))


def record_numbers(url: str) -> tuple[str, ...]:
    """Return the parameters of *url* whose numbers may choose the article that a page shows, sorted.

    >>> record_numbers("https://a.example/artikel.php?weiter=c0ffee&id=51")
    ('id=51',)
    """
    address = split(url)
    parts = address.query.split("&") if address else []
    return tuple(sorted(part for part in parts if is_record(part) and not _is_session(part)))


def same_page(first: str, second: str) -> bool:
    """Return whether two addresses differ in parameters alone, but in none that chooses an article."""
    one, other = split(first), split(second)
    if one is None or other is None or (stem(one), one.path) != (stem(other), other.path):
        return False
    return record_numbers(first) == record_numbers(second) != () or (one.query == "") != (other.query == "")


def same_place_of_text(old: str, new: str) -> bool:
    """Return whether two addresses with one text have the same slug or page, and no different ids."""
    if same_page(old, new):
        return True
    ids = id_token(old), id_token(new)
    return same_slug_and_day(old, new) and (ids[0] == ids[1] or not all(ids))


def _without_token(url: str) -> str:
    slug, token = slug_of(url), id_token(url)
    return slug.replace(token, " ") if token else slug


def _around_token(url: str) -> tuple[str, str]:
    """Return host and folder of the segment that holds the id token, and the words of the last segment."""
    address, token = split(url), id_token(url) or ""
    if address is None:
        return url, url
    path = address.path.lower()
    before, _, _ = path.rpartition(token)
    last = path.rstrip("/").rpartition("/")[2].replace(token, " ")
    name, dot, ending = last.rpartition(".")
    return stem(address) + before.rpartition("/")[0], " ".join(_WORD.findall(name if dot and ending in PAGES else last))
