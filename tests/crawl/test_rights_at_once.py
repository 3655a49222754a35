"""Runs that record rights at the same moment: each document that was served is kept, whole and in order of time."""

from __future__ import annotations

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pytest
from support.commandline import ENOUGH, files, start_crawl
from support.s3 import S3Server
from support.selfkill_steps import kill_at
from support.tinyportal import Answer, TinyPortal, article, listing

from portalcrawl.rights import archive as rights_archive
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.runs.rights_archive import copy_documents, documents_place

PATH = "/ufer/deichverband-prueft-einen-abschnitt-vor-dem-winter-4711000.html"
TITLE = "Der Deichverband prüft einen Abschnitt vor dem Winter"
START = datetime(2026, 3, 1, tzinfo=UTC)
ROUNDS = 2


class ChangingRights(TinyPortal):
    """Its robots.txt and tdmrep.json are others at each request, a minute of the Date header apart."""

    def __init__(self) -> None:
        super().__init__({})
        self.served: dict[str, list[tuple[str, bytes]]] = {"robots.txt": [], "tdmrep.json": []}
        self._lock = threading.Lock()
        self.site = {
            "/": listing("Ufer", f"{PATH}|{TITLE}"),
            PATH: article(TITLE),
            "/robots.txt": lambda: self._next("robots.txt", "User-agent: *\nContent-Signal: ai-train=no\n# {}\n"),
            "/.well-known/tdmrep.json": lambda: self._next(
                "tdmrep.json", '[{{"location": "/{}", "tdm-reservation": 1}}]'
            ),
        }

    def _next(self, document: str, text: str) -> Answer:
        with self._lock:
            number = len(self.served[document])
            moment, body = START + timedelta(minutes=number), text.format(number)
            self.served[document].append((moment.isoformat(), body.encode()))
        return Answer(body, headers={"Date": format_datetime(moment, usegmt=True)})


def kept(archive: RightsArchive, origin: str, document: str) -> list[tuple[str, bytes | None]]:
    """Return the time when each state of *document* was first seen, and its content; check the files by the index."""
    found = []
    for each in archive.documents(origin):
        if (each.origin, each.document) == (origin, document):
            body = archive.body(each)
            assert body is not None
            assert sha256(body).hexdigest() == each.sha256
            found.append((each.first_seen, body))
    return found


def run_together(*runs: tuple[Path, tuple[str, ...], TinyPortal]) -> None:
    """Crawl from several processes that run at the same time."""
    processes = [start_crawl(*settings, data=data, url=portal.url()) for data, settings, portal in runs]
    for process in processes:
        _, err = process.communicate(timeout=ENOUGH)
        assert process.returncode == 0, err
        assert "could not be stored" not in err
        assert "are in" not in err, "all was copied"


def test_two_portals_in_one_data_folder(tmp_path: Path) -> None:
    data, shared = tmp_path / "data", str(tmp_path / "shared")
    with ChangingRights() as one, ChangingRights() as other:
        for _ in range(ROUNDS):
            run_together(*((data, ("-s", f"FEEDS_URL={shared}"), portal) for portal in (one, other)))
        for url in (shared, str(data / "feeds")):  # what the crawls kept, and what they copied
            archive = RightsArchive(documents_place(data, url))
            for portal in (one, other):
                for document, served in portal.served.items():
                    assert len(served) == ROUNDS
                    assert kept(archive, portal.origin, document) == served
    assert not [name for name in files(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize("store", ["folder", "s3"])
def test_two_machines_with_one_portal_and_one_store(store: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        url = str(tmp_path / "shared")
        if store == "s3":
            server = stack.enter_context(S3Server(tmp_path / "s3"))
            stack.enter_context(patch.dict(os.environ, server.variables))
            url = server.url("news")
        portal = stack.enter_context(ChangingRights())
        settings = ("-s", f"FEEDS_URL={url}")
        for _ in range(ROUNDS):
            run_together((tmp_path / "one", settings, portal), (tmp_path / "two", settings, portal))
        archive = RightsArchive(documents_place(tmp_path / "one", url))
        for document, served in portal.served.items():
            assert len(served) == 2 * ROUNDS
            assert kept(archive, portal.origin, document) == served
        before = archive.documents(portal.origin)
        for machine in ("one", "two"):
            for file in [*(tmp_path / machine / "rights" / ".copied").iterdir()]:
                file.unlink()
            copy_documents(tmp_path / machine, url)
        assert archive.documents(portal.origin) == before, "copied again, it is the same"


ORIGIN, HOST = "https://a.example", "a.example"


def body(number: int) -> bytes:
    return b"User-agent: *\n# %d\n" % number


def are_known(archive: RightsArchive, numbers: set[int]) -> bool:
    stored = {each.first_seen: archive.body(each) for each in archive.documents(ORIGIN)}
    return all(stored.get((START + timedelta(minutes=each)).isoformat()) == body(each) for each in numbers)


@pytest.mark.parametrize("store", ["folder", "s3"])
def test_writers_of_an_index_with_parts(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four at a time, each state seen by one of them: all are found, and the index is small."""
    monkeypatch.setattr(rights_archive, "KEPT", 5)
    monkeypatch.setattr(rights_archive, "PART", 10)
    monkeypatch.setattr(rights_archive, "ATTEMPTS", 200)
    with ExitStack() as stack:
        url = str(tmp_path / "shared")
        if store == "s3":
            server = stack.enter_context(S3Server(tmp_path / "s3"))
            stack.enter_context(patch.dict(os.environ, server.variables))
            url = server.url("news")

        def write(writer: int) -> None:
            archive = RightsArchive(documents_place(tmp_path / "data", url))
            for number in range(writer, 80, 4):
                archive.store(ORIGIN, "robots.txt", body(number), START + timedelta(minutes=number))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        archive = RightsArchive(documents_place(tmp_path / "data", url))
        assert are_known(archive, {*range(80)})
        assert len(archive.documents(ORIGIN)) == 80
        assert len(archive.newest(HOST)) < 15
        assert len(archive.parts(HOST)) >= 5


def test_writers_that_are_killed_at_each_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process stores one state and is killed while it does; what one has stored to its end stays known."""
    monkeypatch.setattr(rights_archive, "KEPT", 2)
    monkeypatch.setattr(rights_archive, "PART", 3)
    archive = RightsArchive(documents_place(tmp_path, str(tmp_path / "feeds")))
    stored: set[int] = set()
    killed = 0
    for number in range(150):
        process = os.fork()
        if not process:
            kill_at(number % 30 + 1)
            archive.store(ORIGIN, "robots.txt", body(number), START + timedelta(minutes=number))
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            killed += 1
        else:
            stored.add(number)
        assert are_known(archive, stored), f"killed at step {number % 30 + 1}"
    assert killed > 60
    assert len(stored) > 20
    index = tmp_path / "rights" / HOST / "index.json"
    assert len(json.loads(index.read_bytes())) <= 5
