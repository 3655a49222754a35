"""Functions on hosts as used in profiles: ``host`` or ``host:port``, in lower case, without the default port."""

from __future__ import annotations

import re

from portalcrawl.urls.hosts import stem
from portalcrawl.urls.url_parsing import split_url

GENERIC_TWINS = ("www.", "m.", "mobile.", "amp.")
_IP = re.compile(r"\[.*\]|\d+(?:\.\d+){3}")
_OWN_PORT = re.compile(r":\d+$")


def netloc_of(url: str) -> str | None:
    """Return host and port (if not the scheme's default) of an http(s) URL; None for any other text.

    Never raises. International names are returned in their ASCII form.

    >>> netloc_of("HTTPS://www.Example.org:443/a"), netloc_of("http://example.org:8080/")
    ('www.example.org', 'example.org:8080')
    """
    parts = split_url(url)
    return parts.netloc if parts else None


def stem_of(url: str) -> str | None:
    """Return :func:`netloc_of` without the labels of twins (``www.``, ``m.``, ``amp.``).

    >>> stem_of("https://amp.example.org/a")
    'example.org'
    """
    parts = split_url(url)
    return stem(parts) if parts else None


def normal_host(text: str) -> str | None:
    """Return the normal form of a host in a profile; None if *text* is not ``host`` or ``host:port``.

    >>> normal_host("WWW.Example.org"), normal_host("example.org:443"), normal_host("https://a.example")
    ('www.example.org', 'example.org', None)
    """
    if set(text) & set("/@?#\\ "):
        return None
    netloc = netloc_of(f"http://{text}")
    return netloc.removesuffix(":443") if netloc else None


def without_port(netloc: str) -> str:
    """Return the host of ``host`` or ``host:port``.

    >>> without_port("example.org:8080"), without_port("[::1]:80")
    ('example.org', '[::1]')
    """
    return _OWN_PORT.sub("", netloc)


def generic_hosts(netloc: str) -> tuple[str, ...]:
    """Return *netloc*, without the label of a mobile or AMP twin, followed by its twins.

    IP addresses and names without a dot have no twins.

    >>> generic_hosts("www.a.example:81")
    ('www.a.example:81', 'a.example:81', 'm.a.example:81', 'mobile.a.example:81', 'amp.a.example:81')
    >>> generic_hosts("localhost")
    ('localhost',)
    """
    name = without_port(netloc)
    if "." not in name or _IP.fullmatch(name):
        return (netloc,)
    base = stem_of(f"http://{netloc}") or netloc
    first = netloc if netloc.startswith("www.") else base
    return tuple(dict.fromkeys((first, base, *(prefix + base for prefix in GENERIC_TWINS))))
