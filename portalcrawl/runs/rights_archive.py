"""The place of the documents of rights: where the feeds are.

A crawl keeps them in its data folder, which takes no network. Where feeds go elsewhere, the end of a run copies them to
``rights/`` there, for all machines that share a store. What a store that is down can't take is copied by a later run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from portalcrawl.errors import DataFolderError
from portalcrawl.feeds.store.locating import TIMEOUT, local_folder
from portalcrawl.rights.archive import INDEX, RightsArchive, Sighting
from portalcrawl.rights.document_place import DocumentFolder, DocumentPlace

FOLDER = "rights"
COPIED = ".copied"
"""Folder beside those of hosts: a file a host says where, and in which state, its documents were copied last."""


def documents_place(data_dir: Path, feeds_url: str, timeout: float = TIMEOUT) -> DocumentPlace:
    """Return where documents are kept for good: in *data_dir*, or where *feeds_url* puts feeds that are not in it.

    :raises FeedStoreError: where the environment's settings of an object store are wrong.
    """
    folder = local_folder(feeds_url)
    if folder is None:
        from portalcrawl.feeds.store.document_bucket import DocumentBucket  # here, since a folder needs no obstore

        return DocumentBucket(feeds_url, timeout)
    return DocumentFolder((data_dir if folder == data_dir / "feeds" else folder) / FOLDER)


def copy_documents(data_dir: Path, feeds_url: str, timeout: float = TIMEOUT) -> None:
    """Copy what runs have kept in *data_dir* to where documents are kept for good, if that is elsewhere.

    Hosts of which nothing was kept since they were copied last cost one small read each.

    :raises FeedStoreError: where the store can't be used: the next run copies what this one could not.
    :raises DataFolderError: where the index of a host is damaged; all other hosts were copied.
    """
    here = DocumentFolder(data_dir / FOLDER)
    if _is_here(here, data_dir, feeds_url):
        return
    target: RightsArchive | None = None
    damaged: DataFolderError | None = None
    for host in here.hosts():
        # Without its lock: a store that is down must not stop the runs that record this host meanwhile. Documents that
        # they add after this line are copied twice, which changes nothing.
        index = here.read(host, INDEX)
        state = f"{feeds_url}\n{index.version}\n".encode() if index else b""
        known = here.read(COPIED, host)
        if not state or (known and known.content == state):
            continue
        target = target or RightsArchive(documents_place(data_dir, feeds_url, timeout))
        try:
            target.store_all(host, _sightings(here, host))
        except DataFolderError as error:  # of this host alone
            damaged = error
            continue
        with here.locked(COPIED):
            here.replace(COPIED, host, state, None)
    if damaged is not None:
        raise damaged


def _is_here(here: DocumentFolder, data_dir: Path, feeds_url: str) -> bool:
    """Return whether documents are kept for good where crawls keep them, by whatever name that folder is called."""
    if local_folder(feeds_url) is None:
        return False
    place = documents_place(data_dir, feeds_url)
    return isinstance(place, DocumentFolder) and place.folder.resolve() == here.folder.resolve()


def _sightings(here: DocumentFolder, host: str) -> Iterator[Sighting]:
    archive = RightsArchive(here)
    for each in archive.documents(f"https://{host}"):
        body = archive.body(each)
        for moment in {each.first_seen: None, each.last_seen: None}:
            yield Sighting(each.origin, each.document, body, datetime.fromisoformat(moment))
