"""What publishers reserve is recorded with each article, kept once a change, and answered by ``scrapy rights``."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from support.commandline import crawl, files, records, scrapy
from support.tinyportal import Answer, TinyPortal, article, listing

from portalcrawl.demo.site import ROBOTS, TDMREP

PATH = "/ufer/deichverband-prueft-einen-abschnitt-vor-dem-winter-4711000.html"
TITLE = "Der Deichverband prüft einen Abschnitt vor dem Winter"
META = '<meta name="robots" content="noai, noimageai"><meta name="tdm-reservation" content="1">'
EARLIER = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)
LATER = EARLIER + timedelta(days=10)


def site(robots: str | None, tdmrep: str | None, when: datetime, text: str) -> dict[str, Any]:
    dated = {"Date": format_datetime(when, usegmt=True)}
    page = Answer(article(TITLE, head=META, text=text), headers={**dated, "X-Robots-Tag": "noarchive"})
    pages: dict[str, Any] = {"/": listing("Ufer", f"{PATH}|{TITLE}"), PATH: page}
    pages["/robots.txt"] = Answer(robots, headers=dated) if robots is not None else Answer("", 404, dated)
    name = "/.well-known/tdmrep.json"
    pages[name] = Answer(tdmrep, headers=dated) if tdmrep is not None else Answer("", 404, dated)
    return pages


FIRST_ROBOTS = "User-agent: *\nContent-Signal: ai-train=yes\n"
SECOND_ROBOTS = "User-agent: *\nContent-Signal: ai-train=no\n"
FIRST_TDMREP = '[{"location": "/ufer/", "tdm-reservation": 0}]'


@pytest.fixture
def answers(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Two crawls ten days apart; robots.txt changes and tdmrep.json goes in between. Returns the command's answer."""
    with TinyPortal(site(FIRST_ROBOTS, FIRST_TDMREP, EARLIER, "Eins. Der Rat tagt.")) as portal:
        for number in range(3):
            if number == 2:
                portal.site = site(SECOND_ROBOTS, None, LATER, "Zwei. Der Rat hat gründlich getagt und alles beraten.")
            ended = crawl("-s", "RECRAWL_AGES=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15", data=tmp_path, url=portal.url(PATH))
            assert ended.code == 0, ended.err
        assert portal.log.count("/.well-known/tdmrep.json") == portal.log.count("/robots.txt") == 3

    def answer(*args: str) -> dict[str, Any]:
        done = scrapy("rights", *args, "--json", data=tmp_path)
        assert done.code == 0, done.err
        found: dict[str, Any] = json.loads(done.out)
        return found

    return answer


