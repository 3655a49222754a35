"""The place of the documents of rights: where the feeds are.

A crawl keeps them in its data folder, which takes no network. Where feeds go elsewhere, the end of a run copies them to
``rights/`` there, for all machines that share a store. What a store that is down can't take is copied by a later run.
"""

from __future__ import annotations

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
            if new := _new_sightings(RightsArchive(here), target, host):
                target.store_all(host, new)
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


def _new_sightings(here: RightsArchive, target: RightsArchive, host: str) -> list[Sighting]:
    """Return what *target* does not know yet. No other document is read: some robots.txt change at each request."""
    known = {
        (each.origin, each.document, each.sha256, moment)
        for each in target.documents(f"https://{host}")
        for moment in (each.first_seen, each.last_seen)
    }
    new = []
    for each in here.documents(f"https://{host}"):
        moments = {each.first_seen: None, each.last_seen: None}
        unknown = [at for at in moments if (each.origin, each.document, each.sha256, at) not in known]
        body = here.body(each) if unknown else None
        new += [Sighting(each.origin, each.document, body, datetime.fromisoformat(at)) for at in unknown]
    return new
