"""Addresses of the web: one spelling each, whose they are, and what they tell of the page behind them.

Everything here works on the address alone, fetches nothing and never raises on any text.
"""

from __future__ import annotations

from portalcrawl.urls.address import MAX_URL_LENGTH, Address, BaseUrl, absolute, host_of, resolve
from portalcrawl.urls.address_keys import address_key, id_token, same_place, same_place_of_text, slug_of
from portalcrawl.urls.article_urls import article_path, looks_like_article, slug_repeats
from portalcrawl.urls.canonical import canonical_of, canonical_url
from portalcrawl.urls.hosts import is_private_address, same_portal
from portalcrawl.urls.masking import mask_secrets
from portalcrawl.urls.same_article import same_article

__all__ = [
    "MAX_URL_LENGTH",
    "Address",
    "BaseUrl",
    "absolute",
    "address_key",
    "article_path",
    "canonical_of",
    "canonical_url",
    "host_of",
    "id_token",
    "is_private_address",
    "looks_like_article",
    "mask_secrets",
    "resolve",
    "same_article",
    "same_place",
    "same_place_of_text",
    "same_portal",
    "slug_of",
    "slug_repeats",
]
