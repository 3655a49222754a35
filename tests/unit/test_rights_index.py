"""The index of documents that change at each request stays small, and nothing is lost."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from portalcrawl.errors import DataFolderError
from portalcrawl.rights import archive as rights_archive
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.rights.document_place import DocumentFolder, StoredFile
from portalcrawl.rights.sightings import Sighting, merged
from portalcrawl.runs.rights_archive import copy_documents

ORIGIN, HOST = "https://a.example", "a.example"
START = datetime(2026, 3, 1, tzinfo=UTC)
KEPT, PART = 5, 10


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights_archive, "KEPT", KEPT)
    monkeypatch.setattr(rights_archive, "PART", PART)
    monkeypatch.setattr(rights_archive, "LISTED", 3)
    monkeypatch.setattr("os.fsync", lambda _: None)  # thousands of writes; no test here cuts the power


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def body(number: int) -> bytes:
    return b"User-agent: *\n# %d\n" % number


def robots_at(archive: RightsArchive, moment: datetime) -> bytes | None:
    (found,) = (each for each in archive.at(ORIGIN, moment) if each.document == "robots.txt")
    return archive.body(found)


def index_of(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / HOST / "index.json").read_bytes())
    return found


def test_the_index_stays_small(tmp_path: Path) -> None:
    """For any number of states; a document that does not change has one entry."""
    archive = RightsArchive(DocumentFolder(tmp_path))
    for number in range(100):
        archive.store(ORIGIN, "robots.txt", body(number), minute(number))
        archive.store(ORIGIN, "tdmrep.json", b"[]", minute(number))
        assert len(index_of(tmp_path)) < KEPT + PART + 2
    parts = [json.loads(path.read_bytes()) for path in (tmp_path / HOST / "index").iterdir()]
    assert {len(part) for part in parts} == {PART}
    assert sum(map(len, parts)) + len(index_of(tmp_path)) == 101
    for number in range(100):
        assert robots_at(archive, minute(number)) == robots_at(archive, minute(number + 0.9)) == body(number)
    robots, tdmrep = archive.latest(ORIGIN)
    assert (robots.first_seen, robots.last_seen) == (minute(99).isoformat(), minute(99).isoformat())
    assert (tdmrep.first_seen, tdmrep.last_seen) == (START.isoformat(), minute(99).isoformat())
    assert len([*(tmp_path / HOST).glob("robots-*")]) == 100


def test_an_index_of_an_older_version_is_taken_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = RightsArchive(DocumentFolder(tmp_path))
    monkeypatch.setattr(rights_archive, "KEPT", 1_000)
    for number in range(100):
        archive.store(ORIGIN, "robots.txt", body(number), minute(number))
    before = archive.documents(ORIGIN)
    assert (len(before), archive.parts(HOST)) == (100, [])
    monkeypatch.setattr(rights_archive, "KEPT", KEPT)
    assert archive.documents(ORIGIN) == before
    archive.store(ORIGIN, "robots.txt", body(100), minute(100))
    assert len(index_of(tmp_path)) < KEPT + PART
    assert archive.documents(ORIGIN)[:-1] == before
    assert robots_at(archive, minute(100)) == body(100)


@pytest.mark.parametrize("batch", [1, 7])
def test_sightings_in_any_order(batch: int, tmp_path: Path) -> None:
    """Also those that are older than all that the index still has."""
    for seed in range(3):
        archive, random = RightsArchive(DocumentFolder(tmp_path / str(seed))), Random(seed)
        numbers = random.sample(range(80), 80)
        for start in range(0, len(numbers), batch):
            chosen = numbers[start : start + batch]
            archive.store_all(HOST, [Sighting(ORIGIN, "robots.txt", body(each), minute(each)) for each in chosen])
        assert [robots_at(archive, minute(number)) for number in range(80)] == [body(number) for number in range(80)]
        assert len(archive.documents(ORIGIN)) == 80


def test_a_document_state_that_returns_is_a_new_entry(tmp_path: Path) -> None:
    """An old sighting of the newest state, whose time is in a part of the index, leaves those in between."""
    archive = RightsArchive(DocumentFolder(tmp_path))
    for number in range(30):
        archive.store(ORIGIN, "robots.txt", body(number), minute(number))
    first = index_of(tmp_path)[0]
    same = (tmp_path / HOST / str(first["file"])).read_bytes()
    archive.store(ORIGIN, "robots.txt", same, minute(2.5))
    assert [robots_at(archive, minute(number)) for number in range(30)] == [body(number) for number in range(30)]
    assert robots_at(archive, minute(2.7)) == same


class Death(BaseException):
    """The process is gone."""


class DyingFolder(DocumentFolder):
    """Dies before, or after, its n-th write."""

    def __init__(self, folder: Path, step: int) -> None:
        super().__init__(folder)
        self.left = step

    def add(self, host: str, name: str, content: bytes) -> None:
        self._die()
        super().add(host, name, content)
        self._die()

    def replace(self, host: str, name: str, content: bytes, version: str | None) -> bool:
        self._die()
        written = super().replace(host, name, content, version)
        self._die()
        return written

    def _die(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Death


def test_a_killed_process_loses_nothing_that_was_recorded(tmp_path: Path) -> None:
    sound = RightsArchive(DocumentFolder(tmp_path))
    recorded: dict[int, bytes] = {}
    for number in range(120):
        archive = RightsArchive(DyingFolder(tmp_path, 1 + number % 11))
        try:
            archive.store(ORIGIN, "robots.txt", body(number), minute(number))
            recorded[number] = body(number)
        except Death:
            pass
        assert {each: robots_at(sound, minute(each)) for each in recorded} == recorded
    assert len(index_of(tmp_path)) <= KEPT + PART
    assert 40 < len(recorded) < 110


class ContendedFolder(DocumentFolder):
    """A place without locks, in which another writer comes first each second time."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.number, self.is_other = 0, False

    def replace(self, host: str, name: str, content: bytes, version: str | None) -> bool:
        if self.is_other:
            return super().replace(host, name, content, version)
        self.number += 1
        if self.number % 2:
            self.is_other = True
            RightsArchive(self).store(ORIGIN, "robots.txt", b"other %d" % self.number, minute(self.number / 2 + 0.25))
            self.is_other = False
        present = self.read(host, name)
        return (present.version if present else None) == version and super().replace(host, name, content, version)

    @contextmanager
    def locked(self, host: str) -> Iterator[None]:
        (self.folder / host).mkdir(parents=True, exist_ok=True)
        yield


