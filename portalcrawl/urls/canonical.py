"""The one address of a page: no tracking, no fragment, no mobile, AMP or print twin; never another page."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote

from portalcrawl.urls.address import Address, split, tidy
from portalcrawl.urls.article_urls import article_path, has_id
from portalcrawl.urls.hosts import main_netloc
from portalcrawl.vocabulary import expression, path_words, table

_NAMES = table("parameters")
_TRACKING = re.compile(
    rf"(?:{'|'.join(_NAMES['prefixes'].split())})_[\w.~-]*|wt\.[\w.]+"
    rf"|{'|'.join(map(expression, (*_NAMES['tracking'].split(), *_NAMES['session'].split())))}",
    re.IGNORECASE,
)
"""Names of parameters that only measure where a reader came from, or which session he is in."""
_RECORDS = "|".join(_NAMES["records"].split())
_RECORD_NAME = re.compile(
    rf"[a-z_]{{0,20}}(?:{_RECORDS})(?:_?(?:id|nr|no|num))?|tx_\w+(?:\[|%5b)\w+(?:\]|%5d)", re.IGNORECASE
)
_RECORD_VALUE = re.compile(r"\d{1,12}")
"""A number by which a page with a slug and no id of its own may choose the article that it shows."""
_TWIN = {
    "amp": frozenset({"", "1", "true", "yes"}),
    "outputtype": frozenset({"amp"}),
    "mobile": frozenset({"", "0", "1", "true", "false"}),
    "m": frozenset({"0", "1"}),
    "print": frozenset({"", "1", "true", "yes", "print"}),
    "printview": frozenset({"", "1", "true", "yes"}),
    "printable": frozenset({"", "1", "true", "yes"}),
    "view": frozenset({"print", "amp"}),
    "output": frozenset({"print", "amp"}),
    "action": frozenset({"print"}),
}
"""Parameters (lower case) that, with these values, show the same page in another dress."""
_TWIN_ENDING = re.compile(rf"(?:/(?:(?:amp|print)(?:\.html?)?|{path_words('prints')})|(?<=[0-9a-f]{{6}})-amp)(/?)$")
_TWIN_SUFFIX = re.compile(r"[._](?:amp|print)(\.(?:html?|php|aspx?))$")
_TWIN_START = re.compile(r"^/amp(/)")
_SESSION = re.compile(rf";(?:{'|'.join(_NAMES['session_in_path'].split())})=[^/;?]*", re.IGNORECASE)


def canonical_url(url: str, hosts: Collection[str] = ()) -> str:
    """Return the one address of the page that *url* names.

    *hosts* (``host`` or ``host:port``) are those of its portal: a mobile, AMP or ``www.`` twin of one of them
    becomes that one; without them the host stays. Fragment, userinfo, session ids and tracking parameters go;
    parameters that may choose the page stay, in their order: where the path itself names an article, only a
    number that may be its id. What is no http(s) address comes back as it is, without the white space around it.

    >>> canonical_url("https://m.example.org/a-b-c-1234567.html?utm_source=x&id=7#top", ["www.example.org"])
    'https://www.example.org/a-b-c-1234567.html'
    """
    address = split(url)
    return tidy(url) if address is None else canonical_of(address, hosts)


def canonical_of(address: Address, hosts: Collection[str] = ()) -> str:
    """Return what :func:`canonical_url` returns for an address that is taken apart."""
    path, query = _main_path(address.path), _main_query(address)
    changed = address.fragment or path != address.path or query != address.query
    main = address._replace(path=path, query=query, fragment="") if changed else address
    text, own = str(main), address.netloc
    netloc = main_netloc(address, hosts) if hosts else own
    return text if netloc == own else text.replace(f"://{own}", f"://{netloc}", 1)


def _main_path(path: str) -> str:
    """Return *path* without session id and without what names an AMP or print twin of an article."""
    if ";" in path:
        path = _SESSION.sub("", path) or "/"
    if "amp" not in path and "print" not in path and "druck" not in path:
        return path
    for twin in (_TWIN_START, _TWIN_ENDING, _TWIN_SUFFIX):
        main = twin.sub(r"\1", path)
        if main != path and article_path(main):
            path = main
    return path


def _main_query(address: Address) -> str:
    if not address.query:
        return ""
    parts = address.query.split("&")
    return "&".join(part for part in parts if part and not _is_needless(part, address.path))


def _is_needless(parameter: str, path: str) -> bool:
    """Tell whether a parameter says nothing of which page is meant."""
    name, _, value = parameter.partition("=")
    name = unquote(name)
    if _TRACKING.fullmatch(name):
        return True
    if value.lower() in _TWIN.get(name.lower(), ()):
        return True
    return article_path(path) and (has_id(path) or not is_record(parameter))


def is_record(parameter: str) -> bool:
    """Return whether a parameter (``id=51``) has a number that may choose the article which a page shows."""
    name, _, value = parameter.partition("=")
    return bool(_RECORD_NAME.fullmatch(unquote(name)) and _RECORD_VALUE.fullmatch(value))
