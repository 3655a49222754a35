"""Finds the store for the setting FEEDS_URL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portalcrawl.errors import SettingError
from portalcrawl.feeds.store.feed_store import FeedStore
from portalcrawl.feeds.store.folder_store import FolderStore
from portalcrawl.urls import mask_secrets

SCHEMES = ("s3", "s3a", "gs", "az", "azure", "abfs", "abfss")
TIMEOUT = 20.0
"""Seconds that one request to an object store may take."""
TAKES = "a folder, or an object store such as s3://bucket/prefix"


def local_folder(url: str) -> Path | None:
    """Return the folder at *url*; None for an object store."""
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return Path(unquote(urlsplit(url).path))
    return None if "://" in url else Path(url).expanduser().absolute()


def check_feeds_url(url: str) -> None:
    """Raise SettingError if *url* is not the URL of a store, or the store's client is not installed; do not connect."""
    if local_folder(url) is not None:
        return
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise SettingError("FEEDS_URL", mask_secrets(url), TAKES)
    if parts.username or parts.password or parts.query:
        raise SettingError("FEEDS_URL", mask_secrets(url), f"{TAKES}; credentials in the environment, not in the URL")
    if find_spec("obstore") is None:
        takes = "a folder, unless obstore is installed: pip install 'portalcrawl[fleet]'"
        raise SettingError("FEEDS_URL", url, takes)


def open_store(url: str, timeout: float = TIMEOUT) -> FeedStore:
    """Return the store at *url*, which :func:`check_feeds_url` has accepted; do not connect.

    :param timeout: seconds that one request to an object store may take.
    :raises FeedStoreError: if the store's settings in the environment are wrong.
    """
    folder = local_folder(url)
    if folder is not None:
        return FolderStore(folder)
    from portalcrawl.feeds.store.object_store import ObjectFeedStore  # here, since a folder needs no obstore

    return ObjectFeedStore(url, timeout)
