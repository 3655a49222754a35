"""Decides whether a URL looks like that of an article rather than of a section, tag, search, form or file.

The features are common to news sites in all languages: a slug of many words, a long number or hexadecimal id, a date
in the path. There are no rules for single sites.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from portalcrawl.text.counts import word_count
from portalcrawl.urls.url_parsing import split_url
from portalcrawl.vocabulary import parameter_words, path_words, table

_PATHS = table("paths")
_FILES = frozenset(_PATHS["files"].split())
"""Extensions of files that are not pages."""
PAGES = frozenset(_PATHS["pages"].split())
"""Extensions of pages."""
_REFUSED = frozenset(_PATHS["refused"].split())
"""Segments that occur in no article's path."""
_LABELS = frozenset(_PATHS["labels"].split())
"""Segments that label the next one (/tag/x, /author/x): neither is an article."""
_SERIES = frozenset(_PATHS["series"].split())
"""Labels that also occur in the paths of articles with an id."""
_STATIC = frozenset(_PATHS["static"].split())
"""Words of pages that every site has (privacy, help); used only near the root, since articles also have such words."""
_STATIC_STARTS = tuple(_PATHS["static_starts"].split())
FRONTS = frozenset(_PATHS["fronts"].split())
"""Words in the paths of section front pages."""
_ARTICLES = frozenset(_PATHS["articles"].split())
"""Words next to which an id is that of an article."""

_THRESHOLD = 6.0
_SHORT_SLUG = 4
_LONG_SLUG = 6
"""In words; the names of tags, topics and people are shorter."""
_SPEAKING_SLUG = 3
_STEM = 4
"""Words of a slug and a headline match if this many of their first letters are equal, whatever their endings."""
_MAX_HEADLINE = 300
_ROOT = 3
"""Slashes in a URL up to its path."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
"""Letters -> their usual spelling in slugs."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_ASCII_WORD = re.compile(r"[a-z]{2,}")
"""Same as ``_WORD`` for ASCII text, at half the cost."""
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_DIGIT = re.compile(r"\d")
_NUMBER_END = re.compile(r"[-_.,]\d+$")
_SEPARATOR = re.compile(r"[\W_]")
_DATE = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2]|[a-z]{3,9})(?P<day>[/-]?(?:0?[1-9]|[12]\d|3[01]))?(?=[/_-]|$)"
)
_ID = re.compile(
    r"(?<![^\W_])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?=[a-z]{0,10}\d)[a-z]{0,10}\d{5,20}[a-z]?|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,40}"
    r"|(?=[0-9a-z]*\d[a-z])(?=[0-9a-z]*[a-z]\d)[0-9a-z]{6,40})(?![^\W_])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[a-z]?\d{3,20}(?:[-_]\d+)?|(?=[a-f]*\d)[0-9a-f]{6,40}")
"""A whole segment that is a number or a hexadecimal id."""
_SHORT_ID = re.compile(r"[-_.,][a-z]{0,20}(?!(?:19|20)\d\d$)\d{2,4}$")
_NUMBERED = re.compile(r"/(?!(?:19|20)\d\d-)\d{2,4}-[^\W\d_]{2,}-[^/]*$")
"""A slug that begins with a short number (``/412-rat-tagt``)."""
_YEAR = re.compile(r"(?<![^\W_])(?:1[89]|20)\d\d(?![^\W_])")
_IDENTIFIERS = rf"{parameter_words('record_types')}?_?id"
_NUMBERED_RECORDS = rf"[a-z_]{{0,20}}{parameter_words('records')}(?:_?{parameter_words('numbers')})?"
RECORD_NAME = rf"[a-z_]{{0,20}}id(?:_?{parameter_words('numbers')})?|{_NUMBERED_RECORDS}"
"""Regular expression for names of parameters that may select an article."""
_QUERY_ID = re.compile(rf"{_IDENTIFIERS}|{_NUMBERED_RECORDS}|{parameter_words('short_records')}", re.IGNORECASE)
"""Names of parameters that do select an article: ``id`` alone, or after a word for an article or page."""
_QUERY_RECORD = re.compile(
    rf"(?:^|&)tx_\w{{1,40}}(?:\[|%5b)(?:tt_)?{path_words('records')}(?:\]|%5d)=\d", re.IGNORECASE
)
"""Parameters by which extensions of TYPO3 show one record on any page (``tx_news_pi1[news]=4711``)."""
_QUERY_VALUE = re.compile(r"(?=.*\d)[0-9a-f-]{2,40}|[\w-]*\d{4,}", re.IGNORECASE)


