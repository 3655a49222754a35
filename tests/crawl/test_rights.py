"""What publishers reserve is recorded with each article, kept once a change, and answered by ``scrapy rights``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from support import states
from support.commandline import crawl, files, records, scrapy
from support.s3 import S3Server
from support.tinyportal import Answer, TinyPortal, article, listing

from portalcrawl.demo.site import ROBOTS, TDMREP
from portalcrawl.feeds.store.folder_store import FolderStore
from portalcrawl.feeds.store.published import PublishedFeed, PublishedFeeds
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.runs.article_records import ArticleRecords
from portalcrawl.runs.rights_archive import documents_place
from portalcrawl.storage.database import open_database

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


FORGOTTEN = (
    "DELETE FROM articles",
    "UPDATE articles SET revision = 0, status = 'pending', first_stored = NULL",  # and met again
    None,  # the state is lost
)


@pytest.mark.parametrize("forgotten", FORGOTTEN)
def test_the_answer_for_a_url_does_not_need_the_state(
    answers: Callable[..., dict[str, Any]], tmp_path: Path, forgotten: str | None
) -> None:
    url = records(tmp_path, "articles")[0]["url"]
    asked = ((url,), (url + "?utm_source=brief",), (url, "--at", (EARLIER + timedelta(days=3)).isoformat()))
    before = [answers(*args) for args in asked]
    assert [each["revision"] for each in before] == [2, 2, 1]
    if forgotten:
        states.rows(tmp_path, forgotten)
        states.rows(tmp_path, "DELETE FROM addresses" if forgotten.startswith("DELETE") else "SELECT 1")
    else:
        states.lose(tmp_path)
    assert [answers(*args) for args in asked] == before


def test_an_article_that_was_forgotten_and_stored_again_has_its_earlier_records(
    answers: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """The state knows only the feed with its newest record then."""
    url = records(tmp_path, "articles")[0]["url"]
    then = (url, "--at", (EARLIER + timedelta(days=3)).isoformat())
    before = answers(*then)
    later = datetime.now(UTC).timestamp() + 1000
    states.rows(tmp_path, "UPDATE articles SET revision = 1, first_stored = :later", later=later)
    assert answers(*then) == before


def test_a_url_is_answered_by_the_id_of_its_profile(tmp_path: Path) -> None:
    """An address that no crawl has met, since its slug has changed, of an article that the state has forgotten."""
    profile = """
        name = "ufer"
        hosts = ["{host}"]
        [article]
        url = '-(?P<id>\\d+)\\.html$'
    """
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    with TinyPortal(site(FIRST_ROBOTS, None, EARLIER, "Eins. Der Rat tagt.")) as portal:
        (profiles / "ufer.toml").write_text(profile.replace("{host}", portal.origin.partition("//")[2]))
        given = ("-s", f"PORTAL_PROFILES={profiles}")
        assert crawl(*given, data=tmp_path, url=portal.url(PATH)).code == 0
        (found,) = records(tmp_path, "articles")
        newer = found["url"].replace(PATH.rpartition("/")[2].rpartition("-")[0], "ganz-anders-genannt")
    assert found["id"].startswith("ufer:")
    assert newer != found["url"]
    states.lose(tmp_path)
    ended = scrapy("rights", newer, "--json", *given, data=tmp_path)
    assert json.loads(ended.out)["id"] == found["id"], ended.err


def test_documents_are_stored_once_a_change(answers: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    kept = files(tmp_path / "rights")
    assert sorted(content for name, content in kept.items() if not name.endswith("index.json")) == sorted(
        text.encode() for text in (FIRST_ROBOTS, SECOND_ROBOTS, FIRST_TDMREP)
    )


def test_a_record_is_found_without_reading_all_feeds(tmp_path: Path) -> None:
    """An article and its revision, among runs before, between and after, and runs of another portal."""
    paths = [PATH.replace("4711000", str(4711000 + number)) for number in range(5)]
    pages = site(FIRST_ROBOTS, None, datetime.now(UTC), "Eins. Der Rat tagt.")
    with TinyPortal(pages) as portal, TinyPortal(dict(pages)) as other:
        for number, path in enumerate([*paths[:2], PATH, *paths[3:]]):
            text = f"Bericht {number}. Der Rat hat {number} Mal getagt und alles beraten."
            portal.site[path] = Answer(article(f"{TITLE}, Teil {number if path != PATH else 1}", text=text))
            recrawl = ("-s", "RECRAWL_AGES=1,2,3,4,5,6,7,8,9,10")
            assert crawl(*recrawl, "-a", "follow=false", data=tmp_path, url=portal.url(path)).code == 0
            other.site[path] = portal.site[path]
            assert crawl("-a", "follow=false", data=tmp_path, url=other.url(path)).code == 0
        host = portal.origin.removeprefix("http://")
        engine = open_database(f"sqlite:///{tmp_path / 'state.sqlite3'}")
        reading = CountedFeeds(FolderStore(tmp_path / "feeds"))
        found = ArticleRecords(engine, reading)
        known = found.by_address(portal.url(PATH))
        assert known is not None
        assert (known.portal, known.revision) == (host, 2)
        assert sorted(each["revision"] for each in found.of(known.id, known)) == [1, 2]
        assert len(reading.read) == 3, "the runs of its portal from its first to its second revision"
        everything = found.of(known.id, None)
        assert sorted(each["revision"] for each in everything) == [1, 2], "without the state"
        assert len(reading.read) == 3 + 10
        wrong = replace(known, first_stored=datetime.now(UTC).timestamp() + 1000)
        assert len(found.of(known.id, wrong)) == 2, "a clock was wrong"
        engine.dispose()


class CountedFeeds(PublishedFeeds):
    """Names the feeds that were read."""

    def __init__(self, store: FolderStore) -> None:
        super().__init__(store)
        self.read: list[str] = []

    def lines(self, feed: PublishedFeed) -> Iterator[bytes]:
        self.read.append(feed.file)
        return super().lines(feed)


def test_documents_lie_where_the_feeds_are(tmp_path: Path) -> None:
    """Two machines with feeds in one object store, which is down once."""
    url = "s3://portalcrawl/news"
    with S3Server(tmp_path / "s3") as server, TinyPortal(site(FIRST_ROBOTS, None, EARLIER, "Eins.")) as portal:
        host = portal.origin.removeprefix("http://")

        def run(machine: str, when: datetime, robots: str) -> None:
            portal.site = site(robots, FIRST_TDMREP, when, f"Am {when}. Der Rat hat getagt und alles beraten.")
            settings = ("-s", f"FEEDS_URL={url}", "-a", "follow=false", "-L", "ERROR")
            ended = scrapy("crawl", "portal", *settings, "-a", f"url={portal.url(PATH)}", data=tmp_path / machine,
                           **server.variables)  # fmt: skip
            assert ended.code == 0, ended.err

        def is_copied(machine: str) -> bool:
            folder = tmp_path / machine / "rights"
            return (
                sha256((folder / host / "index.json").read_bytes()).hexdigest()
                in (folder / ".copied" / host).read_text()
            )

        run("one", EARLIER, FIRST_ROBOTS)
        assert is_copied("one")
        run("two", EARLIER + timedelta(days=1), FIRST_ROBOTS)
        server.stop()
        run("one", EARLIER + timedelta(days=2), SECOND_ROBOTS)
        assert not is_copied("one"), "the store is down"
        server.start()
        run("two", EARLIER + timedelta(days=3), FIRST_ROBOTS)
        run("one", LATER, SECOND_ROBOTS)
        assert is_copied("one")
        assert is_copied("two")
        asked = ("-s", f"FEEDS_URL={url}", portal.url(PATH), "--json", "--at", LATER.isoformat())
        ended = scrapy("rights", *asked, data=tmp_path / "two", **server.variables)
        assert ended.code == 0, ended.err
        with patch.dict(os.environ, server.variables):
            archive = RightsArchive(documents_place(tmp_path, url))
            documents = archive.documents(portal.origin)
            assert archive.at(portal.origin, LATER)[0].sha256 == json.loads(ended.out)["documents"][0]["sha256"]
            stored = {archive.body(each) for each in documents}
    seen = [(each.first_seen, each.last_seen, each.sha256) for each in documents if each.document == "robots.txt"]
    first, second = (sha256(text.encode()).hexdigest() for text in (FIRST_ROBOTS, SECOND_ROBOTS))
    days = [(EARLIER + timedelta(days=number)).isoformat() for number in range(4)]
    assert [each[2] for each in seen] == [first, second, first, second]
    assert [each[0] for each in seen] == [days[0], days[2], days[3], LATER.isoformat()]
    assert stored == {FIRST_ROBOTS.encode(), SECOND_ROBOTS.encode(), FIRST_TDMREP.encode()}


def test_documents_follow_feeds_into_another_folder(tmp_path: Path) -> None:
    with TinyPortal(site(FIRST_ROBOTS, FIRST_TDMREP, EARLIER, "Eins.")) as portal:
        assert crawl("-s", f"FEEDS_URL={tmp_path / 'shared'}", data=tmp_path / "data", url=portal.url(PATH)).code == 0
    assert sorted(path.name.split("-")[0] for path in (tmp_path / "shared" / "rights").glob("*/*")) == [
        "index.json", "robots", "tdmrep",
    ]  # fmt: skip
    here = sorted(path.name.split("-")[0] for path in (tmp_path / "data" / "rights").glob("[!.]*/*"))
    assert here == ["index.json", "robots", "tdmrep"]


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
def test_a_document_that_cant_be_fetched_costs_no_page(status: int, tmp_path: Path) -> None:
    pages = site("", FIRST_TDMREP, EARLIER, "Eins.") | {"/.well-known/tdmrep.json": Answer("", status)}
    with TinyPortal(pages) as portal:
        ended = crawl(data=tmp_path, url=portal.url(PATH))
        assert portal.log.count("/.well-known/tdmrep.json") == 1
    assert ended.code == 0, ended.err
    assert len(records(tmp_path, "articles")) == 1


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ((), "takes the URL or the id"),
        (("a", "b"), "takes the URL or the id"),
        (("sample:1",), "there is no article 'sample:1'"),
        (("http://nirgends.example/",), "no document of http://nirgends.example was stored"),
        (("sample:1", "--at", "gestern"), "--at 'gestern' is not a time"),
        (("sample:1", "--um", "5"), "takes the URL or the id"),
    ],
)
def test_wrong_use_is_one_line(args: tuple[str, ...], problem: str, tmp_path: Path) -> None:
    ended = scrapy("rights", *args, data=tmp_path / "none")
    assert ended.code == 2
    (line,) = ended.lines
    assert problem in line
    assert not (tmp_path / "none").exists()
