"""Opt-out signals of a page, as found: evidence, no judgement.

Sources: the robots meta tag and the X-Robots-Tag header (RFC 9309 knows neither; both are the search engines' own
rules), TDM-Reservation and TDM-Policy as header or meta tag (W3C TDM Reservation Protocol).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portalcrawl.text.normalize import clean

if TYPE_CHECKING:
    from scrapy.http import Response

    from portalcrawl.extraction.declared.meta_tags import Meta

_META = {"robots": "robots", "tdm-reservation": "tdm_reservation", "tdm-policy": "tdm_policy"}
_HEADERS = {"X-Robots-Tag": "x_robots_tag", "TDM-Reservation": "tdm_reservation", "TDM-Policy": "tdm_policy"}


def read_rights(response: Response, meta: Meta) -> dict[str, str]:
    """Return the signals under ``robots``, ``x_robots_tag``, ``tdm_reservation`` and ``tdm_policy``; headers win."""
    found = {key: ", ".join(meta[name]) for name, key in _META.items() if meta.get(name)}
    for name, key in _HEADERS.items():
        values = [clean(value.decode("latin-1")) for value in response.headers.getlist(name) if value]
        if any(values):
            found[key] = ", ".join(filter(None, values))
    return found
