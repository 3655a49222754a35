"""Decides which portal a host belongs to, and which hosts are private."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from portalcrawl.urls.url_parsing import UrlParts, normal_host, split_url, tidy
from portalcrawl.vocabulary import table

_TWIN_LABELS = frozenset(table("paths")["twin_hosts"].split())
"""Labels of hosts (``www``, ``m``, ``amp``) that serve another version of the same pages: twins."""
_PRIVATE_NAMES = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "localdomain"}
)
_IPV4_IN_IPV6 = (
    (ip_network("::ffff:0:0/96"), 0),
    (ip_network("::/96"), 0),  # IPv4-compatible, RFC 4291 2.5.5.1
    (ip_network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ip_network("2002::/16"), 80),  # 6to4, RFC 3056
)


def same_portal(url: str, hosts: Collection[str]) -> bool:
    """Return whether *url* is on one of *hosts* (``host`` or ``host:port``) or on a ``www.``, mobile or AMP twin."""
    parts = split_url(url)
    if parts is None:
        return False
    own = stem(parts)
    return any(stem_of_netloc(_normal(host, parts.scheme)) == own for host in hosts)


def main_netloc(parts: UrlParts, hosts: Collection[str]) -> str:
    """Return the host (and port) in *hosts* of which the URL's host is a twin; the URL's own host if there is none.

    A host that is itself in *hosts* is returned, unless it is a mobile or AMP twin of another one.
    """
    return _main_netloc(parts.netloc, parts.scheme, tuple(hosts))


@lru_cache(maxsize=1024)
def _main_netloc(own: str, scheme: str, hosts: tuple[str, ...]) -> str:
    known = [_normal(host, scheme) for host in hosts]
    if own in known and not _is_twin(own):
        return own
    twins = [host for host in known if stem_of_netloc(host) == stem_of_netloc(own)]
    main = [host for host in twins if not _is_twin(host)]
    return (main or [own])[0]


def stem(parts: UrlParts) -> str:
    """Return host and port without the labels of twins (``www.``, ``m.``, ``amp.``)."""
    return stem_of_netloc(parts.netloc)


def is_private_host(host: str) -> bool:
    """Return whether *host* (with or without port or brackets) is a private, loopback or link-local address.

    Also True for names without a dot and for text that is not a valid host, as nothing may be fetched from them. Names
    are not resolved.
    """
    host = tidy(host)
    name = normal_host(f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host)
    if name is None:
        return True
    try:
        return not _is_public(ip_address(name))
    except ValueError:
        return "." not in name or name.rpartition(".")[2] in _PRIVATE_NAMES or name.endswith(".home.arpa")


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        for network, shift in _IPV4_IN_IPV6:
            if address in network:
                return _is_public(IPv4Address(int(address) >> shift & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _normal(host: str, scheme: str) -> str:
    """Return a host of a profile in the form of ``UrlParts.netloc``."""
    parts = split_url(f"{scheme}://{host}")
    return parts.netloc if parts else host.lower()


@lru_cache(maxsize=1024)
def stem_of_netloc(netloc: str) -> str:
    """Return the :func:`stem` of ``host`` or ``host:port`` in the form of ``UrlParts.netloc``."""
    labels = netloc.split(".")
    head = [label for label in labels[:-2] if label not in _TWIN_LABELS]
    return ".".join([*head, *labels[-2:]])


def _is_twin(netloc: str) -> bool:
    return any(label in _TWIN_LABELS and label != "www" for label in netloc.split(".")[:-2])
