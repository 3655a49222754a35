"""Archives each state of publishers' rights documents in ``rights/<host>/`` beside the feeds.

Each state of a document is one file, named by its kind, the time when it was first seen and its SHA-256.
``index.json`` beside it records when each state was first and last seen, and when there was no document. It grows
with changes, not with runs. As it is rewritten as a whole, it keeps only the newest entries: some sites return a
different robots.txt for each request. Older entries are moved to parts of the index, which are files that never change
(``index/<time>-<hash>.json``).

A part is written before its entries are removed from the index. If the process dies in between, these entries are
duplicated, which is harmless. Readers read the index first, then the parts.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from portalcrawl.errors import DataFolderError
from portalcrawl.rights.document_place import DocumentPlace, StoredFile
from portalcrawl.rights.sightings import Sighting, StoredDocument, first_kept, merged

INDEX = "index.json"
PARTS = "index"
"""Folder of the parts of the index, beside it."""
KEPT = 100
"""Number of entries that stay in the index when older ones are moved to a part."""
PART = 500
"""Number of entries in a part. Reading and writing an index of KEPT + PART entries takes about 10 milliseconds."""
LISTED = 50
"""With this many entries of a host, files stored by a run that died are no longer looked up: documents that change at
each request would not be found again, and listing many files is slow."""
ATTEMPTS = 20
"""Most attempts to replace the index of a host, as others may write it in an object store at the same time."""
FIELDS = tuple(each.name for each in fields(StoredDocument))
SUFFIXES = {"robots.txt": ".txt", "tdmrep.json": ".json"}


class RightsArchive:
    """The archive in one place (folder or object store).

    :raises DataFolderError: if the index of a host is damaged.
    :raises OSError: if a disk can't be used.
    :raises FeedStoreError: if an object store can't be used.
    """

    def __init__(self, place: DocumentPlace) -> None:
        self._place = place

    def store(self, origin: str, document: str, body: bytes | None, fetched: datetime) -> None:
        """Record that *document* of *origin* had the content *body* (None: did not exist) at *fetched* (aware, UTC)."""
        self.store_all(host_of(origin), [Sighting(origin, document, body, fetched)])

    def store_all(self, host: str, sightings: Iterable[Sighting]) -> None:
        """Record *sightings* of documents of *host*; they may be older than recorded ones."""
        seen = list(sightings)
        for _ in range(ATTEMPTS):
            with self._place.locked(host):
                if self._recorded(host, seen):
                    return
        raise DataFolderError(f"{self._place.address(host, INDEX)} was changed by others {ATTEMPTS} times in a row")

    def documents(self, origin: str) -> list[StoredDocument]:
        """Return all states of the documents of *origin*'s host, in the order in which they were first seen."""
        host = host_of(origin)
        entries = self.newest(host)  # before the parts: entries moved meanwhile are read twice, not missed
        return merged([*entries, *(each for part in self.parts(host) for each in self.part(host, part))])

    def newest(self, host: str) -> list[StoredDocument]:
        """Return the entries in ``index.json``, without those in parts."""
        return self.parsed(host, INDEX, self._place.read(host, INDEX))

    def parts(self, host: str) -> list[str]:
        """Return the names of the parts of the index."""
        return [f"{PARTS}/{name}" for name in self._place.names(host, PARTS) if name.endswith(".json")]

    def part(self, host: str, name: str) -> list[StoredDocument]:
        """Return the entries of a part of the index."""
        return self.parsed(host, name, self._place.read(host, name))

    def at(self, origin: str, moment: datetime) -> list[StoredDocument]:
        """Return the state of each document of *origin* at *moment* (aware): the last one first seen by then."""
        wanted = moment.astimezone(UTC)
        found: dict[str, StoredDocument] = {}
        for each in self.documents(origin):
            if each.origin == origin and datetime.fromisoformat(each.first_seen) <= wanted:
                found[each.document] = each
        return [found[name] for name in SUFFIXES if name in found]

    def latest(self, origin: str) -> list[StoredDocument]:
        """Return the last seen state of each document of *origin*."""
        return self.at(origin, datetime.max.replace(tzinfo=UTC))

    def body(self, document: StoredDocument) -> bytes | None:
        """Return the content of *document*; None if it did not exist."""
        if document.file is None:
            return None
        found = self._place.read(host_of(document.origin), document.file)
        if found is None:
            raise DataFolderError(f"{self.address(document)} is missing")
        return found.content

    def address(self, document: StoredDocument) -> str | None:
        """Return the path or URL of the file of *document*; None if it did not exist."""
        return self._place.address(host_of(document.origin), document.file) if document.file else None

    def parsed(self, host: str, name: str, index: StoredFile | None) -> list[StoredDocument]:
        """Return the entries in *index*, the content of an index file or a part; empty if it is None."""
        try:
            return [StoredDocument(**each) for each in json.loads(index.content)] if index else []
        except (ValueError, TypeError) as error:
            address = self._place.address(host, name)
            raise DataFolderError(f"{address} is damaged ({error}); restore it, or move it away") from error

    def _recorded(self, host: str, seen: Sequence[Sighting]) -> bool:
        """Write the new states in *seen*; return False if others have changed the index meanwhile."""
        index = self._place.read(host, INDEX)
        known = self.parsed(host, INDEX, index)
        files = _Files(self._place, host, known, seen)
        new, late = [each.entry() for each in seen], []
        starts = first_kept(known)
        if any(each.first_seen < starts.get(each.series, "") for each in new) and self._place.names(host, PARTS):
            # States in between may be in parts only; merging with the index alone would join the states around them.
            late = [each for each in new if each.first_seen < starts.get(each.series, "")]
            new = [each for each in new if each.first_seen >= starts.get(each.series, "")]
        if late:
            self._add_part(host, [files.with_file(each) for each in late])
        entries = [files.with_file(each) for each in merged([*known, *new])]
        return self._place.replace(
            host, INDEX, _as_json(self._without_oldest(host, entries)), index.version if index else None
        )

    def _without_oldest(self, host: str, entries: list[StoredDocument]) -> list[StoredDocument]:
        """Move the oldest of too many *entries* to parts and return the others.

        The last entry of each document always stays, as it is the current one.
        """
        number = (len(entries) - KEPT) // PART * PART
        if number <= 0:
            return entries
        last = {each.series: each for each in entries}
        moved = [each for each in entries if last[each.series] is not each][:number]
        for start in range(0, len(moved), PART):
            self._add_part(host, moved[start : start + PART])
        gone = set(moved)
        return [each for each in entries if each not in gone]

    def _add_part(self, host: str, entries: Sequence[StoredDocument]) -> None:
        content = _as_json(entries)
        name = f"{_compact(entries[0].first_seen)}-{hashlib.sha256(content).hexdigest()[:16]}.json"
        self._place.add(host, f"{PARTS}/{name}", content)


