"""Commands that only read need no right to write, also beside a crawl and after one that was killed."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event

import pytest
from support.commandline import ENOUGH, crawl, files, scrapy_in, start_crawl, to_end
from support.read_only import read_only_modes, read_only_mount
from support.surroundings import Surroundings
from support.tinyportal import Answer, TinyPortal, article, listing

PAGE = "/stadt/meldung-des-tages-100001.html"
SLOW = "/stadt/meldung-von-morgen-100002.html"
SITE = {
    "/": listing("Neues", f"{PAGE}|Die Fähre fährt wieder"),
    PAGE: article("Die Fähre fährt wieder"),
}
ReadOnly = Callable[[Path], AbstractContextManager[Surroundings]]
each_way = pytest.mark.parametrize("read_only", [read_only_modes, read_only_mount])


def shows_everything(data: Path, read_only: ReadOnly, url: str) -> None:
    """Run each command that only reads; none may need to write, and none leaves anything in the folder."""
    out = data.parent / "out"
    out.mkdir(exist_ok=True)
    with read_only(data) as surroundings:
        before = set(files(data))
        for expected, args in (
            ("stored", ("state",)),
            ("stored", ("state", "--json")),
            (url.split("/")[2], ("state", "--runs")),
            ("sha256", ("state", "--runs", "--json")),
            (PAGE, ("rights", url)),
            ("report.html", ("report", "-o", str(out / "report.html"))),
            ("1 article", ("export", "csv", str(out / f"csv {read_only.__name__}"))),
        ):
            ended = scrapy_in(surroundings, *args, data=data)
            assert (ended.code, ended.err) == (0, ""), args
            assert expected in ended.out, args
        assert set(files(data)) == before


@pytest.fixture
def portal(tmp_path: Path) -> TinyPortal:
    return TinyPortal(dict(SITE))


@each_way
def test_an_ended_crawl_is_shown(tmp_path: Path, portal: TinyPortal, read_only: ReadOnly) -> None:
    data = tmp_path / "alles über #1?"
    with portal:
        assert crawl(data=data, url=portal.url()).code == 0
        shows_everything(data, read_only, portal.url(PAGE))


@each_way
@pytest.mark.parametrize("ends", ["lasts", "killed", "copied"])
def test_a_crawl_that_lasts_or_was_killed_is_shown(
    tmp_path: Path, portal: TinyPortal, read_only: ReadOnly, ends: str
) -> None:
    """It has a write-ahead log; of one that was killed and copied, the index of the log may be missing."""
    data = tmp_path / "data"
    asked, answer = Event(), Event()

    def slowly() -> Answer:
        asked.set()
        answer.wait(ENOUGH)
        return Answer(article("Der Markt zieht um"))

    with portal:
        assert crawl(data=data, url=portal.url()).code == 0
        portal.site["/"] = listing("Neues", f"{PAGE}|Die Fähre fährt wieder", f"{SLOW}|Der Markt zieht um")
        portal.site[SLOW] = slowly
        running = start_crawl("-s", "COMMIT_SECONDS=0.1", data=data, url=portal.url())
        assert asked.wait(ENOUGH)
        if ends != "lasts":
            running.send_signal(signal.SIGKILL)
            to_end(running)
        if ends == "copied":
            (data / "state.sqlite3-shm").unlink()
        shows_everything(data, read_only, portal.url(PAGE))
        answer.set()
        if ends == "lasts":
            assert to_end(running).code == 0
