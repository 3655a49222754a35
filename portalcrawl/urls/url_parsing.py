"""Resolves, splits and normalises http(s) URLs.

Paths and queries are normalised as in RFC 3986 section 6, hosts as in the WHATWG URL standard.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple, Self
from urllib.parse import quote, unquote, urljoin

import idna

MAX_URL_LENGTH = 2083
"""In characters; longer URLs are invalid. The same as Scrapy's default for ``URLLENGTH_LIMIT``."""

DEFAULT_PORTS = {"http": 80, "https": 443}
_TRIM = "".join(map(chr, range(0x21))) + "\x7f\xa0\u200b\u200e\u200f\u2028\u2029\ufeff"
_CONTROLS = dict.fromkeys([*range(0x20), 0x7F, 0x85, 0x2028, 0x2029])
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(\d{0,5}))?")
_LABELS = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/-]*")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/!$&'()*+,;=:@~%"
_QUERY_SAFE = _PATH_SAFE + "?"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class BaseUrl(str):
    """The URL that a page's links are resolved against, with the charset of the page.

    Browsers encode the query of a link in the charset of its page, and the rest in UTF-8 (WHATWG URL, 4.4, "query
    state"; Encoding, 4.3: UTF-8 instead of UTF-16). If a plain ``str`` is the base, the charset is UTF-8.
    """

    __slots__ = ("charset",)

    charset: str

    def __new__(cls, url: str, charset: str) -> Self:
        """Return the base *url* of a page in *charset*, the name of a Python codec."""
        base = super().__new__(cls, url)
        base.charset = charset
        return base


class UrlParts(NamedTuple):
    """The parts of an http(s) URL, normalised, without user name and password. ``str()`` returns the URL."""

    scheme: str
    host: str
    """Lower case, IDN as punycode, IPv4 dotted, IPv6 without brackets, no trailing dot."""
    port: int | None
    """None for the scheme's default."""
    path: str
    query: str
    fragment: str

    @property
    def netloc(self) -> str:
        """Host and port as written in a URL; without the scheme's default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"{self.scheme}://{self.netloc}{self.path}{query}{fragment}"


@lru_cache(maxsize=4096)
def split_url(url: str) -> UrlParts | None:
    """Return the parts of *url*; None if it is not an http(s) URL with a valid host and port."""
    url = tidy(url)
    scheme, _, rest = (_slashes(url) if len(url) <= MAX_URL_LENGTH else "").partition("://")
    scheme = scheme.lower()
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    netloc, slash, path = rest.partition("/")
    authority = _authority(netloc) if netloc and scheme in DEFAULT_PORTS else None
    if authority is None:
        return None
    host, port = authority
    return UrlParts(
        scheme=scheme,
        host=host,
        port=None if port == DEFAULT_PORTS[scheme] else port,
        path=_without_dots(_escaped(slash + path, _PATH_SAFE)),
        query=_escaped(query, _QUERY_SAFE) if query else "",
        fragment=_escaped(fragment, _QUERY_SAFE) if fragment else "",
    )


def absolute(base: str, href: str) -> str | None:
    """Return the absolute http(s) URL of the link *href* on a page with the base URL *base*, including its fragment.

    None for other schemes (``javascript:``, ``mailto:``, ``data:``), an empty *href* and invalid URLs.

    >>> absolute("https://example.org/news/", "../a b?x=1#c")
    'https://example.org/a%20b?x=1#c'
    """
    parts = resolve(base, href)
    return str(parts) if parts else None


def resolve(base: str, href: str) -> UrlParts | None:
    """Return the URL that :func:`absolute` returns, as parts."""
    href = tidy(href)
    if not href.isascii() and isinstance(base, BaseUrl):
        href = _in_charset(href, base.charset)
    if not href or len(href) > MAX_URL_LENGTH:
        return None
    if href[0] == "/" and href[1:2] not in ("/", "\\"):
        return _on_the_host_of(base, href)
    if href[:4].lower() != "http" and _SCHEME.match(href):
        return None
    parts = split_url(href)
    if parts is None:
        try:
            parts = split_url(urljoin(tidy(base), _slashes(href)))
        except ValueError:
            return None
    return parts


def _in_charset(href: str, charset: str) -> str:
    """Return *href* with the non-ASCII characters of its query encoded in *charset* and percent-escaped.

    Characters that the charset lacks become character references (``%26%238364%3B``), as in browsers.
    """
    if charset.lower().startswith("utf"):
        return href
    head, mark, fragment = href.partition("#")
    path, question, query = head.partition("?")
    try:
        query = _NOT_ASCII.sub(lambda run: quote(run[0].encode(charset, "xmlcharrefreplace"), safe=""), query)
    except (LookupError, UnicodeError):
        return href
    return f"{path}{question}{query}{mark}{fragment}"


def _on_the_host_of(base: str, path: str) -> UrlParts | None:
    """Return the parts of a link that begins with an absolute path, as most links do; a faster case of resolving."""
    page = split_url(base)
    if page is None:
        return None
    path, _, fragment = _slashes(path).partition("#")
    path, _, query = path.partition("?")
    return UrlParts(
        page.scheme,
        page.host,
        page.port,
        _without_dots(_escaped(path, _PATH_SAFE)),
        _escaped(query, _QUERY_SAFE) if query else "",
        _escaped(fragment, _QUERY_SAFE) if fragment else "",
    )


def host_of(url: str) -> str:
    """Return the host of *url* without ``www.``, with the port if it is not the default; "" if there is no host."""
    parts = split_url(url)
    return without_www(parts.netloc) if parts else ""


def site_of(url: str) -> str:
    """Return the origin of *url* (RFC 6454): scheme, host, and port if not the default; "" if there is no host."""
    parts = split_url(url)
    return f"{parts.scheme}://{parts.netloc}" if parts else ""


def without_www(host: str) -> str:
    """Return *host* without a leading ``www.``; unchanged if no dot would be left (``www.de``)."""
    rest = host.removeprefix("www.")
    return rest if "." in rest else host


def normal_host(netloc: str) -> str | None:
    """Return the normalised host of ``host[:port]``; None if it is invalid.

    If the last label is a number, the host is an IPv4 address, in any notation (``127.1``, ``0x7f.1``).
    """
    if netloc.startswith("["):
        return _ipv6(netloc[1:].partition("]")[0])
    host = unquote(netloc.partition(":")[0])
    host = (host if host.isascii() else unicodedata.normalize("NFKC", host)).lower().rstrip(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii").rstrip(".")
        except (idna.IDNAError, UnicodeError):
            return None
    if len(host) > 253 or not _LABELS.fullmatch(host):
        return None
    return _ipv4(host) if _NUMBER.fullmatch(host.rpartition(".")[2]) else host


@lru_cache(maxsize=1024)
def _authority(netloc: str) -> tuple[str, int | None] | None:
    """Return host and port of a URL's authority; None if one of them is invalid."""
    match = _AUTHORITY.fullmatch(netloc.rpartition("@")[2])
    host = normal_host(match[1]) if match else None
    if match is None or host is None:
        return None
    port = int(match[2]) if match[2] else None
    return None if port is not None and not 0 < port < 65536 else (host, port)


