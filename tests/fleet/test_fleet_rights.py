"""Rights and discovery by workers, on PostgreSQL and an object store, as other machines see them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from support.commandline import scrapy
from support.fleet import Fleet, wait_for
from support.s3 import S3Server
from support.tinyportal import Answer, TinyPortal, article, listing

from portalcrawl.feeds.store.locating import open_store
from portalcrawl.feeds.store.published import PublishedFeeds

PATHS = [f"/news/deichverband-prueft-abschnitt-{number}-{4711000 + number}.html" for number in range(6)]
EARLIER = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)
LATER = EARLIER + timedelta(days=10)
ROBOTS = "User-agent: *\nContent-Signal: ai-train={}\nSitemap: {{origin}}/sitemap.xml\n"
TDMREP = '[{"location": "/news/", "tdm-reservation": 1, "tdm-policy": "https://a.example/tdm.json"}]'


def title(path: str) -> str:
    return f"Der Deichverband prüft Abschnitt {path[-8:-5]} vor dem Winter"


def site(said: str, when: datetime, text: str) -> dict[str, Any]:
    """Two articles on the front page, two in a feed, two in a sitemap."""
    dated = {"Date": format_datetime(when, usegmt=True)}
    items = "".join(f"<item><link>{{origin}}{path}</link><title>{title(path)}</title></item>" for path in PATHS[2:4])
    urls = "".join(f"<url><loc>{{origin}}{path}</loc></url>" for path in PATHS[4:])
    head = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    front = listing("Ufer", *(f"{path}|{title(path)}" for path in PATHS[:2])).replace("</head>", f"{head}</head>")
    pages = {path: article(title(path), text=f"{title(path)}. {text} Abschnitt {path[-8:-5]}.") for path in PATHS}
    bodies = {
        "/": front,
        **pages,
        "/robots.txt": ROBOTS.format(said),
        "/.well-known/tdmrep.json": TDMREP,
        "/feed.xml": f'<rss version="2.0"><channel><title>Ufer</title>{items}</channel></rss>',
        "/sitemap.xml": f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>',
    }
    return {path: Answer(body, headers=dated) for path, body in bodies.items()}


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path / "s3") as server, patch.dict(os.environ, server.variables):
        yield server


def test_every_machine_shows_the_reserved_rights(fleet: Fleet, s3: S3Server, tmp_path: Path) -> None:
    """Two workers with a data folder each, one after the other; the portal changes its mind in between."""
    url = s3.url("news")
    settings = ("-s", f"FEEDS_URL={url}", "-s", "RECRAWL_AGES=1,2,3,4,5,6,7,8,9")

    with TinyPortal(site("yes", EARLIER, "Der Rat tagt.")) as portal:
        fleet.apply(
            f'[entry.ufer]\nevery = "24h"\narguments = {{ url = "{portal.url()}", discover = "feeds,sitemaps" }}'
        )
        for number, when in enumerate((EARLIER, LATER)):
            if number:
                portal.site = site("no", LATER, "Der Rat hat gründlich getagt und alles noch einmal beraten.")
                assert fleet.run("once", "ufer").code == 0
            fleet.data = tmp_path / f"machine-{number}"
            worker = fleet.worker("--concurrency", "1", "-s", "FLEET_PROCESSES=1", *settings)
            wait_for(lambda ended=number + 1: len(fleet.ended()) >= ended, f"run {number + 1}, at {when}")
            worker.stop()
        assert [each["verdict"] for each in fleet.ended()] == ["ok", "ok"], worker.log
        origin = portal.origin

    feeds = PublishedFeeds(open_store(url))
    lines = [feeds.lines(feed) for run in feeds.runs() for feed in feeds.manifest(run).feeds if feed.kind == "articles"]
    articles = [json.loads(line) for each in lines for line in each]
    first = {each["url"]: each for each in articles if each["revision"] == 1}
    assert sorted(url.removeprefix(origin) for url in first) == PATHS
    assert [first[origin + path]["discovered_via"] for path in PATHS] == ["teaser"] * 2 + ["feed"] * 2 + ["sitemap"] * 2
    assert len(articles) == len({(each["id"], each["revision"]) for each in articles})

    def answer(machine: str, *asked: str) -> dict[str, Any]:
        given = ("-s", f"FEEDS_URL={url}", "-s", f"STATE_URL={fleet.url}")
        ended = scrapy("rights", *asked, "--json", *given, data=tmp_path / machine, **s3.variables)
        assert ended.code == 0, ended.err
        found: dict[str, Any] = json.loads(ended.out)
        return found

    for path in (PATHS[0], PATHS[3], PATHS[5]):
        record = first[origin + path]
        for moment, said in ((EARLIER + timedelta(days=3), "yes"), (LATER + timedelta(days=3), "no")):
            asked = (record["url"], "--at", moment.isoformat())
            answers = [answer(machine, *asked) for machine in ("machine-0", "machine-1", "another")]
            assert answers[0] == answers[1] == answers[2]
            found = [(each["source"], each["name"], each["value"]) for each in answers[0]["signals"]]
            assert found == [
                ("robots.txt", "User-agent", "*"),
                ("robots.txt", "Content-Signal", f"ai-train={said}"),
                ("tdmrep.json", "tdm-reservation", "1"),
                ("tdmrep.json", "tdm-policy", "https://a.example/tdm.json"),
            ]
            assert [each["document"] for each in answers[0]["documents"]] == ["robots.txt", "tdmrep.json"]
        then = answer("another", record["id"], "--at", (EARLIER + timedelta(days=3)).isoformat())
        assert then["signals"] == record["rights"]["signals"]
    assert not (tmp_path / "another").exists(), "an answer leaves nothing"