def looks_like_article(url: str) -> bool:
    """Return whether *url* looks like that of one article.

    >>> looks_like_article("https://example.org/politik/minister-stellt-neuen-haushalt-vor-4711001.html")
    True
    >>> looks_like_article("https://example.org/politik/")
    False
    """
    parts = split_url(url)
    return parts is not None and article_path(parts.path, parts.query)


def slug_repeats(url: str, headline: str) -> bool:
    """Return whether most words of the slug are in *headline*, which has more words: true of articles, not of sections.

    >>> slug_repeats("https://example.org/rat/neue-faehre-kommt/", "Neue Fähre kommt erst im Sommer nach Kehlbach")
    True
    >>> slug_repeats("https://example.org/rat/stadt-und-land/", "Stadt und Land")
    False
    """
    name = _page_name(url)
    return len(_WORD.findall(name)) >= _SPEAKING_SLUG and _repeats(name, headline)


def can_be_article(url: str, headline: str) -> bool:
    """Return whether *url*, which says too little alone, can be an article's if others of its form are headlines' too.

    It is not right under the root, and its last segment is a number or has only words of *headline*, which has more: at
    least two, or one under a word for articles.

    >>> can_be_article("https://example.org/node/481", "Neue Fähre kommt erst im Sommer")
    True
    >>> can_be_article("https://example.org/rat/neue-faehre/", "Neue Fähre kommt erst im Sommer")
    True
    >>> can_be_article("https://example.org/rat/faehre/", "Neue Fähre kommt erst im Sommer")
    False
    """
    name = _page_name(url)
    parents = url.lower().rstrip("/").split("/")[_ROOT:-1]
    if not parents or word_count(headline) <= _SPEAKING_SLUG:
        return False
    speaks = len(_WORD.findall(name)) > 1 or parents[-1] in _ARTICLES
    return _NUMBER.fullmatch(name) is not None or (speaks and _repeats(name, headline))


def is_labelled(url: str) -> bool:
    """Return whether *url* is under a label such as ``/tag/`` or ``/author/``, as lists are.

    >>> is_labelled("https://example.org/tag/faehre/"), is_labelled("https://example.org/faehre/")
    (True, False)
    """
    parts = split_url(url)
    return parts is not None and not _LABELS.isdisjoint(parts.path.lower().split("/")[:-1])


def _page_name(url: str) -> str:
    """Return the last segment of the path of *url* without its extension; empty if it can't be an article's."""
    parts = split_url(url)
    segments = [] if parts is None or parts.query else unquote(parts.path).lower().strip("/").split("/")
    if not segments or not _REFUSED.isdisjoint(segments) or not _LABELS.isdisjoint(segments):
        return ""
    name, _, extension = segments[-1].partition(".")
    return name if not extension or extension in PAGES else ""


def _repeats(name: str, headline: str) -> bool:
    """Return whether most words of the slug *name* are in *headline*, which has more words."""
    if len(headline) > _MAX_HEADLINE:
        return False
    words, headline_words = _WORD.findall(name), _WORD.findall(headline.lower().translate(_UMLAUTS))
    if not words or len(headline_words) <= len(words) or any(map(_is_static, words)):
        return False
    starts = {word[:_STEM] for word in headline_words}
    return sum(word[:_STEM] in starts for word in words) * 3 >= 2 * len(words)


