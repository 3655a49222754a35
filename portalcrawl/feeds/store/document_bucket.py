"""Rights documents in an object store, beside the feeds; see ``rights.document_place``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError

from portalcrawl.feeds.store.object_store import ObjectFeedStore
from portalcrawl.rights.document_place import StoredFile

FOLDER = "rights"


class DocumentBucket(ObjectFeedStore):
    """Everything below ``rights/`` in the store of the feeds.

    A file is replaced only if it has not changed since it was read (``If-Match``), so no lock is needed.
    """

    def address(self, host: str, name: str) -> str:
        return f"{self._url.rstrip('/')}/{FOLDER}/{host}/{name}"

    @contextmanager
    def locked(self, host: str) -> Iterator[None]:
        yield

    def names(self, host: str, folder: str = "") -> list[str]:
        prefix = f"{FOLDER}/{host}/{folder}/" if folder else f"{FOLDER}/{host}/"
        with self._errors(prefix):
            found = obstore.list_with_delimiter(self._store, prefix)["objects"]
            return sorted(each["path"].rpartition("/")[2] for each in found)

    def read(self, host: str, name: str) -> StoredFile | None:
        path = f"{FOLDER}/{host}/{name}"
        with self._errors(path):
            try:
                found = obstore.get(self._store, path)
            except FileNotFoundError:
                return None
            return StoredFile(bytes(found.bytes()), found.meta["e_tag"] or "")

    def add(self, host: str, name: str, content: bytes) -> None:
        self._put(f"{FOLDER}/{host}/{name}", content, None)

    def replace(self, host: str, name: str, content: bytes, version: str | None) -> bool:
        return self._put(f"{FOLDER}/{host}/{name}", content, version)

    def _put(self, path: str, content: bytes, version: str | None) -> bool:
        with self._errors(path):
            try:
                mode = "create" if version is None else {"e_tag": version}
                obstore.put(self._store, path, content, mode=mode, use_multipart=False)  # type: ignore[arg-type]
            except (AlreadyExistsError, PreconditionError):
                return False
        return True