def said(signals: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    return [(each["source"], each["name"], each["value"], each["scope"]) for each in signals]


OF_PAGE = [
    ("header", "X-Robots-Tag", "noarchive", "page"),
    ("meta", "robots", "noai, noimageai", "page"),
    ("meta", "tdm-reservation", "1", "page"),
]


def test_the_answer_is_that_of_the_time(answers: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    first, second = records(tmp_path, "articles")
    agent = ("robots.txt", "User-agent", "*", "/")
    before = [
        agent,
        ("robots.txt", "Content-Signal", "ai-train=yes", "/"),
        ("tdmrep.json", "tdm-reservation", "0", "/ufer/"),
        *OF_PAGE,
    ]
    after = [agent, ("robots.txt", "Content-Signal", "ai-train=no", "/"), *OF_PAGE]
    assert said(first["rights"]["signals"]) == before
    assert said(second["rights"]["signals"]) == after
    hashes = {each["source"]: each["sha256"] for each in first["rights"]["signals"]}
    assert hashes["robots.txt"] == sha256(FIRST_ROBOTS.encode()).hexdigest()
    assert hashes["tdmrep.json"] == sha256(FIRST_TDMREP.encode()).hexdigest()
    assert {each["date_fetched"] for each in first["rights"]["signals"]} == {EARLIER.isoformat()}

    now = answers(second["id"])
    assert (now["revision"], now["date_fetched"]) == (2, LATER.isoformat())
    assert now["signals"] == second["rights"]["signals"]
    assert answers(second["url"])["signals"] == now["signals"]
    then = answers(first["id"], "--at", (EARLIER + timedelta(days=3)).isoformat())
    assert (then["revision"], said(then["signals"])) == (1, before)
    (robots, tdmrep) = then["documents"]
    assert robots["first_seen"] == robots["last_seen"] == EARLIER.isoformat()
    assert tdmrep["sha256"] == sha256(FIRST_TDMREP.encode()).hexdigest()
    at_last = answers(first["id"], "--at", (LATER + timedelta(days=3)).isoformat())
    assert said(at_last["signals"]) == after
    assert at_last["documents"][1]["sha256"] is None, "the site has no tdmrep.json any more"
    nothing = answers(first["id"], "--at", "2020-01-01")
    assert (nothing["revision"], nothing["signals"], nothing["documents"]) == (None, [], [])


def test_documents_are_stored_once_a_change(answers: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    kept = files(tmp_path / "rights")
    assert sorted(content for name, content in kept.items() if not name.endswith("index.json")) == sorted(
        text.encode() for text in (FIRST_ROBOTS, SECOND_ROBOTS, FIRST_TDMREP)
    )


def test_the_embedded_portal_reserves(tmp_path: Path) -> None:
    assert crawl(data=tmp_path, max_articles=3).code == 0
    for record in records(tmp_path, "articles"):
        assert said(record["rights"]["signals"])[:6] == [
            ("robots.txt", "User-agent", "*", "/"),
            ("robots.txt", "Content-Signal", "search=yes, ai-train=no", "/"),
            ("robots.txt", "Content-Usage", "train-ai=n", "/"),
            ("robots.txt", "License", "https://kranichpost.example/lizenz.xml", "/"),
            ("tdmrep.json", "tdm-reservation", "1", "/artikel/"),
            ("tdmrep.json", "tdm-policy", "https://kranichpost.example/tdm.json", "/artikel/"),
        ]
    kept = files(tmp_path / "rights").values()
    assert TDMREP.encode() in kept
    assert any(ROBOTS.encode() in content for content in kept)


def test_a_site_that_forbids_the_file_is_not_asked_for_it(tmp_path: Path) -> None:
    pages = site("User-agent: *\nDisallow: /.well-known/\n", FIRST_TDMREP, EARLIER, "Eins.")
    with TinyPortal(pages) as portal:
        assert crawl(data=tmp_path, url=portal.url(PATH)).code == 0
        assert crawl("-s", "TDMREP_ENABLED=False", data=tmp_path / "off", url=portal.url(PATH)).code == 0
        assert "/.well-known/tdmrep.json" not in portal.log


@pytest.mark.parametrize("status", [500, 403])
def test_a_file_that_can_t_be_had_costs_no_page(status: int, tmp_path: Path) -> None:
    pages = site("", FIRST_TDMREP, EARLIER, "Eins.") | {"/.well-known/tdmrep.json": Answer("", status)}
    with TinyPortal(pages) as portal:
        ended = crawl(data=tmp_path, url=portal.url(PATH))
        assert portal.log.count("/.well-known/tdmrep.json") == 1
    assert ended.code == 0, ended.err
    assert len(records(tmp_path, "articles")) == 1


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ((), "takes the address or the id"),
        (("a", "b"), "takes the address or the id"),
        (("sample:1",), "nothing is known of 'sample:1'"),
        (("http://nirgends.example/",), "no document of http://nirgends.example was kept"),
        (("sample:1", "--at", "gestern"), "--at 'gestern' is no time"),
        (("sample:1", "--um", "5"), "takes the address or the id"),
    ],
)
def test_wrong_use_is_one_line(args: tuple[str, ...], problem: str, tmp_path: Path) -> None:
    ended = scrapy("rights", *args, data=tmp_path / "none")
    assert ended.code == 2
    (line,) = ended.lines
    assert problem in line
    assert not (tmp_path / "none").exists()