class _Files:
    """Files of a host's documents. Each is written once; it is found again if a run died before writing the index."""

    def __init__(
        self, place: DocumentPlace, host: str, known: Sequence[StoredDocument], seen: Sequence[Sighting]
    ) -> None:
        self._place, self._host = place, host
        self._bodies = {each.sha256: each.body for each in seen}
        self._listed = len(known) < LISTED
        self._names: list[str] | None = None

    def with_file(self, entry: StoredDocument) -> StoredDocument:
        """Return *entry* with the name of its file; the file is written if it does not exist."""
        if entry.file is not None or entry.sha256 is None:
            return entry
        suffix = SUFFIXES[entry.document]
        stem, end = entry.document.removesuffix(suffix), f"-{entry.sha256[:16]}{suffix}"
        name = f"{stem}-{_compact(entry.first_seen)}{end}"
        if self._names is None:
            self._names = self._place.names(self._host) if self._listed else []
        before = self._names[: bisect_right(self._names, name)]
        newest = next((each for each in reversed(before) if each.startswith(f"{stem}-") and each.endswith(suffix)), "")
        if newest.endswith(end):
            return replace(entry, file=newest)
        self._place.add(self._host, name, self._bodies[entry.sha256] or b"")
        self._names.insert(len(before), name)
        return replace(entry, file=name)


def _as_json(entries: Iterable[StoredDocument]) -> bytes:
    lines = (json.dumps({name: getattr(each, name) for name in FIELDS}, ensure_ascii=False) for each in entries)
    return "[\n{}\n]\n".format(",\n".join(lines)).encode()


def _compact(moment: str) -> str:
    """Return the time of an entry in the form used in file names."""
    return f"{datetime.fromisoformat(moment):%Y%m%dT%H%M%SZ}"


def host_of(origin: str) -> str:
    """Return the folder name of an origin: its host, with the port if it is not the default."""
    return urlsplit(origin).netloc.replace("/", "_")
