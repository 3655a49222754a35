"""Copies a data folder while crawls run; a crawl on the copy writes nothing twice and misses nothing.

    python deploy/backup.py DATA TARGET

The databases are copied before the feeds, because the next run repairs feeds that are newer than the state, but can't
repair older ones. Feeds of current runs (``.part``) are copied too, since the state refers to their committed lines. A
second copy to the same TARGET copies only what is new.
"""

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

DATABASES = ("schedule.sqlite3", "state.sqlite3")
FOLDERS = ("feeds", "rights")
INDEX = "index.json"
"""Index of the documents of a host's rights, which is replaced while files that it names stay."""


def main() -> int:
    if len(sys.argv) != 3 or not Path(sys.argv[1]).is_dir():
        print("backup.py: it takes the data folder and where its copy goes", file=sys.stderr)
        return 2
    data, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    for name in DATABASES:
        if (data / name).exists():
            copy_database(data / name, target / name)
    for name in FOLDERS:
        if (data / name).is_dir():
            copy_folder(data / name, target / name)
    return 0


def copy_database(source: Path, target: Path) -> None:
    """Copy a consistent snapshot of a database, also while others write to it."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(part)) as copy:
        database.backup(copy)
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    part.replace(target)


def copy_folder(source: Path, target: Path) -> None:
    """Copy the files that are missing in *target*; repeat if one is renamed or removed meanwhile.

    An index is copied first: documents are written before it names them, and parts before their entries leave it.
    """
    for file in source.glob(f"*/{INDEX}"):
        copy_file(file, target / file.relative_to(source))
    complete = False
    while not complete:
        complete, copies = True, set()
        for file in sorted(path for path in source.rglob("*") if path.is_file() and path.name != INDEX):
            copy = target / file.relative_to(source)
            copies.add(copy)
            try:
                copy_file(file, copy)
            except FileNotFoundError:
                complete = False
    for part in target.rglob("*.part"):
        if part not in copies:
            part.unlink()


def copy_file(source: Path, target: Path) -> None:
    """Copy one file, unless it is complete in the target, and as old."""
    if target.exists() and source.suffix != ".part" and version_of(target) == version_of(source):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.copied")
    shutil.copy2(source, partial)
    partial.replace(target)


def version_of(file: Path) -> tuple[int, int]:
    """Return the size of *file* and when it was written (copies keep that): an index may change without growing."""
    stat = file.stat()
    return stat.st_size, stat.st_mtime_ns


if __name__ == "__main__":
    sys.exit(main())
