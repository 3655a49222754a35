"""Runs that record rights at the same moment: each document that was served is kept, whole and in order of time."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pytest
from support.commandline import ENOUGH, files, start_crawl
from support.s3 import S3Server
from support.tinyportal import Answer, TinyPortal, article, listing

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
    """Return when each state of *document* was first seen, and what it was; each file is what its index says."""
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
        assert "could not be kept" not in err
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
