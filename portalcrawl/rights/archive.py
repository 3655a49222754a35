"""The documents in which publishers state rights, kept once a change in ``rights/<host>/`` beside the feeds.

A document is a file of its own, named by its kind, the time when it was first seen and its SHA-256. ``index.json``
beside it says from when to when each was seen, also that there was none. It grows with changes, not with runs. It is
written anew as a whole, so it keeps the newest entries only: some sites give another robots.txt at each request. Older
ones are moved to parts of the index, each a file that never changes (``index/<time>-<hash>.json``).

A part is written before the index without its entries; who dies in between leaves entries twice, which says nothing
new. Readers read the index first, then the parts.
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
"""Entries that stay in the index when older ones are moved to a part, ..."""
PART = 500
"""... which has so many: reading and writing an index of both together takes about 10 milliseconds."""
LISTED = 50
"""Entries of a host from which on no file is looked for that a run had stored before it died: what changes at each
request would not be found, and listing many files takes long."""
ATTEMPTS = 20
"""Others may write the index of a host in an object store at the same time."""
FIELDS = tuple(each.name for each in fields(StoredDocument))
SUFFIXES = {"robots.txt": ".txt", "tdmrep.json": ".json"}


class RightsArchive:
    """The documents in one place.

    :raises DataFolderError: where the index of a host is damaged.
    :raises OSError: where a disk can't be used.
    :raises FeedStoreError: where an object store can't be used.
    """

    def __init__(self, place: DocumentPlace) -> None:
        self._place = place

    def store(self, origin: str, document: str, body: bytes | None, fetched: datetime) -> None:
        """Record that *document* of *origin* was *body* at *fetched* (aware, UTC); None: there was none."""
        self.store_all(host_of(origin), [Sighting(origin, document, body, fetched)])

    def store_all(self, host: str, sightings: Iterable[Sighting]) -> None:
        """Record what documents of *host* were; a sighting may be older than what is recorded already."""
        seen = list(sightings)
        for _ in range(ATTEMPTS):
            with self._place.locked(host):
                if self._recorded(host, seen):
                    return
        raise DataFolderError(f"{self._place.address(host, INDEX)} was changed by others {ATTEMPTS} times in a row")

    def documents(self, origin: str) -> list[StoredDocument]:
        """Return all documents of the host of *origin*, in the order in which they were first seen."""
        host = host_of(origin)
        entries = self.newest(host)  # first: what is moved meanwhile is read twice, not never
        return merged([*entries, *(each for part in self.parts(host) for each in self.part(host, part))])

    def newest(self, host: str) -> list[StoredDocument]:
        """Return the entries of the index without its parts."""
        return self.parsed(host, INDEX, self._place.read(host, INDEX))

    def parts(self, host: str) -> list[str]:
        """Return the names of the parts of the index."""
        return [f"{PARTS}/{name}" for name in self._place.names(host, PARTS) if name.endswith(".json")]

    def part(self, host: str, name: str) -> list[StoredDocument]:
        """Return the entries of a part of the index."""
        return self.parsed(host, name, self._place.read(host, name))

    def at(self, origin: str, moment: datetime) -> list[StoredDocument]:
        """Return what each document of *origin* was at *moment* (aware): the last one first seen by then."""
        wanted = moment.astimezone(UTC)
        found: dict[str, StoredDocument] = {}
        for each in self.documents(origin):
            if each.origin == origin and datetime.fromisoformat(each.first_seen) <= wanted:
                found[each.document] = each
        return [found[name] for name in SUFFIXES if name in found]

    def latest(self, origin: str) -> list[StoredDocument]:
        """Return what each document of *origin* was when it was last seen."""
        return self.at(origin, datetime.max.replace(tzinfo=UTC))

    def body(self, document: StoredDocument) -> bytes | None:
        """Return what *document* said; None if there was none."""
        if document.file is None:
            return None
        found = self._place.read(host_of(document.origin), document.file)
        if found is None:
            raise DataFolderError(f"{self.address(document)} is missing")
        return found.content

    def address(self, document: StoredDocument) -> str | None:
        """Return the path or URL of the file of *document*; None if there was none."""
        return self._place.address(host_of(document.origin), document.file) if document.file else None

    def parsed(self, host: str, name: str, index: StoredFile | None) -> list[StoredDocument]:
        """Return the entries of an index, or of a part of it, that was read; none where there was none."""
        try:
            return [StoredDocument(**each) for each in json.loads(index.content)] if index else []
        except (ValueError, TypeError) as error:
            address = self._place.address(host, name)
            raise DataFolderError(f"{address} is damaged ({error}); restore it, or move it away") from error

    def _recorded(self, host: str, seen: Sequence[Sighting]) -> bool:
        """Write what is new in *seen*; return False where others have changed the index meanwhile."""
        index = self._place.read(host, INDEX)
        known = self.parsed(host, INDEX, index)
        files = _Files(self._place, host, known, seen)
        new, late = [each.entry() for each in seen], []
        starts = first_kept(known)
        if any(each.first_seen < starts.get(each.series, "") for each in new) and self._place.names(host, PARTS):
            # Other states may have been in between that are in parts: merged with what is here they would be forgotten.
            late = [each for each in new if each.first_seen < starts.get(each.series, "")]
            new = [each for each in new if each.first_seen >= starts.get(each.series, "")]
        if late:
            self._add_part(host, [files.with_file(each) for each in late])
        entries = [files.with_file(each) for each in merged([*known, *new])]
        return self._place.replace(
            host, INDEX, _as_json(self._without_oldest(host, entries)), index.version if index else None
        )

    def _without_oldest(self, host: str, entries: list[StoredDocument]) -> list[StoredDocument]:
        """Move the oldest of too many *entries* to parts; the last of each document stays, since it goes on."""
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
    """The files of a host's documents: each is written once, and found again where a run died before the index."""

    def __init__(
        self, place: DocumentPlace, host: str, known: Sequence[StoredDocument], seen: Sequence[Sighting]
    ) -> None:
        self._place, self._host = place, host
        self._bodies = {each.sha256: each.body for each in seen}
        self._listed = len(known) < LISTED
        self._names: list[str] | None = None

    def with_file(self, entry: StoredDocument) -> StoredDocument:
        """Return *entry* with the name of its file, which is written if there is none."""
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
    """Return the time of an entry as it stands in names of files."""
    return f"{datetime.fromisoformat(moment):%Y%m%dT%H%M%SZ}"


def host_of(origin: str) -> str:
    """Return the name of the folder of an origin: its host, with a port that is not the default."""
    return urlsplit(origin).netloc.replace("/", "_")
