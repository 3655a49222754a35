"""What publication and readers need of the place where feeds are, whichever it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from portalcrawl.errors import FeedConflictError, FeedStoreError

Content = Callable[[], Iterator[bytes]]
"""Gives the content of a file from its beginning, in parts; may be called again."""
MANIFEST = re.compile(r"manifest-.+\.json")


@dataclass(frozen=True, slots=True, order=True)
class StoredManifest:
    """A manifest in a store. Sorted, they come in the order in which they were published."""

    modified: datetime
    """When it was published (aware, UTC), by the clock of the store."""
    name: str


class FeedStore(Protocol):
    """A folder or a bucket that holds feeds and manifests under their names.

    :raises FeedStoreError: where it can't be used, perhaps only for now.
    """

    @property
    def name(self) -> str:
        """The folder, or the URL, without secrets."""

    def put_new(self, name: str, content: Content, size: int, sha256: str) -> None:
        """Store a file whole, so that readers see all of it or nothing, and never in place of another one.

        Where *name* exists with the same SHA-256, nothing is done.

        :raises FeedConflictError: where *name* exists with other content, or *content* is not as *sha256* says.
        """

    def open(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file in parts."""

    def manifests(self) -> list[StoredManifest]:
        """Return all manifests, in the order in which they were published."""

    def sizes(self, prefix: str) -> dict[str, int]:
        """Return the bytes of all files whose names begin with *prefix*, by name, from one listing."""

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, one after the other; what is not there is no error."""

    def check(self) -> None:
        """Raise FeedStoreError where files can't be written, read and removed."""


def is_manifest(name: str) -> bool:
    """Return whether *name* is that of a manifest."""
    return MANIFEST.fullmatch(name) is not None


def checked(name: str, content: Iterator[bytes], size: int, sha256: str) -> Iterator[bytes]:
    """Yield *content*; where it is not what *size* and *sha256* say, raise FeedConflictError before it ends."""
    digest, number = hashlib.sha256(), 0
    for part in content:
        digest.update(part)
        number += len(part)
        yield part
    if number != size or digest.hexdigest() != sha256:
        raise FeedConflictError(f"the {number} bytes of {name} are not the {size} bytes that its manifest lists")


def require_same(store: FeedStore, name: str, sha256: str) -> None:
    """Raise FeedConflictError where the file *name* has another content than *sha256* says."""
    digest = hashlib.sha256()
    for part in store.open(name):
        digest.update(part)
    if digest.hexdigest() != sha256:
        problem = f"{store.name} holds another file {name}: it is not overwritten, and the run stays unpublished"
        raise FeedConflictError(problem)


def read_whole(store: FeedStore, name: str) -> bytes:
    """Return the content of a small file."""
    return b"".join(store.open(name))


def lines_of(store: FeedStore, name: str) -> Iterator[bytes]:
    """Yield the lines of a feed, each with its line feed; memory is bounded by one part and one line."""
    rest = b""
    for part in store.open(name):
        *lines, rest = (rest + part).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest


__all__ = ["Content", "FeedStore", "FeedStoreError", "StoredManifest"]
