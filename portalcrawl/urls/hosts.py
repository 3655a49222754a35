"""Whose an address is: hosts of one portal, and hosts that are nobody's business (private networks)."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from portalcrawl.urls.address import Address, normal_host, split, tidy

TWIN_LABELS = frozenset({"www", "m", "mobile", "mobil", "amp", "touch", "wap"})
"""Labels in front of a host that lead to the same pages in another dress."""
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
    """Tell whether *url* is on one of *hosts* (``host`` or ``host:port``) or a ``www.``, mobile, AMP twin."""
    address = split(url)
    if address is None:
        return False
    mine = stem_of_netloc(address.netloc)
    return any(stem_of_netloc(_normal(host, address.scheme)) == mine for host in hosts)


def main_netloc(address: Address, hosts: Collection[str]) -> str:
    """Return the host (and port) of *hosts* whose twin *address* is on; its own where *hosts* do not tell.

    A host that stands in *hosts* stays, unless it is a mobile or AMP twin of another one there.
    """
    return _main_netloc(address.netloc, address.scheme, tuple(hosts))


@lru_cache(maxsize=1024)
def _main_netloc(own: str, scheme: str, hosts: tuple[str, ...]) -> str:
    known = [_normal(host, scheme) for host in hosts]
    if own in known and not _is_twin(own):
        return own
    twins = [host for host in known if stem_of_netloc(host) == stem_of_netloc(own)]
    main = [host for host in twins if not _is_twin(host)]
    return (main or [own])[0]


def stem(address: Address) -> str:
    """Return host and port without the labels that only name a twin (``www.``, ``m.``, ``amp.``)."""
    return stem_of_netloc(address.netloc)


def is_private_address(host: str) -> bool:
    """Tell whether *host* (with or without port or brackets) names a private, loopback or link-local address.

    True as well for names without a dot and for whatever is no valid host: nothing there may be fetched. A
    public name that the DNS sends to a private network is not seen here.
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
    """Write a host of a profile as ``Address.netloc`` writes it."""
    address = split(f"{scheme}://{host}")
    return address.netloc if address else host.lower()


@lru_cache(maxsize=1024)
def stem_of_netloc(netloc: str) -> str:
    """Return what :func:`stem` returns for ``host`` or ``host:port`` as ``Address.netloc`` writes it."""
    labels = netloc.split(".")
    head = [label for label in labels[:-2] if label not in TWIN_LABELS]
    return ".".join([*head, *labels[-2:]])


def _is_twin(netloc: str) -> bool:
    return any(label in TWIN_LABELS and label != "www" for label in netloc.split(".")[:-2])
