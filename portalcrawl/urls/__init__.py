"""Functions on URLs: normalising and comparing them, and what a URL alone reveals about its page.

- ``url_parsing``: resolves links as browsers do, and splits URLs into normalised parts.
- ``hosts``: compares the hosts of a portal, and detects private hosts.
- ``article_urls``: decides whether a URL looks like that of an article.
- ``canonical``: returns the canonical URL, from which ids are made.
- ``url_keys``: decides whether two URLs lead to the same article.
- ``masking``: masks secrets in URLs.

They fetch nothing, and raise no exception for any text.
"""

from __future__ import annotations

from portalcrawl.urls.article_urls import article_path, can_be_article, is_labelled, looks_like_article, slug_repeats
from portalcrawl.urls.canonical import canonical_of, canonical_url
from portalcrawl.urls.hosts import is_private_host, same_portal
from portalcrawl.urls.masking import mask_secrets
from portalcrawl.urls.url_keys import id_token, same_article, same_place, same_place_of_text, slug_of, url_key
from portalcrawl.urls.url_parsing import MAX_URL_LENGTH, BaseUrl, UrlParts, absolute, host_of, resolve, site_of

__all__ = [
    "MAX_URL_LENGTH",
    "BaseUrl",
    "UrlParts",
    "absolute",
    "article_path",
    "can_be_article",
    "canonical_of",
    "canonical_url",
    "host_of",
    "id_token",
    "is_labelled",
    "is_private_host",
    "looks_like_article",
    "mask_secrets",
    "resolve",
    "same_article",
    "same_place",
    "same_place_of_text",
    "same_portal",
    "site_of",
    "slug_of",
    "slug_repeats",
    "url_key",
]
