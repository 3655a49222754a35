"""Copies a data folder while crawls go on, so that nothing comes twice or is missing where the copy is used.

    python deploy/backup.py DATA TARGET

The databases are copied before the feeds: feeds that are newer than the state are put right by the next run, older ones
are not. Feeds of runs under way (``.part``) are copied too, since the state counts on what it has committed of them. A
second copy to the same TARGET takes only what is new.
"""

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

DATABASES = ("schedule.sqlite3", "state.sqlite3")
FOLDERS = ("feeds", "rights")


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
    """Copy a database as it is at one instant, whoever writes to it."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(part)) as copy:
        database.backup(copy)
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    part.replace(target)


def copy_folder(source: Path, target: Path) -> None:
    """Copy what is not there yet; what is renamed or removed meanwhile is looked for again."""
    complete = False
    while not complete:
        complete, there = True, set()
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            place = target / file.relative_to(source)
            there.add(place)
            try:
                copy_file(file, place)
            except FileNotFoundError:
                complete = False
    for part in target.rglob("*.part"):
        if part not in there:
            part.unlink()


def copy_file(source: Path, target: Path) -> None:
    """Copy one file; one that is complete there already is left."""
    if target.exists() and source.suffix != ".part" and target.stat().st_size == source.stat().st_size:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    copied = target.with_name(f"{target.name}.copied")
    shutil.copy2(source, copied)
    copied.replace(target)


if __name__ == "__main__":
    sys.exit(main())