def test_writers_without_a_lock_lose_nothing_of_each_other(tmp_path: Path) -> None:
    archive = RightsArchive(ContendedFolder(tmp_path))
    for number in range(60):
        archive.store(ORIGIN, "robots.txt", body(number), minute(number))
    stored = {archive.body(each) for each in archive.documents(ORIGIN)}
    assert {body(number) for number in range(60)} <= stored
    assert len(stored) == 120
    assert len(index_of(tmp_path)) <= KEPT + PART


class ReaderBetween(DocumentFolder):
    """Something is recorded between the reader's look at the index and that at its parts."""

    def names(self, host: str, folder: str = "") -> list[str]:
        if folder:
            archive = RightsArchive(DocumentFolder(self.folder))
            for number in range(20, 20 + KEPT + PART):
                archive.store(ORIGIN, "robots.txt", body(number), minute(number))
        return super().names(host, folder)


def test_a_reader_misses_nothing_that_is_moved_meanwhile(tmp_path: Path) -> None:
    archive = RightsArchive(DocumentFolder(tmp_path))
    for number in range(20):
        archive.store(ORIGIN, "robots.txt", body(number), minute(number))
    found = {each.first_seen for each in RightsArchive(ReaderBetween(tmp_path)).documents(ORIGIN)}
    assert {minute(number).isoformat() for number in range(20)} <= found


