"""Small files of a dataset become one, so that it stays quick to read however often it is exported to.

The files of a kind and a month are merged where more than MOST of them are on one level; the new file is one level
higher, so each record is written anew a few times at most. Merging never changes a folder that readers see, but makes
another one and has both change places in one step:

1. DIR/_export.merging-000123 gets the merged file, and links to those files of the month that are not merged;
2. _export.json says what is about to be merged;
3. the folder changes places with that of the month (see exchange.py);
4. _export.json names the new file instead of the old ones.

An export that died leaves one of these states; the next one ends the merging or takes it back. Files whose names do not
change keep them; a merged file has a name that no file had before. So a reader who has opened the old folder lists all
of the old files, and opens none of the merged ones. For that the old folder stays whole for GRACE seconds at least: it
is removed by a later export.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import rmtree
from time import time
from typing import IO, Any, Protocol

from portalcrawl.errors import ExportError
from portalcrawl.export.exchange import can_exchange, exchange
from portalcrawl.feeds.feed_files import sync_folder, write_whole
from portalcrawl.plurals import counted

MANIFEST = "_export.json"
FOLDER = "_export.merging-"
"""Followed by the number of the batch."""
TRIED = "_export.trying"
GRACE = 60.0
"""Seconds that an old folder stays: a reader may have opened it, and not listed it yet."""
MOST = 32
"""Files of one kind, month and level that are left as they are."""
LARGE = 64 * 1024 * 1024
"""Bytes of a file that is not merged any more."""
AT_A_TIME = 512 * 1024 * 1024
"""Bytes that are merged into one file at most."""
VERSION, WHILE_MERGING = 1, 2
"""Versions of the manifest: an older portalcrawl, which knows nothing of merging, refuses the second one."""

Manifest = dict[str, Any]
Entry = dict[str, Any]


class Merger(Protocol):
    """Merges files of a format."""

    def shape(self, path: Path) -> bytes:
        """Return what files must have in common to be merged: their columns.

        :raises ExportError: where the file is damaged.
        """

    def merge(self, paths: Sequence[Path], file: IO[bytes]) -> int:
        """Write all rows of the files at *paths* to *file*, in bounded memory; return their number.

        :raises ExportError: where a file is damaged.
        """


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest durably, so that readers see all of it or nothing."""
    write_whole(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")


def settle(folder: Path, manifest: Manifest) -> Manifest:
    """End the merging that *manifest* speaks of, or take it back; return the manifest as it is then.

    Folders that no reader can have open any more are removed.
    """
    merging = manifest.get("merging")
    if merging is not None:
        manifest = {**manifest, "version": VERSION}
        del manifest["merging"]
        if (folder / merging["new"]["file"]).exists():
            (folder / f"{FOLDER}{merging['batch']:06d}").touch()  # it is the old one, and was readers' until now
            gone = set(merging["replaces"])
            files = [each for each in manifest["files"] if each["file"] not in gone]
            manifest |= {"files": [*files, merging["new"]], "batches": merging["batch"]}
        write_manifest(folder, manifest)
    for path in folder.glob(f"{FOLDER}*"):
        was_never_seen = int(path.name.removeprefix(FOLDER)) > manifest["batches"]
        if was_never_seen or time() - path.stat().st_mtime > GRACE:
            rmtree(path)
    return manifest


def merge_small_files(folder: Path, ending: str, merger: Merger, manifest: Manifest) -> Manifest:
    """Merge small files where there are many; return the manifest as it is then.

    Where folders can't change places in one step, nothing is merged: readers could see records twice, or not at all.

    :param ending: of the files' names.
    :raises ExportError: where files can't be merged; they are left as they are.
    """
    try:
        while chosen := _chosen(folder, merger, manifest):
            if not can_exchange(folder / TRIED):
                break
            manifest = _merge(folder, ending, merger, manifest, chosen)
    except (OSError, ExportError) as error:
        said = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise ExportError(f"small files in {folder} can't be merged: {said}") from None
    return manifest


def _chosen(folder: Path, merger: Merger, manifest: Manifest) -> list[Entry]:
    """Return entries of files that are to be merged into one; an empty list where there is nothing to do."""
    for group in _groups(manifest["files"], lambda each: (_month_of(each), each.get("level", 0))):
        if len(group) > MOST and (there := _files_in(folder, _month_of(group[0]), manifest)):
            still_there = [each for each in group if each["file"] in there]
            for alike in _groups(still_there, lambda each: merger.shape(folder / each["file"])):
                if len(alike) > MOST:
                    return _first(alike)
    return []


def _groups(entries: Iterable[Entry], key: Any) -> list[list[Entry]]:
    """Return the entries of files that are not large, in groups of one *key*."""
    found: dict[Any, list[Entry]] = {}
    for each in entries:
        if each["bytes"] < LARGE:
            found.setdefault(key(each), []).append(each)
    return list(found.values())


def _first(entries: list[Entry]) -> list[Entry]:
    """Return as many of *entries* as are AT_A_TIME bytes: several, since none is large."""
    size = 0
    for number, each in enumerate(entries):
        size += each["bytes"]
        if size > AT_A_TIME:
            return entries[:number]
    return entries


def _files_in(folder: Path, month: str, manifest: Manifest) -> set[str]:
    """Return the files in the folder *month*; none where it is gone, or where there is more than the manifest names.

    What users remove stays removed, and what they put there stays where it is.
    """
    named = {each["file"] for each in manifest["files"]}
    place = folder / month
    there = {f"{month}/{entry.name}" for entry in os.scandir(place)} if place.is_dir() else set()
    return there if there <= named else set()


def _month_of(entry: Entry) -> str:
    """Return the folder in which a file is: ``kind=articles/month=2025-12``."""
    return str(entry["file"]).rpartition("/")[0]


def _merge(folder: Path, ending: str, merger: Merger, manifest: Manifest, chosen: list[Entry]) -> Manifest:
    number, month = manifest["batches"] + 1, folder / _month_of(chosen[0])
    made = folder / f"{FOLDER}{number:06d}"
    new = {
        **chosen[0],
        "file": f"{_month_of(chosen[0])}/part-{number:06d}.{ending}",
        "records": sum(each["records"] for each in chosen),
        "level": chosen[0].get("level", 0) + 1,
    }
    try:
        new["bytes"] = _fill(made, month, merger, folder, chosen, new)
        sync_folder(folder)
    except BaseException:
        rmtree(made, ignore_errors=True)
        raise
    merging = {"new": new, "batch": number, "replaces": [each["file"] for each in chosen]}
    manifest = {**manifest, "version": WHILE_MERGING, "merging": merging}
    write_manifest(folder, manifest)
    try:
        exchange(made, month)
        for each in (month.parent, folder):
            sync_folder(each)
    except OSError:
        settle(folder, manifest)
        raise
    return settle(folder, manifest)


def _fill(made: Path, month: Path, merger: Merger, folder: Path, chosen: list[Entry], new: Entry) -> int:
    """Make the folder *made*, which is to become *month*, and its files; return the bytes of the merged one."""
    made.mkdir()
    made.chmod(month.stat().st_mode & 0o7777)
    path = made / Path(new["file"]).name
    with path.open("wb") as file:
        rows = merger.merge([folder / each["file"] for each in chosen], file)
        file.flush()
        os.fsync(file.fileno())
    if rows != new["records"]:
        raise ExportError(f"they hold {counted(rows, 'record')}, not as many as {MANIFEST} says")
    replaced = {Path(each["file"]).name for each in chosen}
    for entry in os.scandir(month):
        if entry.name not in replaced:
            (made / entry.name).hardlink_to(entry.path)
    sync_folder(made)
    return path.stat().st_size
