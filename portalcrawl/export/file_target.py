"""Exports to a folder: one set of files per batch, and a manifest that lists the valid files.

    DIR/_export.json                                    what the folder holds: files, runs; written last
    DIR/kind=articles/month=2025-12/part-000001.parquet

Files are written under temporary names, synced and renamed; the manifest is written last. A file that it does not
list was left by an export that died, and the next export removes it. Small files are merged (see merging.py). Dataset
readers skip names that begin with ``_`` (``ignore_prefixes`` of pyarrow.dataset).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from filelock import FileLock, Timeout

from portalcrawl.errors import ExportError, RunLockedError
from portalcrawl.export.cursor import Cursor
from portalcrawl.export.exporting import Row
from portalcrawl.export.merging import MANIFEST, VERSION, WHILE_MERGING, merge_small_files, settle, write_manifest
from portalcrawl.feeds.feed_files import PART, sync_folder

if TYPE_CHECKING:
    from portalcrawl.export.parquet_format import ParquetMerger

LOCK = "_export.lock"
OWN = re.compile(r"_?part-\d{6,}\.(?:parquet|csv)(?:\.part)?")
"""Names of files that exports write; other files are never removed."""


class Writer(Protocol):
    """Writes the rows of one file."""

    rows: int

    def write(self, row: Row) -> None:
        """Add a row."""

    def finish(self) -> None:
        """Write buffered rows; the caller closes the file."""


class FileFormat(Protocol):
    """A file format."""

    name: str
    """Name of the format, which is also the suffix of its files."""

    @property
    def merger(self) -> ParquetMerger | None:
        """Return an object that merges files of this format; None if they are never merged."""

    def writer(self, kind: str, file: IO[bytes]) -> Writer:
        """Return a writer of rows of *kind* to *file*."""


class FileTarget:
    """A folder of files in one format."""

    def __init__(self, folder: Path, file_format: FileFormat, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.format = file_format
        self._manifest = manifest
        self._gone: list[str] = []
        """Files in the manifest that were missing when the folder was opened."""

    @classmethod
    @contextmanager
    def open(cls, folder: Path, file_format: FileFormat) -> Iterator[FileTarget]:
        """Open *folder*, creating it if it does not exist, and remove files left by an export that died.

        :raises ExportError: if the folder was not made by exports in this format.
        :raises RunLockedError: if another export is using it.
        :raises OSError: if it can't be written.
        """
        if folder.exists() and not folder.is_dir():
            raise ExportError(f"{folder} is a file; an export needs a folder")
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise RunLockedError(f"another export writes to {folder}") from None
        with lock:
            target = cls(folder, file_format, settle(folder, _read_manifest(folder, file_format.name)))
            target._compare()
            yield target

    def cursor(self) -> Cursor:
        """Return the cursor with the runs and feeds that the folder holds."""
        feeds = {file: frozenset(portals) for file, portals in self._manifest["feeds"].items()}
        return Cursor(set(self._manifest["runs"]), feeds)

    def lost(self) -> str | None:
        """Return a one-line message with the missing files and what to do; None if none is missing."""
        if not self._gone:
            return None
        first, *others = self._gone
        files = f"{first} and {len(others)} more are" if others else f"{first} is"
        them = "them" if others else "it"
        return (
            f"{files} gone from {self.folder}, and no record is exported twice: restore {them}, or "
            f"export everything into another folder; to go on without {them}, take {them} out of files in {MANIFEST}"
        )

    @contextmanager
    def batch(self) -> Iterator[FileBatch]:
        """Return a new batch; leaving the context removes its files unless it was committed."""
        batch = FileBatch(self.folder, self.format, self._manifest["batches"] + 1)
        try:
            yield batch
        finally:
            batch.close()
        self._manifest = batch.manifest or self._manifest

    def tidy(self) -> None:
        """Merge small files if there are many; see :func:`merging.merge_small_files`."""
        if self.format.merger is not None:
            self._manifest = merge_small_files(self.folder, self.format.name, self.format.merger, self._manifest)

    def _compare(self) -> None:
        """Remove files of exports that are not in the manifest; remember files in the manifest that are missing."""
        gone = {each["file"] for each in self._manifest["files"]}
        named = frozenset(gone)
        for path in self.folder.glob("kind=*/month=*/*part-*"):
            file = path.relative_to(self.folder).as_posix()
            if OWN.fullmatch(path.name) and file not in named:
                path.unlink()
            gone.discard(file)
        self._gone = sorted(gone)


class FileBatch:
    """The files of one batch."""

    def __init__(self, folder: Path, file_format: FileFormat, number: int) -> None:
        self.manifest: dict[str, Any] | None = None
        """The new manifest, once the batch is committed."""
        self._folder, self._format, self._number = folder, file_format, number
        self._open: dict[tuple[str, str], tuple[IO[bytes], Writer]] = {}
        self._renamed: list[Path] = []

    def write(self, row: Row) -> None:
        """Add a row to the file of its kind and month (UTC)."""
        key = (row.kind, row.seen.astimezone(UTC).strftime("%Y-%m"))
        if key not in self._open:
            path = self._path(*key)
            path.parent.mkdir(parents=True, exist_ok=True)
            file = _part(path).open("wb")
            self._open[key] = (file, self._format.writer(row.kind, file))
        self._open[key][1].write(row)

    def commit(self, cursor: Cursor) -> None:
        """Sync and rename the files, then write the manifest with them and *cursor*."""
        old = _read_manifest(self._folder, self._format.name)
        files = list(old["files"])
        for (kind, month), (file, writer) in self._open.items():
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
            file.close()
            path = self._path(kind, month)
            files.append(
                {
                    "file": path.relative_to(self._folder).as_posix(),
                    "kind": kind,
                    "month": month,
                    "records": writer.rows,
                    "bytes": _part(path).stat().st_size,
                }
            )
        for key in self._open:
            path = self._path(*key)
            _part(path).replace(path)
            self._renamed.append(path)
        for folder in {each for path in self._renamed for each in (path.parent, path.parent.parent, self._folder)}:
            sync_folder(folder)
        feeds = {file: sorted(portals) for file, portals in sorted(cursor.feeds.items())}
        new = {**old, "batches": self._number, "files": files, "runs": sorted(cursor.runs), "feeds": feeds}
        write_manifest(self._folder, new)
        self.manifest = new

    def close(self) -> None:
        """Close all files; remove those of a batch that was not committed."""
        for file, _ in self._open.values():
            with suppress(OSError):  # closing flushes, which fails on a full disk
                file.close()
        if self.manifest is None:
            for path in [*self._renamed, *(_part(self._path(*key)) for key in self._open)]:
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _path(self, kind: str, month: str) -> Path:
        name = f"part-{self._number:06d}.{self._format.name}"
        return self._folder / f"kind={kind}" / f"month={month}" / name


def _part(path: Path) -> Path:
    """Return the temporary path for writing a file; dataset readers skip its name."""
    return path.with_name(f"_{path.name}{PART}")


def _read_manifest(folder: Path, name: str) -> dict[str, Any]:
    """Return the manifest of *folder*; if the folder has no export yet, write an empty manifest first.

    As the manifest is written before any file, files without a manifest were not left by an export that died.

    :raises ExportError: if there are exported files without a manifest, or the manifest can't be used.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        found, version = manifest["format"], manifest["version"]
        _check_lists(manifest)
    except FileNotFoundError:
        if any(folder.glob("kind=*/month=*/part-*")):
            raise ExportError(f"{folder} holds exported files, but no {MANIFEST}; export into another folder") from None
        new = {"version": VERSION, "format": name, "batches": 0, "files": [], "runs": [], "feeds": {}}
        write_manifest(folder, new)
        return new
    except (ValueError, KeyError, TypeError):
        raise ExportError(f"{path} is damaged; restore it, or export into another folder") from None
    if found != name:
        raise ExportError(f"{folder} holds an export as {found}; export as {name} into another folder")
    if version not in (VERSION, WHILE_MERGING):
        raise ExportError(f"{path} was written by a newer portalcrawl; upgrade, or export into another folder")
    return manifest


def _check_lists(manifest: dict[str, Any]) -> None:
    shapes: dict[str, Callable[[Any], bool]] = {
        "batches": lambda value: isinstance(value, int),
        "files": lambda value: isinstance(value, list) and all(isinstance(each["file"], str) for each in value),
        "runs": lambda value: isinstance(value, list),
        "feeds": lambda value: isinstance(value, dict),
        "merging": lambda value: (
            isinstance(value["new"]["file"], str)
            and isinstance(value["replaces"], list)
            and isinstance(value["batch"], int)
        ),
    }
    for key, is_good in shapes.items():
        if (key != "merging" or key in manifest) and not is_good(manifest[key]):
            raise ValueError(key)