@lru_cache(maxsize=8192)
def article_path(path: str, query: str = "") -> bool:
    """Return whether *path* looks like that of an article; if it is inconclusive, *query* decides."""
    path = (unquote(path) if "%" in path else path).lower()
    segments = [segment for segment in path.split("/") if segment]
    if not segments:
        return _names_article(query)
    name, dot, extension = segments[-1].rpartition(".")
    if dot and extension in _FILES:
        return False
    page = bool(dot) and extension in PAGES
    if page:
        segments[-1] = name
    if not _REFUSED.isdisjoint(segments) or "/wp-" in path:
        return False
    if query and _QUERY_RECORD.search(query):
        return True
    named = _without_ids(segments)
    words = (_ASCII_WORD if named[-1].isascii() else _WORD).findall(named[-1])
    if _is_refused(segments, named, words):
        return False
    return _score(segments, named, words) + page >= _THRESHOLD or (page and _names_article(query))


def has_id(path: str) -> bool:
    """Return whether *path* contains an id like those of articles; dates do not count as ids."""
    path = path.lower()
    date = _DATE.search(path)
    return bool(_ID.search(path[date.end() :] if date else path))


def _is_refused(segments: list[str], named: list[str], words: list[str]) -> bool:
    """Return whether the last segment is not an article's: a form, a label's value, a front page, a static page."""
    if not _LABELS.isdisjoint(segments):
        labelled = [segment for segment in named if _LONG_WORD.search(segment)][-2:]
        if (
            not _SERIES.isdisjoint(labelled)
            and len(words) >= _SHORT_SLUG
            and (_ID.search(segments[-1]) or _DATE.search("/" + "/".join(segments)))
        ):
            return False
        if named[-1] in _LABELS or (not _LABELS.isdisjoint(labelled) and len(words) < _LONG_SLUG):
            return True
    if len(words) > _SHORT_SLUG:
        return False
    if not FRONTS.isdisjoint(words) or _NUMBER_END.sub("", named[-1]) in _REFUSED:
        return True
    return (len(segments) <= 2 or len(words) <= 2) and any(map(_is_static, (named[-1], *words)))


def _is_static(word: str) -> bool:
    return word in _STATIC or word.startswith(_STATIC_STARTS)


def _score(segments: list[str], named: list[str], words: list[str]) -> float:
    """Return the score as an article: the sum for words in the slug, an id near the end and a date anywhere."""
    slug = named[-1]
    if len(named) > 1 and len(words) <= 2:
        parents = _WORD.findall(named[-2])
        if slug in _ARTICLES or slug.endswith("id") or len(parents) >= _LONG_SLUG:
            slug, words = named[-2], parents
    score = 0.0
    if len(words) > 1 or _SEPARATOR.search(slug):
        score = len(words) + sum(map(len, words)) / 10
        if score < _THRESHOLD and len(words) >= _SHORT_SLUG and _YEAR.search(slug):
            score += 1
    path = "/" + "/".join(segments)
    if score >= _THRESHOLD or not _DIGIT.search(path):
        return score
    date = _DATE.search(path)
    if date:
        score += 5 if date["day"] else 3
        path = path[: date.start()] + path[date.end() :]
        if not path.strip("/"):
            return 0.0
    end = path[path.rfind("/", 0, path.rfind("/")) :] if path.count("/") > 1 else path
    if _ID.search(end):
        score += 5 + (not _ARTICLES.isdisjoint(_WORD.findall(path)))
    elif _SHORT_ID.search(end) or _NUMBERED.search(end):
        score += 2
    return score


def _without_ids(segments: list[str]) -> list[str]:
    """Return *segments* without those at the end that contain no word (ids, page numbers, language codes)."""
    end = len(segments)
    while end > 1 and not _LONG_WORD.search(segments[end - 1]):
        end -= 1
    return segments[:end]


def _names_article(query: str) -> bool:
    if not query or len(query) > 500:
        return False
    return any(_QUERY_ID.fullmatch(name) and _QUERY_VALUE.fullmatch(value) for name, value in parse_qsl(query))
