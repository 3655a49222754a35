"""Feeds in an object store (S3 and compatible ones, Google, Azure), accessed with obstore.

Credentials, region and endpoint come from the usual environment variables (``AWS_ACCESS_KEY_ID``,
``AWS_ENDPOINT_URL``, ...).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import from_url

from portalcrawl.errors import FeedStoreError
from portalcrawl.feeds.store.feed_store import Content, checked, is_manifest, require_same

SINGLE_PUT = 8 * 1024 * 1024
"""Larger files are uploaded in parts of this many bytes; S3 requires at least 5 MiB (except for the last part)."""
CONCURRENCY = 2
"""Parts that are uploaded concurrently; three parts are in memory."""
MAX_RETRIES = 3
RETRY_TIMEOUT = timedelta(seconds=8)
"""Afterwards the upload fails; the file stays in the outbox, and the next publication retries."""
CONNECT_TIMEOUT = timedelta(seconds=5)
LONGEST_MESSAGE = 300


class ObjectFeedStore:
    """A bucket, or everything below a prefix in it."""

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        insecure = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        with self._errors("its settings"):
            self._store = from_url(
                url,
                client_options={
                    "timeout": timedelta(seconds=timeout),
                    "connect_timeout": CONNECT_TIMEOUT,
                    "allow_http": insecure,
                },
                retry_config={"max_retries": MAX_RETRIES, "retry_timeout": RETRY_TIMEOUT},
            )

    @property
    def name(self) -> str:
        """The URL."""
        return self._url

    def put_new(self, name: str, content: Content, size: int, sha256: str) -> None:
        """Upload a file; see ``FeedStore.put_new``.

        A small file is created by one conditional request (``If-None-Match: *``). Multipart uploads have no such
        condition here, so a large file is looked up first. Two publishers of one run may then both upload it, which is
        harmless as the bytes are the same.
        """
        with self._errors(name):
            if size <= SINGLE_PUT:
                whole = b"".join(checked(name, content(), size, sha256))
                try:
                    obstore.put(self._store, name, whole, mode="create", use_multipart=False)
                except AlreadyExistsError:
                    require_same(self, name, sha256)
            elif self._exists(name):
                require_same(self, name, sha256)
            else:
                parts = checked(name, content(), size, sha256)
                obstore.put(
                    self._store, name, parts, use_multipart=True, chunk_size=SINGLE_PUT, max_concurrency=CONCURRENCY
                )

    def _exists(self, name: str) -> bool:
        try:
            obstore.head(self._store, name)
        except FileNotFoundError:
            return False
        return True

    def open(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file in chunks."""
        with self._errors(name):
            for part in obstore.get(self._store, name).stream(min_chunk_size=1_000_000):
                yield bytes(part)

    def manifests(self) -> list[str]:
        """Return the names of all manifests, in the order in which their runs began."""
        return sorted(filter(is_manifest, self._files()))

    def sizes(self, prefix: str) -> dict[str, int]:
        """Return name -> size in bytes of all files whose names begin with *prefix*."""
        return {name: size for name, size in self._files().items() if name.startswith(prefix)}

    def _files(self) -> dict[str, int]:
        """Return name -> size in bytes of all files; obstore's prefixes match only whole path segments."""
        with self._errors("its files"):
            return {each["path"]: each["size"] for page in obstore.list(self._store, chunk_size=1_000) for each in page}

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, one after the other."""
        for name in names:
            with self._errors(name):
                try:
                    obstore.delete(self._store, name)
                except FileNotFoundError:
                    continue

    def check(self) -> None:
        """Write, read and remove a small file."""
        name, content = f"doctor-{secrets.token_hex(4)}", b"portalcrawl"
        with self._errors("a new file"):
            obstore.put(self._store, name, content, mode="create", use_multipart=False)
            is_same = bytes(obstore.get(self._store, name).bytes()) == content
            obstore.delete(self._store, name)
        if not is_same:
            raise FeedStoreError(f"{self._url} returns other bytes than were stored")

    @contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        """Convert obstore's multi-line errors to a one-line FeedStoreError."""
        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            said = " ".join(str(error).partition("Debug source")[0].split())
            said = said if len(said) <= LONGEST_MESSAGE else said[:LONGEST_MESSAGE] + "..."
            raise FeedStoreError(f"the store {self._url} can't be used ({name}): {said}") from error
