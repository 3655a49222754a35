"""Returns canonical URLs: without tracking and fragment, not a mobile, AMP or print version of the page."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote

from portalcrawl.urls.article_urls import RECORD_NAME, article_path, has_id
from portalcrawl.urls.hosts import main_netloc
from portalcrawl.urls.url_parsing import UrlParts, split_url, tidy
from portalcrawl.vocabulary import parameter_words, path_words, table

_TRACKING = re.compile(
    rf"{parameter_words('prefixes')}_[\w.~-]*|wt\.[\w.]+|{parameter_words('tracking', 'session')}", re.IGNORECASE
)
"""Names of parameters that only identify where a reader came from, or the session."""
_RECORD_NAME = re.compile(rf"{RECORD_NAME}|tx_\w+(?:\[|%5b)\w+(?:\]|%5d)", re.IGNORECASE)
_RECORD_VALUE = re.compile(r"\d{1,12}")
"""A number that may select the article, if there is no id in the path."""
_TWIN_VALUES = {name: frozenset(values) for name, values in table("parameters")["twins"].items()}
"""Parameter (lower case) -> values with which it shows another version of the same page."""
_TWINS = path_words("twins")
_TWIN_SIGNS = tuple(table("paths")["twin_signs"].split())
_TWIN_ENDING = re.compile(rf"(?:/(?:{_TWINS}(?:\.html?)?|{path_words('prints')})|(?<=[0-9a-f]{{6}})-amp)(/?)$")
_TWIN_SUFFIX = re.compile(rf"[._]{_TWINS}(\.(?:html?|php|aspx?))$")
_TWIN_START = re.compile(r"^/amp(/)")
_SESSION = re.compile(rf";{parameter_words('session_in_path')}=[^/;?]*", re.IGNORECASE)


def canonical_url(url: str, hosts: Collection[str] = ()) -> str:
    """Return the canonical URL of the page at *url*.

    *hosts* (``host`` or ``host:port``) are those of its portal: a mobile, AMP or ``www.`` twin of one of them is
    replaced by it; without *hosts*, the host is kept. Fragment, userinfo, session ids and tracking parameters are
    removed. Parameters that may select the page are kept in their order; if the path is that of an article, only a
    number that may be its id. Text that is not an http(s) URL is returned unchanged, except for white space around it.

    >>> canonical_url("https://m.example.org/a-b-c-1234567.html?utm_source=x&id=7#top", ["www.example.org"])
    'https://www.example.org/a-b-c-1234567.html'
    """
    parts = split_url(url)
    return tidy(url) if parts is None else canonical_of(parts, hosts)


def canonical_of(parts: UrlParts, hosts: Collection[str] = ()) -> str:
    """Return the canonical URL of a URL in parts, as :func:`canonical_url` does."""
    path, query = _main_path(parts.path), _main_query(parts)
    changed = parts.fragment or path != parts.path or query != parts.query
    url = str(parts._replace(path=path, query=query, fragment="") if changed else parts)
    if not hosts:
        return url
    own, main = parts.netloc, main_netloc(parts, hosts)
    return url if main == own else url.replace(f"://{own}", f"://{main}", 1)


def _main_path(path: str) -> str:
    """Return *path* without a session id, and without the part that marks the AMP or print version of an article."""
    if ";" in path:
        path = _SESSION.sub("", path) or "/"
    if not any(map(path.__contains__, _TWIN_SIGNS)):
        return path
    for twin in (_TWIN_START, _TWIN_ENDING, _TWIN_SUFFIX):
        main = twin.sub(r"\1", path)
        if main != path and article_path(main):
            path = main
    return path


def _main_query(parts: UrlParts) -> str:
    if not parts.query:
        return ""
    return "&".join(each for each in parts.query.split("&") if each and not _is_needless(each, parts.path))


def _is_needless(parameter: str, path: str) -> bool:
    """Return whether a parameter (``name=value``) has no influence on which page is shown."""
    name, _, value = parameter.partition("=")
    name = unquote(name)
    if _TRACKING.fullmatch(name) or value.lower() in _TWIN_VALUES.get(name.lower(), ()):
        return True
    return article_path(path) and (has_id(path) or not is_record(parameter))


def is_record(parameter: str) -> bool:
    """Return whether a parameter (``id=51``) is a number that may select the article that a page shows."""
    name, _, value = parameter.partition("=")
    return bool(_RECORD_NAME.fullmatch(unquote(name)) and _RECORD_VALUE.fullmatch(value))
