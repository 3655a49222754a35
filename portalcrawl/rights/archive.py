"""The documents in which publishers state rights, kept once a change in ``data/rights/<host>/``.

A document is a file of its own, named by its kind, the time when it was first seen and its SHA-256. ``index.json``
beside it says from when to when each was seen, also that there was none. It is written anew as a whole, so it grows
with changes, not with runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from portalcrawl.errors import DataFolderError
from portalcrawl.feeds.feed_files import write_whole

INDEX = "index.json"
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


class RightsArchive:
    """The folder ``rights`` of a data folder.

    :raises OSError: where it can't be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def store(self, origin: str, document: str, body: bytes | None, fetched: datetime) -> None:
        """Record that *document* of *origin* was *body* at *fetched* (aware, UTC); None: there was none."""
        folder = self.folder_of(origin)
        folder.mkdir(parents=True, exist_ok=True)
        sha256 = hashlib.sha256(body).hexdigest() if body is not None else None
        moment = fetched.astimezone(UTC).isoformat(timespec="seconds")
        with _locked(folder):
            known = self.documents(origin)
            last = next((each for each in reversed(known) if (each.origin, each.document) == (origin, document)), None)
            if last is not None and last.sha256 == sha256:
                known[known.index(last)] = replace(last, last_seen=max(last.last_seen, moment))
            else:
                file = _write(folder, document, sha256, body, fetched) if body is not None and sha256 else None
                known.append(StoredDocument(origin, document, sha256, file, moment, moment))
            content = json.dumps([asdict(each) for each in known], ensure_ascii=False, indent=1)
            write_whole(folder / INDEX, content.encode() + b"\n")

    def documents(self, origin: str) -> list[StoredDocument]:
        """Return all documents of the host of *origin*, in the order in which they were first seen.

        :raises DataFolderError: where the index is damaged.
        """
        index = self.folder_of(origin) / INDEX
        try:
            return [StoredDocument(**each) for each in json.loads(index.read_bytes())]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError) as error:
            raise DataFolderError(f"{index} is damaged ({error}); restore it, or move it away") from error

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
        return (self.folder_of(document.origin) / document.file).read_bytes() if document.file else None

    def folder_of(self, origin: str) -> Path:
        """Return the folder of the host of *origin*, named by it, with a port that is not the default."""
        return self._folder / urlsplit(origin).netloc.replace("/", "_")


def _write(folder: Path, document: str, sha256: str, body: bytes, fetched: datetime) -> str:
    """Write *body* and return the name of its file: that of the newest one if that is the same (a run died)."""
    suffix = SUFFIXES[document]
    stem = document.removesuffix(suffix)
    newest = max((path.name for path in folder.glob(f"{stem}-*{suffix}")), default="")
    if newest.endswith(f"-{sha256[:16]}{suffix}"):
        return newest
    name = f"{stem}-{fetched.astimezone(UTC):%Y%m%dT%H%M%SZ}-{sha256[:16]}{suffix}"
    write_whole(folder / name, body)
    return name


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock *folder* for a moment: runs of several portals may have one host (flock(2))."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
