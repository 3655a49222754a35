"""Merges small files of a dataset, so that it stays fast to read even after many exports.

The files of a kind and month are merged if more than MOST of them are on one level. The new file is one level higher,
so each record is rewritten only a few times. Merging never modifies a folder that readers see; it creates a new folder
and swaps both atomically:

1. DIR/_export.merging-000123 gets the merged file, and hard links to the month's files that are not merged;
2. the planned merge is recorded in _export.json;
3. the new folder is swapped with the folder of the month (see exchange.py);
4. the new file replaces the old ones in _export.json.

If an export dies in any of these steps, the next one completes or reverts the merge. Files that are not merged keep
their names; a merged file gets a name that was never used. So a reader that has opened the old folder lists all of the
old files and never opens a merged one. The old folder is therefore kept for at least GRACE seconds; a later export
removes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from shutil import rmtree
from time import time
from typing import TYPE_CHECKING, Any

from portalcrawl.errors import ExportError
from portalcrawl.export.exchange import can_exchange, exchange
from portalcrawl.feeds.feed_files import sync_folder, write_whole
from portalcrawl.plurals import counted

if TYPE_CHECKING:
    from portalcrawl.export.parquet_format import ParquetMerger

MANIFEST = "_export.json"
FOLDER = "_export.merging-"
"""Prefix of folder names; the number of the batch follows."""
TRIED = "_export.trying"
GRACE = 60.0
"""Seconds for which an old folder is kept: a reader may have opened it, but not listed it yet."""
MOST = 32
"""Number of files of one kind, month and level that is still not merged."""
LARGE = 64 * 1024 * 1024
"""Size in bytes from which a file is not merged any more."""
AT_A_TIME = 512 * 1024 * 1024
"""Most bytes that are merged into one file."""
VERSION, WHILE_MERGING = 1, 2
"""Versions of the manifest. Older releases of portalcrawl, which can't merge, refuse the second one."""

Manifest = dict[str, Any]
Entry = dict[str, Any]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest durably and atomically: readers see all of it or nothing."""
    write_whole(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")


def settle(folder: Path, manifest: Manifest) -> Manifest:
    """Complete or revert an unfinished merge in *manifest*; return the resulting manifest.

    Folders older than GRACE, which no reader can still need, are removed.
    """
    merging = manifest.get("merging")
    if merging is not None:
        manifest = {**manifest, "version": VERSION}
        del manifest["merging"]
        if (folder / merging["new"]["file"]).exists():
            (folder / f"{FOLDER}{merging['batch']:06d}").touch()  # the old folder, which readers used until now
            gone = set(merging["replaces"])
            files = [each for each in manifest["files"] if each["file"] not in gone]
            manifest |= {"files": [*files, merging["new"]], "batches": merging["batch"]}
        write_manifest(folder, manifest)
    for path in folder.glob(f"{FOLDER}*"):
        was_never_seen = int(path.name.removeprefix(FOLDER)) > manifest["batches"]
        if was_never_seen or time() - path.stat().st_mtime > GRACE:
            rmtree(path)
    return manifest


def merge_small_files(folder: Path, ending: str, merger: ParquetMerger, manifest: Manifest) -> Manifest:
    """Merge small files if there are many; return the resulting manifest.

    If folders can't be swapped atomically, nothing is merged: readers could see records twice, or not at all.

    :param ending: suffix of the files' names.
    :raises ExportError: if files can't be merged; they are left unchanged.
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


def _chosen(folder: Path, merger: ParquetMerger, manifest: Manifest) -> list[Entry]:
    """Return the entries of files to be merged into one; an empty list if there is nothing to merge."""
    for group in _groups(manifest["files"], lambda each: (_month_of(each), each.get("level", 0))):
        if len(group) > MOST and (there := _files_in(folder, _month_of(group[0]), manifest)):
            still_there = [each for each in group if each["file"] in there]
            for alike in _groups(still_there, lambda each: merger.shape(folder / each["file"])):
                if len(alike) > MOST:
                    return _first(alike)
    return []


def _groups(entries: Iterable[Entry], key: Any) -> list[list[Entry]]:
    """Return the entries of files smaller than LARGE, grouped by *key*."""
    found: dict[Any, list[Entry]] = {}
    for each in entries:
        if each["bytes"] < LARGE:
            found.setdefault(key(each), []).append(each)
    return list(found.values())


def _first(entries: list[Entry]) -> list[Entry]:
    """Return the first of *entries*, up to AT_A_TIME bytes; these are always several, since none is LARGE."""
    size = 0
    for number, each in enumerate(entries):
        size += each["bytes"]
        if size > AT_A_TIME:
            return entries[:number]
    return entries


def _files_in(folder: Path, month: str, manifest: Manifest) -> set[str]:
    """Return the names of the files in the folder *month*; empty if it is missing or has files not in *manifest*.

    Thus files that users removed stay removed, and files that users added stay in place.
    """
    named = {each["file"] for each in manifest["files"]}
    place = folder / month
    there = {f"{month}/{entry.name}" for entry in os.scandir(place)} if place.is_dir() else set()
    return there if there <= named else set()


def _month_of(entry: Entry) -> str:
    """Return the folder in which a file is: ``kind=articles/month=2025-12``."""
    return str(entry["file"]).rpartition("/")[0]


def _merge(folder: Path, ending: str, merger: ParquetMerger, manifest: Manifest, chosen: list[Entry]) -> Manifest:
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


def _fill(made: Path, month: Path, merger: ParquetMerger, folder: Path, chosen: list[Entry], new: Entry) -> int:
    """Create the folder *made*, which will replace *month*, and its files; return the merged file's size in bytes."""
    made.mkdir()
    made.chmod(month.stat().st_mode & 0o7777)
    path = made / Path(new["file"]).name
    with path.open("wb") as file:
        rows = merger.merge([folder / each["file"] for each in chosen], file)
        file.flush()
        os.fsync(file.fileno())
    if rows != new["records"]:
        raise ExportError(f"they have {counted(rows, 'record')}, which is not the number in {MANIFEST}")
    replaced = {Path(each["file"]).name for each in chosen}
    for entry in os.scandir(month):
        if entry.name not in replaced:
            (made / entry.name).hardlink_to(entry.path)
    sync_folder(made)
    return path.stat().st_size
