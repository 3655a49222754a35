"""Copies archived robots.txt and tdmrep.json documents to where the feeds are.

A crawl writes them to its data folder, which needs no network. If feeds are published elsewhere, the run copies the
documents to ``rights/`` there when it ends, for all machines that share a store. If the store is down, a later run
copies them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from portalcrawl.errors import DataFolderError
from portalcrawl.feeds.store.locating import TIMEOUT, local_folder
from portalcrawl.rights.archive import INDEX, RightsArchive
from portalcrawl.rights.document_place import DocumentFolder, DocumentPlace
from portalcrawl.rights.sightings import Sighting, StoredDocument

FOLDER = "rights"
COPIED = ".copied"
"""Folder next to those of hosts, with one file per host: where, and in which version, its documents were copied."""


def documents_place(data_dir: Path, feeds_url: str, timeout: float = TIMEOUT) -> DocumentPlace:
    """Return the permanent place of documents: *data_dir*, or if *feeds_url* is not in it, the place of the feeds.

    :raises FeedStoreError: if the environment's settings of an object store are wrong.
    """
    folder = local_folder(feeds_url)
    if folder is None:
        from portalcrawl.feeds.store.document_bucket import DocumentBucket  # here, since a folder needs no obstore

        return DocumentBucket(feeds_url, timeout)
    return DocumentFolder((data_dir if folder == data_dir / "feeds" else folder) / FOLDER)


def copy_documents(data_dir: Path, feeds_url: str, timeout: float = TIMEOUT) -> None:
    """Copy the documents that runs have written to *data_dir* to their permanent place, if that is elsewhere.

    Hosts without new documents since the last copy cost two small reads each.

    :raises FeedStoreError: if the store can't be used: the next run copies what this one could not.
    :raises DataFolderError: if the index of a host is damaged; all other hosts were copied.
    """
    here = DocumentFolder(data_dir / FOLDER)
    if _is_here(here, data_dir, feeds_url):
        return
    target: RightsArchive | None = None
    damaged: DataFolderError | None = None
    for host in here.hosts():
        before = _Copied.read(here, host)
        try:
            # Without its lock: a store that is down must not stop the runs that record this host meanwhile. Documents
            # that they add after this line are copied twice, which changes nothing.
            now = _Copied.of(here, host, feeds_url)
            if now is None or now.is_same(before):
                continue
            target = target or RightsArchive(documents_place(data_dir, feeds_url, timeout))
            if new := [*_new_sightings(RightsArchive(here), target, host, before, now)]:
                target.store_all(host, new)
        except DataFolderError as error:  # affects only this host
            damaged = error
            continue
        with here.locked(COPIED):
            here.replace(COPIED, host, now.as_bytes(), None)
    if damaged is not None:
        raise damaged


@dataclass(frozen=True, slots=True)
class _Copied:
    """Which documents of a host were copied, and where to."""

    url: str
    version: str
    """Of the index."""
    parts: list[str]
    """Names of the parts of the index."""
    newest: list[StoredDocument]
    """Entries of the index without its parts."""

    @classmethod
    def of(cls, here: DocumentFolder, host: str, url: str) -> _Copied | None:
        """Return what is to be copied to *url*; None if nothing is."""
        index = here.read(host, INDEX)
        if index is None:
            return None
        archive = RightsArchive(here)
        newest = archive.parsed(host, INDEX, index)
        return cls(url, index.version, archive.parts(host), newest)

    @classmethod
    def read(cls, here: DocumentFolder, host: str) -> _Copied | None:
        """Return what was copied last; None if that is not known, or was written by an older version."""
        file = here.read(COPIED, host)
        try:
            found = json.loads(file.content) if file else None
            return cls(**{**found, "newest": [StoredDocument(**each) for each in found["newest"]]}) if found else None
        except (ValueError, TypeError, KeyError):
            return None

    def is_same(self, other: _Copied | None) -> bool:
        """Return whether nothing was kept since *other*."""
        return other is not None and (self.url, self.version, self.parts) == (other.url, other.version, other.parts)

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode() + b"\n"


def _is_here(here: DocumentFolder, data_dir: Path, feeds_url: str) -> bool:
    """Return whether the permanent place of documents is the folder that crawls write to, by whatever path."""
    if local_folder(feeds_url) is None:
        return False
    place = documents_place(data_dir, feeds_url)
    return isinstance(place, DocumentFolder) and place.folder.resolve() == here.folder.resolve()


def _new_sightings(
    here: RightsArchive, target: RightsArchive, host: str, before: _Copied | None, now: _Copied
) -> Iterator[Sighting]:
    """Yield the sightings since the last copy; if that is unknown, those that *target* does not have.

    No other document is read, and no part of an index that was copied: some robots.txt change with each request.
    """
    knows = before is not None and before.url == now.url
    copied, known = (before.parts, before.newest) if before and knows else ([], target.documents(f"https://{host}"))
    seen = {(*each.series, each.sha256, moment) for each in known for moment in _moments(each)}
    parts = (each for part in now.parts if part not in copied for each in here.part(host, part))
    for each in (*parts, *now.newest):
        unknown = [moment for moment in _moments(each) if (*each.series, each.sha256, moment) not in seen]
        body = here.body(each) if unknown else None
        for moment in unknown:
            seen.add((*each.series, each.sha256, moment))
            yield Sighting(each.origin, each.document, body, datetime.fromisoformat(moment))


def _moments(entry: StoredDocument) -> Iterable[str]:
    return dict.fromkeys((entry.first_seen, entry.last_seen))
