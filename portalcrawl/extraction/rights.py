"""Opt-out signals of a page, recorded as they are found and not interpreted.

Sources: the robots meta tag and the X-Robots-Tag header (not part of RFC 9309 but rules of the search engines;
``noai`` and ``noimageai`` come from DeviantArt), TDM-Reservation and TDM-Policy as header or meta tag (W3C TDM
Reservation Protocol), the headers Content-Usage (IETF draft-ietf-aipref-attach, 2) and Content-Signal (Cloudflare).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portalcrawl.rights.signals import Statement, signal_records
from portalcrawl.text.normalize import clean

if TYPE_CHECKING:
    from scrapy.http import Response

    from portalcrawl.extraction.declared.meta_tags import Meta

_META = {"robots": "robots", "tdm-reservation": "tdm_reservation", "tdm-policy": "tdm_policy"}
_HEADERS = {"X-Robots-Tag": "x_robots_tag", "TDM-Reservation": "tdm_reservation", "TDM-Policy": "tdm_policy"}
_SIGNALS_ONLY = ("Content-Usage", "Content-Signal")
SCOPE = "page"


def read_rights(response: Response, meta: Meta, fetched: datetime) -> dict[str, Any]:
    """Return the signals under ``robots``, ``x_robots_tag``, ``tdm_reservation`` and ``tdm_policy``.

    A header takes precedence over a meta tag. If there are any signals, ``signals`` lists all as records of
    ``items.RightsSignal``.
    """
    of_meta, of_headers = list(_of_meta(meta)), list(_of_headers(response))
    found: dict[str, Any] = {_META[each.name]: each.value for each in of_meta}
    for name, key in _HEADERS.items():
        if values := [each.value for each in of_headers if each.name == name]:
            found[key] = ", ".join(values)
    if of_meta or of_headers:
        sha256 = hashlib.sha256(response.body).hexdigest()
        found["signals"] = [
            *signal_records("header", of_headers, fetched, sha256),
            *signal_records("meta", of_meta, fetched, sha256),
        ]
    return found


def _of_meta(meta: Meta) -> Iterator[Statement]:
    for name in _META:
        if meta.get(name):
            yield Statement(name, ", ".join(meta[name]), SCOPE)


def _of_headers(response: Response) -> Iterator[Statement]:
    for name in (*_HEADERS, *_SIGNALS_ONLY):
        for value in response.headers.getlist(name):
            text = clean((value or b"").decode("latin-1"))
            if text:
                yield Statement(name, text, SCOPE)
