"""The documents in which publishers state rights, kept once a change in ``rights/<host>/`` beside the feeds.

A document is a file of its own, named by its kind, the time when it was first seen and its SHA-256. ``index.json``
beside it says from when to when each was seen, also that there was none. It is written anew as a whole, so it grows
with changes, not with runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from urllib.parse import urlsplit

from portalcrawl.errors import DataFolderError
from portalcrawl.rights.document_place import DocumentPlace, StoredFile

INDEX = "index.json"
ATTEMPTS = 20
"""Others may write the index of a host in an object store at the same time."""
SUFFIXES = {"robots.txt": ".txt", "tdmrep.json": ".json"}


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One state of a document of an origin; times are ISO 8601, UTC."""

    origin: str
    """Scheme, host and port (``https://www.example.org``)."""
    document: str
    """``robots.txt`` or ``tdmrep.json``."""
    sha256: str | None
    """None if there was no such document."""
    file: str | None
    """Name of the file in the host's folder."""
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a document of an origin was at one time."""

    origin: str
    document: str
    body: bytes | None
    """None: there was none."""
    moment: datetime
    """Aware."""


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
                index = self._place.read(host, INDEX)
                known = self._parsed(host, index)
                for each in seen:
                    self._record(host, known, each)
                content = json.dumps([asdict(each) for each in known], ensure_ascii=False, indent=1).encode() + b"\n"
                if self._place.replace(host, INDEX, content, index.version if index else None):
                    return
        raise DataFolderError(f"{self._place.address(host, INDEX)} was changed by others {ATTEMPTS} times in a row")

    def documents(self, origin: str) -> list[StoredDocument]:
        """Return all documents of the host of *origin*, in the order in which they were first seen."""
        host = host_of(origin)
        return self._parsed(host, self._place.read(host, INDEX))

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

    def _parsed(self, host: str, index: StoredFile | None) -> list[StoredDocument]:
        try:
            return [StoredDocument(**each) for each in json.loads(index.content)] if index else []
        except (ValueError, TypeError) as error:
            address = self._place.address(host, INDEX)
            raise DataFolderError(f"{address} is damaged ({error}); restore it, or move it away") from error

    def _record(self, host: str, known: list[StoredDocument], seen: Sighting) -> None:
        """Add *seen* to *known*, in the order of time, and write its file where it is new."""
        sha256 = hashlib.sha256(seen.body).hexdigest() if seen.body is not None else None
        moment = seen.moment.astimezone(UTC).isoformat(timespec="seconds")
        earlier = [at for at, each in enumerate(known) if each.first_seen <= moment]
        same = [at for at in earlier if (known[at].origin, known[at].document) == (seen.origin, seen.document)]
        # That of a moment which is known is nothing new: machines may see two states in one second.
        last = [at for at in same if at == same[-1] or moment <= known[at].last_seen]
        if (found := next((at for at in last if known[at].sha256 == sha256), None)) is not None:
            known[found] = replace(known[found], last_seen=max(known[found].last_seen, moment))
            return
        file = self._write(host, seen, sha256) if seen.body is not None and sha256 else None
        new = StoredDocument(seen.origin, seen.document, sha256, file, moment, moment)
        known.append(new)
        if same and known[same[-1]].last_seen > moment:  # it was something else in between
            around = known[same[-1]]
            known[same[-1]] = replace(around, last_seen=around.first_seen)
            known.append(replace(around, first_seen=around.last_seen))
        known.sort(key=attrgetter("first_seen"))

    def _write(self, host: str, seen: Sighting, sha256: str) -> str:
        """Write the body and return the name of its file: that of the newest one if that is the same (a run died)."""
        suffix = SUFFIXES[seen.document]
        stem = seen.document.removesuffix(suffix)
        known = [name for name in self._place.names(host) if name.startswith(f"{stem}-") and name.endswith(suffix)]
        newest = max(known, default="")
        if newest.endswith(f"-{sha256[:16]}{suffix}"):
            return newest
        name = f"{stem}-{seen.moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-{sha256[:16]}{suffix}"
        self._place.add(host, name, seen.body or b"")
        return name


def host_of(origin: str) -> str:
    """Return the name of the folder of an origin: its host, with a port that is not the default."""
    return urlsplit(origin).netloc.replace("/", "_")
