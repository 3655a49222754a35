"""The place of the documents of rights: where the feeds are.

A crawl keeps them in its data folder, which takes no network. Where feeds go elsewhere, the end of a run moves them to
``rights/`` there. What a store that is down can't take stays in the data folder until a later run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from portalcrawl.feeds.store.locating import TIMEOUT, local_folder
from portalcrawl.rights.archive import INDEX, RightsArchive, Sighting
from portalcrawl.rights.document_place import DocumentFolder, DocumentPlace

FOLDER = "rights"


def documents_place(data_dir: Path, feeds_url: str, timeout: float = TIMEOUT) -> DocumentPlace:
    """Return where documents are kept for good: in *data_dir*, or where *feeds_url* puts feeds that are not in it.

    :raises FeedStoreError: where the environment's settings of an object store are wrong.
    """
    folder = local_folder(feeds_url)
    if folder is None:
        from portalcrawl.feeds.store.document_bucket import DocumentBucket  # here, since a folder needs no obstore

        return DocumentBucket(feeds_url, timeout)
    return DocumentFolder((data_dir if folder == data_dir / "feeds" else folder) / FOLDER)


def move_documents(data_dir: Path, feeds_url: str, timeout: float = TIMEOUT) -> None:
    """Move what runs have kept in *data_dir* to where documents are kept for good, if that is elsewhere.

    :raises FeedStoreError: where the store can't be used: the documents stay where they are.
    :raises DataFolderError: where an index is damaged.
    """
    if local_folder(feeds_url) == data_dir / "feeds":
        return
    here = DocumentFolder(data_dir / FOLDER)
    hosts = [host for host in here.hosts() if here.read(host, INDEX)]
    if not hosts:
        return
    target = RightsArchive(documents_place(data_dir, feeds_url, timeout))
    for host in hosts:
        with here.locked(host):
            target.store_all(host, _sightings(here, host))
            names = here.names(host)
            here.remove(host, [name for name in names if name == INDEX] + names)  # killed here, nothing is moved twice


def _sightings(here: DocumentFolder, host: str) -> Iterator[Sighting]:
    archive = RightsArchive(here)
    for each in archive.documents(f"https://{host}"):
        body = archive.body(each)
        for moment in {each.first_seen: None, each.last_seen: None}:
            yield Sighting(each.origin, each.document, body, datetime.fromisoformat(moment))
