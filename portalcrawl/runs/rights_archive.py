"""The place of the documents of rights: where the feeds are.

A crawl keeps them in its data folder, which takes no network. Where feeds go elsewhere, the end of a run copies them to
``rights/`` there, for all machines that share a store. What a store that is down can't take is copied by a later run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

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
    :raises DataFolderError: where an index is damaged.
    """
    if local_folder(feeds_url) == data_dir / "feeds":
        return
    here = DocumentFolder(data_dir / FOLDER)
    target: RightsArchive | None = None
    for host in here.hosts():
        with here.locked(host):
            index = here.read(host, INDEX)
            state = f"{feeds_url}\n{index.version}\n".encode() if index else b""
            known = here.read(COPIED, host)
            if not state or (known and known.content == state):
                continue
            target = target or RightsArchive(documents_place(data_dir, feeds_url, timeout))
            target.store_all(host, _sightings(here, host))
            (here.folder / COPIED).mkdir(exist_ok=True)
            here.replace(COPIED, host, state, None)


def _sightings(here: DocumentFolder, host: str) -> Iterator[Sighting]:
    archive = RightsArchive(here)
    for each in archive.documents(f"https://{host}"):
        body = archive.body(each)
        for moment in {each.first_seen: None, each.last_seen: None}:
            yield Sighting(each.origin, each.document, body, datetime.fromisoformat(moment))
