"""The one address of a page: no tracking, no fragment, no mobile, AMP or print twin; never another page."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote

from portalcrawl.urls.address import Address, split, tidy
from portalcrawl.urls.articles import article_path, has_id
from portalcrawl.urls.hosts import main_netloc

_TRACKING = re.compile(
    r"(?:utm|itm|pk|mtm|piwik|matomo|hsa|stm|wt|at|ga|ns|fb|cx|oly|vero|mkt|trk|xng)_[\w.~-]*|wt\.[\w.]+"
    r"|_(?:ga|gl|gac|hsenc|hsmi|openstat|ke|bta_tid|branch_\w+|wpnonce)"
    r"|__(?:hstc|hssc|hsfp|s|twitter_impression|tn__)"
    r"|(?:fb|g|d|tw|y|ys|ms|tt|yad)cl(?:k?id|src)|(?:g|w)braid|sc_?cl(?:ick)?id|igshid?|mibextid|epik|rdt_cid"
    r"|srsltid|li_fat_id|mc_[ce]id|s_cid|sr_share|s?ncid|ocid|icid|int_?cid|cmp|cmpn|cmpid"
    r"|int(?:cmp|cp|src|mdm)|wtmc|wtzmc|xt(?:or|ref|mc|cr|s)|guccounter|guce_referrer(?:_sig|_us)?|soc_src|soc_trk"
    r"|smid|smtyp|tblci|dicbo|ob(?:origurl|ref)|ftag|echobox|elq|elqtrack(?:id)?|hsctatracking|ico|ito|tpcc"
    r"|(?:traffic|tracking)_?source|tracking_?id|ref_?(?:src|url)|srcref|replytocom|like_comment"
    r"|(?:php|j|asp)sess(?:ion)?_?id\w*",
    re.IGNORECASE,
)
"""Names of parameters that only measure where a reader came from, or which session he is in."""
_RECORD_NAME = re.compile(
    r"[a-z_]{0,20}(?:id|art|artikel|article|story|news|post|nr|no|item)(?:_?(?:id|nr|no|num))?|tx_\w+(?:\[|%5b)\w+(?:\]|%5d)",
    re.IGNORECASE,
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
_TWIN_ENDING = re.compile(
    r"(?:/(?:(?:amp|print)(?:\.html?)?|drucken|druckansicht|druckversion)|(?<=[0-9a-f]{6})-amp)(/?)$"
)
_TWIN_SUFFIX = re.compile(r"[._](?:amp|print)(\.(?:html?|php|aspx?))$")
_TWIN_START = re.compile(r"^/amp(/)")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?]*", re.IGNORECASE)


def canonical_url(url: str, hosts: Collection[str] = ()) -> str:
    """Return the one address of the page that *url* names.

    *hosts* (``host`` or ``host:port``) are those of its portal: a mobile, AMP or ``www.`` twin of one of them
    becomes that one; without them the host stays. Fragment, userinfo, session ids and tracking parameters go;
    parameters that may choose the page stay, in their order: where the path itself names an article, only a
    number that may be its id. What is no http(s) address comes back as it is,
    without the white space around it.

    >>> canonical_url("https://m.example.org/a-b-c-1234567.html?utm_source=x&id=7#top", ["www.example.org"])
    'https://www.example.org/a-b-c-1234567.html?id=7'
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
    return article_path(path) and not (
        _RECORD_NAME.fullmatch(name) and _RECORD_VALUE.fullmatch(value) and not has_id(path)
    )