def tidy(url: str) -> str:
    """Return *url* without white space around it and control characters in it, as browsers read an ``href``."""
    url = url.strip(_TRIM)
    return url if url.isprintable() else url.translate(_CONTROLS).strip(_TRIM)


def _slashes(url: str) -> str:
    """Return *url* with backslashes before the query replaced by slashes, as in browsers."""
    if "\\" not in url:
        return url
    end = min((at for at in (url.find("?"), url.find("#")) if at >= 0), default=len(url))
    return url[:end].replace("\\", "/") + url[end:]


def _ipv4(host: str) -> str | None:
    """Return an IPv4 address in dotted form; None if it is invalid.

    As in inet_aton, it has one to four decimal, octal or hexadecimal parts; the last one fills the remaining bytes.
    """
    *heads, last = parts = host.split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        return None
    try:
        numbers = [_number(part) for part in heads]
        value = _number(last)
    except ValueError:
        return None
    if any(number > 255 for number in numbers) or value >= 256 ** (5 - len(parts)):
        return None
    for at, number in enumerate(numbers):
        value += number << (24 - 8 * at)
    return str(IPv4Address(value))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") and len(part) > 1 else int(part)


def _ipv6(host: str) -> str | None:
    try:
        address = ip_address(unquote(host).partition("%")[0])
    except ValueError:
        return None
    return address.compressed if isinstance(address, IPv6Address) else None


def _escaped(text: str, safe: str) -> str:
    """Return *text* with needless percent escapes decoded, missing ones added, and hex digits in upper case."""
    if _PLAIN.fullmatch(text):
        return text
    if "%" in text:
        text = _ESCAPE.sub(_escape, text)
    return quote(text, safe=safe, errors="replace")


def _escape(match: re.Match[str]) -> str:
    digits = match[1]
    if digits is None:
        return "%25"
    char = chr(int(digits, 16))
    return char if char in _UNRESERVED else f"%{digits.upper()}"


def _without_dots(path: str) -> str:
    """Return *path* with ``.`` and ``..`` resolved (RFC 3986 section 5.2.4); ``/`` for an empty path."""
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