def test_a_damaged_part_is_named_and_does_not_prevent_recording(tmp_path: Path) -> None:
    archive = RightsArchive(DocumentFolder(tmp_path))
    for number in range(40):
        archive.store(ORIGIN, "robots.txt", body(number), minute(number))
    part = min((tmp_path / HOST / "index").iterdir())
    part.write_text("[{")
    archive.store(ORIGIN, "robots.txt", body(40), minute(40))
    with pytest.raises(DataFolderError, match=rf"{part} is damaged"):
        archive.at(ORIGIN, minute(3))


def test_a_backup_has_all_that_its_index_leaves_out(tmp_path: Path) -> None:
    """What is recorded while files are copied moves entries of the index to a part, and adds documents."""
    backup = runpy.run_path(str(Path(__file__).parents[2] / "deploy" / "backup.py"))
    archive, copies = (
        RightsArchive(DocumentFolder(tmp_path / "rights")),
        RightsArchive(DocumentFolder(tmp_path / "copy")),
    )
    for number in range(100):
        archive.store(ORIGIN, "robots.txt", body(number), minute(number))
    recorded = iter(range(100, 200))
    copy_file = backup["copy_file"]

    def copy_slowly(source: Path, target: Path) -> None:
        for number in (next(recorded, None) for _ in range(KEPT)):
            if number is not None:
                archive.store(ORIGIN, "robots.txt", body(number), minute(number))
        copy_file(source, target)

    backup["copy_folder"].__globals__["copy_file"] = copy_slowly
    backup["copy_folder"](tmp_path / "rights", tmp_path / "copy")
    assert [robots_at(copies, minute(number)) for number in range(100)] == [body(number) for number in range(100)]
    assert all(copies.body(each) for each in copies.documents(ORIGIN))
    assert next(recorded, None) is None


def test_a_second_backup_has_the_present_index(tmp_path: Path) -> None:
    """An index that only says until when a document was seen is as long as before."""
    backup = runpy.run_path(str(Path(__file__).parents[2] / "deploy" / "backup.py"))
    archive = RightsArchive(DocumentFolder(tmp_path / "rights"))
    for number in (1, 2, 3):
        archive.store(ORIGIN, "robots.txt", b"same", minute(number))
        backup["copy_folder"](tmp_path / "rights", tmp_path / "copy")
        assert index_of(tmp_path / "copy") == index_of(tmp_path / "rights")


class CountingFolder(DocumentFolder):
    """Counts the bytes that are read."""

    read_bytes = 0

    def read(self, host: str, name: str) -> StoredFile | None:
        found = super().read(host, name)
        if name.endswith(".json"):
            CountingFolder.read_bytes += len(found.content) if found else 0
        return found


def test_copies_cost_in_proportion_to_new_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines copy to one place, which is down for longer than their indexes reach back."""
    shared = str(tmp_path / "shared")
    machines = [tmp_path / name for name in ("one", "two")]
    monkeypatch.setattr("portalcrawl.runs.rights_archive.DocumentFolder", CountingFolder)
    read = []
    for number in range(200):
        machine = machines[number % 2]
        RightsArchive(DocumentFolder(machine / "rights")).store(ORIGIN, "robots.txt", body(number), minute(number))
        if not 60 <= number < 140:
            CountingFolder.read_bytes = 0
            copy_documents(machine, shared)
            read.append(CountingFolder.read_bytes)
    archive = RightsArchive(DocumentFolder(tmp_path / "shared" / "rights"))
    assert [robots_at(archive, minute(number)) for number in range(200)] == [body(number) for number in range(200)]
    assert len(index_of(tmp_path / "shared" / "rights")) < KEPT + PART
    assert max(read[-20:]) < 2 * max(read[20:40]), "what was copied is not read again"
    entries = [*archive.newest(HOST), *(each for part in archive.parts(HOST) for each in archive.part(HOST, part))]
    assert len(entries) <= 2 * len(merged(entries)) == 400
    before = archive.documents(ORIGIN)
    for machine in machines:  # the record of what was copied is lost, or that of an older version
        (machine / "rights" / ".copied" / HOST).write_text(f"{shared}\nversion\n")
        copy_documents(machine, shared)
    assert archive.documents(ORIGIN) == before
