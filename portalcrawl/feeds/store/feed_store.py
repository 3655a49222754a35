"""The interface of feed stores for publication and readers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from portalcrawl.errors import FeedConflictError, FeedStoreError

Content = Callable[[], Iterator[bytes]]
"""Returns an iterator over the content of a file in chunks, from the beginning; may be called repeatedly."""
MANIFEST = re.compile(r"manifest-.+\.json")


class FeedStore(Protocol):
    """A folder or bucket with feeds and manifests, stored by name.

    :raises FeedStoreError: if it can't be used; the problem may be temporary.
    """

    @property
    def name(self) -> str:
        """The path of the folder, or the URL without secrets."""

    def put_new(self, name: str, content: Content, size: int, sha256: str) -> None:
        """Store a new file atomically (readers see all of it or nothing), never overwriting another.

        If *name* already exists with the same SHA-256, nothing is done.

        :raises FeedConflictError: if *name* exists with other content, or *content* does not match *sha256*.
        """

    def open(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file in chunks."""

    def manifests(self) -> list[str]:
        """Return the names of all manifests, in the order in which their runs began."""

    def sizes(self, prefix: str) -> dict[str, int]:
        """Return name -> size in bytes of all files whose names begin with *prefix*, from one listing."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, one after the other; missing files are not an error."""

    def check(self) -> None:
        """Raise FeedStoreError if files can't be written, read and removed."""


def is_manifest(name: str) -> bool:
    """Return whether *name* is the name of a manifest."""
    return MANIFEST.fullmatch(name) is not None


def checked(name: str, content: Iterator[bytes], size: int, sha256: str) -> Iterator[bytes]:
    """Yield *content*; if it does not match *size* and *sha256*, raise FeedConflictError before it ends."""
    digest, number = hashlib.sha256(), 0
    for part in content:
        digest.update(part)
        number += len(part)
        yield part
    if number != size or digest.hexdigest() != sha256:
        raise FeedConflictError(f"the content of {name} ({number} bytes) does not match its manifest ({size} bytes)")


def require_same(store: FeedStore, name: str, sha256: str) -> None:
    """Raise FeedConflictError if the content of the file *name* does not match *sha256*."""
    digest = hashlib.sha256()
    for part in store.open(name):
        digest.update(part)
    if digest.hexdigest() != sha256:
        problem = f"{store.name} has a different file {name}: it is not overwritten, and the run stays unpublished"
        raise FeedConflictError(problem)


def read_whole(store: FeedStore, name: str) -> bytes:
    """Return the content of a small file."""
    return b"".join(store.open(name))


def lines_of(store: FeedStore, name: str) -> Iterator[bytes]:
    """Yield the lines of a feed, each with its line feed; memory is bounded by one chunk and one line."""
    rest = b""
    for part in store.open(name):
        *lines, rest = (rest + part).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest


def lines_if_any(store: FeedStore, name: str) -> Iterator[bytes]:
    """Yield what :func:`lines_of` yields; nothing if there is no file *name*."""
    try:
        yield from lines_of(store, name)
    except FeedStoreError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
