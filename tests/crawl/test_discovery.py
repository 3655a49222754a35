"""Articles that only feeds and sitemaps lead to."""

from __future__ import annotations

import gzip
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support import states
from support.chaos import live, start
from support.commandline import (
    ENOUGH,
    ROOT,
    crawl,
    doubled,
    environment,
    let_time_pass,
    records,
    runs,
    to_end,
    warm_starter,
)
from support.tinyportal import Answer, Site, TinyPortal, article, listing
from support.trap_portal import TrapPortal

from portalcrawl.demo.syndication import ARCHIVE, ATOM, INDEX, JSON_FEED, NEWS, RSS
from portalcrawl.demo.unlinked_stories import unlinked_stories

pytestmark = pytest.mark.long
BOTH = "feeds,sitemaps"
VIA = {RSS: "feed", ATOM: "feed", JSON_FEED: "feed", NEWS: "news_sitemap", ARCHIVE: "sitemap"}
XML = {"Content-Type": "application/xml"}


@dataclass
class Discovered:
    """Two crawls of the embedded portal with feeds and sitemaps."""

    articles: list[dict[str, Any]]
    teasers: int
    runs: list[dict[str, Any]]
    first: list[str]
    second: list[str]
    truth: Any
    origin: str


@pytest.fixture(scope="module")
def discovered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Discovered]:
    data = tmp_path_factory.mktemp("discovered")
    with TrapPortal() as portal:
        crawl(data=data, portal="sample", url=portal.url, discover=BOTH)
        first = portal.visits
        portal.log.clear()
        crawl(data=data, portal="sample", url=portal.url, discover=BOTH)
        articles = records(data, "articles")
        yield Discovered(
            articles,
            len(records(data, "teasers")),
            runs(data),
            first,
            portal.visits,
            portal.truth(),
            portal.origin,
        )


def without_rights(visits: list[str]) -> list[str]:
    """Return *visits* without those to tdmrep.json."""
    return [each for each in visits if each != "/.well-known/tdmrep.json"]


def unlinked() -> dict[str, str]:
    """Path of each story that no page links -> the document that lists it."""
    return {story.path: place for place, stories in unlinked_stories().items() for story in stories}


def test_exactly_the_articles_that_no_page_links_are_added(discovered: Discovered) -> None:
    found = Counter(record["url"].removeprefix(discovered.origin) for record in discovered.articles)
    known = {each.path for each in discovered.truth.articles.values()}
    assert found == Counter(known | set(unlinked()))
    assert len(unlinked()) == 14
    assert discovered.teasers == len(discovered.truth.teasers)


def test_how_each_was_discovered(discovered: Discovered) -> None:
    by_path = {record["url"].removeprefix(discovered.origin): record for record in discovered.articles}
    for path, place in unlinked().items():
        record = by_path[path]
        assert (record["discovered_via"], record["depth"]) == (VIA[place], 1)
        assert record["found_on"] == discovered.origin + place
    for each in discovered.truth.articles.values():
        if each.depth == 1:  # the start page is read before the feeds
            assert by_path[each.path]["discovered_via"] == "teaser"


def test_a_page_without_a_date_has_that_of_its_feed(discovered: Discovered) -> None:
    by_path = {record["url"].removeprefix(discovered.origin): record for record in discovered.articles}
    undated = [story for stories in unlinked_stories().values() for story in stories if story.shown == "nothing"]
    assert len(undated) == 2
    for story in undated:
        record = by_path[story.path]
        assert (record["date_published"], record["date_published_precision"]) == (story.published.isoformat(), "minute")


def test_one_document_is_asked_for_at_a_time_feeds_first(discovered: Discovered) -> None:
    documents = [RSS, ATOM, JSON_FEED, INDEX, NEWS, ARCHIVE]
    assert [path for path in discovered.first if path in documents] == documents


def test_a_second_run_costs_one_conditional_request_a_document(discovered: Discovered) -> None:
    assert without_rights(discovered.second) == ["/robots.txt", "/", RSS, ATOM, JSON_FEED, INDEX]
    counts = discovered.runs[1]["counts"]
    assert (counts["documents"], counts["documents_unchanged"]) == (4, 4)
    assert counts["articles"] == 0
    assert discovered.runs[1]["verdict"]["level"] == "ok"


def test_the_next_edition_is_found_by_its_changes(tmp_path: Path) -> None:
    with TrapPortal() as portal:
        near = {"portal": "sample", "url": portal.url, "max_depth": 1, "discover": BOTH}
        crawl(data=tmp_path, **near)
        portal.edition = 2
        portal.log.clear()
        crawl(data=tmp_path, **near)
        documents = [path for path in portal.visits if path.startswith(("/feeds", "/sitemap"))]
    assert documents == [RSS, ATOM, JSON_FEED, INDEX, NEWS, ARCHIVE]
    assert not doubled([(record["id"], record["revision"]) for record in records(tmp_path, "articles")])


def test_killed_in_the_middle_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    chance, kills = random.Random(5), 0
    with TrapPortal() as portal:
        for _ in range(3):
            process = start(portal.url, tmp_path, "-a", f"discover={BOTH}")
            live(process, portal, chance.randint(5, 90), chance)  # of the nearly 300 requests of a whole crawl
            kills += process.poll() is None
            process.kill()
            process.communicate(timeout=ENOUGH)
        for _ in range(2):
            crawl(data=tmp_path, portal="sample", url=portal.url, discover=BOTH)
        articles = records(tmp_path, "articles")
        known = {each.path for each in portal.truth().articles.values()} | set(unlinked())
        assert {record["url"].removeprefix(portal.origin) for record in articles} == known
        assert not doubled([(record["id"], record["revision"]) for record in articles])
        by_path = {record["url"].removeprefix(portal.origin): record["discovered_via"] for record in articles}
    assert kills == 3
    assert {by_path[path] for path, place in unlinked().items() if VIA[place] == "feed"} == {"feed"}


# Small portals, one matter each.


def path(number: int) -> str:
    return f"/artikel/eine-meldung-aus-der-stadt-{100_000 + number}.html"


def rss(*items: str) -> Answer:
    """A feed of items ``path|title|RFC 822 date``."""
    made = ""
    for item in items:
        link, title, date = (*item.split("|"), "", "")[:3]
        made += f"<item><title>{title}</title><link>{link}</link>{f'<pubDate>{date}</pubDate>' if date else ''}</item>"
    body = f'<rss version="2.0"><channel><title>Hafenbote</title>{made}</channel></rss>'
    return Answer(body, headers={"Content-Type": "application/rss+xml"})


def sitemap(*entries: str, tag: str = "") -> Answer:
    """A sitemap of entries ``path|lastmod``."""
    made = ""
    for entry in entries:
        link, _, lastmod = entry.partition("|")
        made += f"<url><loc>{{origin}}{link}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}</url>"
    return Answer(f"<urlset>{made}</urlset>", headers=XML | ({"ETag": tag} if tag else {}))


def index(*children: str) -> Answer:
    """A sitemap index of children ``path|lastmod``."""
    made = ""
    for child in children:
        link, _, lastmod = child.partition("|")
        made += f"<sitemap><loc>{{origin}}{link}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}</sitemap>"
    return Answer(f"<sitemapindex>{made}</sitemapindex>", headers=XML)


def front(*links: str, head: str = "") -> str:
    return listing("Hafenbote", *links).replace("</head>", f"{head}</head>")


FEED_LINK = '<link rel="alternate" type="application/rss+xml" href="/feed">'
ROBOTS = Answer("User-agent: *\nDisallow: /geheim/\nSitemap: {origin}/sitemap.xml\n")


def paths(data: Path, portal: TinyPortal) -> list[str]:
    return sorted(record["url"].removeprefix(portal.origin) for record in records(data, "articles"))


def test_a_start_page_may_be_a_feed(tmp_path: Path) -> None:
    site: Site = {
        "/feed": rss(f"{path(1)}|Eins", f"{path(2)}|Zwei"),
        path(1): article("Eins"),
        path(2): article("Zwei"),
    }
    with TinyPortal(site) as portal:
        ended = crawl(data=tmp_path, url=portal.url("/feed"))
        assert ended.code == 0, ended.err
        assert paths(tmp_path, portal) == [path(1), path(2)]
        portal.site["/feed"] = Answer(status=304)
        again = crawl(data=tmp_path, url=portal.url("/feed"))
    assert again.code == 0, again.err
    assert {record["discovered_via"] for record in records(tmp_path, "articles")} == {"feed"}


def test_a_start_page_may_be_a_sitemap_index(tmp_path: Path) -> None:
    site: Site = {
        "/verzeichnis": index("/teil.xml.gz"),
        "/teil.xml.gz": lambda: Answer(
            gzip.compress(f"<urlset><url><loc>{portal.url(path(1))}</loc></url></urlset>".encode())
        ),
        path(1): article("Eins"),
    }
    with TinyPortal(site) as portal:
        assert crawl(data=tmp_path, url=portal.url("/verzeichnis")).code == 0
        assert paths(tmp_path, portal) == [path(1)]


def test_without_follow_only_the_feed_is_fetched(tmp_path: Path) -> None:
    with TinyPortal({"/feed": rss(f"{path(1)}|Eins"), path(1): article("Eins")}) as portal:
        crawl(data=tmp_path, url=portal.url("/feed"), follow="false")
        assert without_rights(portal.log) == ["/robots.txt", "/feed"]
        crawl(data=tmp_path, url=portal.url("/feed"))
        assert paths(tmp_path, portal) == [path(1)]


def test_entries_older_than_since_are_recorded_and_fetched_later(tmp_path: Path) -> None:
    site: Site = {
        "/": front(head=FEED_LINK),
        "/feed": rss(
            f"{path(1)}|Eins|Fri, 05 Dec 2025 10:00:00 +0100", f"{path(2)}|Zwei|Mon, 01 Dec 2025 10:00:00 +0100"
        ),
        path(1): article("Eins"),
        path(2): article("Zwei", date=None),
    }
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url(), discover="feeds", since="2025-12-04T00:00:00+01:00")
        assert paths(tmp_path, portal) == [path(1)]
        assert runs(tmp_path)[0]["counts"]["skipped/too_old"] == 1
        assert path(2) not in portal.log
        crawl(data=tmp_path, url=portal.url(), discover="feeds")
    (old,) = (record for record in records(tmp_path, "articles") if record["url"].endswith(path(2)))
    assert (old["discovered_via"], old["date_published"]) == ("feed", "2025-12-01T10:00:00+01:00")


def test_a_newer_lastmod_makes_a_visit_due(tmp_path: Path) -> None:
    later = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + 60))
    site: Site = {
        "/": front(f"{path(1)}|Eins"),
        "/robots.txt": ROBOTS,
        "/sitemap.xml": sitemap(f"{path(1)}|2025-12-05", f"{path(2)}|2025-12-05"),
        path(1): article("Eins"),
        path(2): article("Zwei"),
    }
    with TinyPortal(site) as portal:
        given = {"url": portal.url(), "discover": "sitemaps"}
        crawl(data=tmp_path, **given)
        portal.site["/sitemap.xml"] = sitemap(f"{path(1)}|2025-12-05", f"{path(2)}|{later}")
        portal.site[path(2)] = article("Zwei", text="Zwei, neu gefasst und ganz anders als zuvor. " * 4)
        let_time_pass(tmp_path, 300)
        for _ in range(2):  # and once alone
            portal.log.clear()
            crawl(data=tmp_path, **given)
            asked = [each for each in portal.log if each.startswith("/artikel")]
            assert asked in ([path(2)], [])
    changed = [record for record in records(tmp_path, "articles") if record["revision"] == 2]
    assert [(record["url"].removeprefix(portal.origin), record["discovered_via"]) for record in changed] == [
        (path(2), "sitemap")
    ]
    assert [run["counts"].get("entries_changed", 0) for run in runs(tmp_path)] == [0, 1, 0]


def test_a_change_in_the_second_in_which_an_article_was_stored_makes_a_visit_due(tmp_path: Path) -> None:
    site: Site = {
        "/": front(f"{path(1)}|Eins"),
        "/robots.txt": ROBOTS,
        "/sitemap.xml": sitemap(f"{path(2)}|2025-12-05"),
        path(1): article("Eins"),
        path(2): article("Zwei"),
    }
    with TinyPortal(site) as portal:
        given = {"url": portal.url(), "discover": "sitemaps"}
        crawl(data=tmp_path, **given)
        (row,) = states.rows(tmp_path, "SELECT first_stored FROM articles WHERE url LIKE :url", url=f"%{path(2)}")
        moment = datetime.fromtimestamp(int(row["first_stored"]), UTC)
        portal.site["/sitemap.xml"] = sitemap(f"{path(2)}|{moment.isoformat()}")
        portal.site[path(2)] = article("Zwei", text="Zwei, neu gefasst und ganz anders als zuvor. " * 4)
        for _ in range(2):
            crawl(data=tmp_path, **given)
    assert [record["revision"] for record in records(tmp_path, "articles") if record["url"].endswith(path(2))] == [1, 2]
    assert [run["counts"].get("entries_changed", 0) for run in runs(tmp_path)] == [0, 1, 0]


def test_a_sitemap_that_dates_all_its_entries_now_says_nothing(tmp_path: Path) -> None:
    """As in https://github.com/vtexdocs/devportal/issues/1275."""

    def now() -> Answer:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + 30))
        return sitemap(*(f"{path(number)}|{moment}" for number in range(12)))

    site: Site = {"/": front(f"{path(0)}|Null"), "/robots.txt": ROBOTS, "/sitemap.xml": now}
    site = {**site, **{path(number): article(f"Meldung Nummer {number}") for number in range(12)}}
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        let_time_pass(tmp_path, 300)
        portal.log.clear()
        crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        assert without_rights(portal.log) == ["/robots.txt", "/", "/sitemap.xml"]
    assert runs(tmp_path)[1]["counts"]["entries/same_lastmod"] == 12


def test_only_changed_sitemaps_of_an_index_are_fetched(tmp_path: Path) -> None:
    site: Site = {
        "/": front(f"{path(0)}|Null"),
        "/robots.txt": ROBOTS,
        "/sitemap.xml": index("/a.xml|2025-12-01", "/b.xml|2025-12-05"),
        "/a.xml": sitemap(path(1)),
        "/b.xml": sitemap(path(2)),
        **{path(number): article(f"Meldung Nummer {number}") for number in range(4)},
    }
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        assert [each for each in portal.log if each.endswith(".xml")] == ["/sitemap.xml", "/b.xml", "/a.xml"]
        portal.site["/sitemap.xml"] = index("/a.xml|2025-12-01", "/b.xml|2025-12-06")
        portal.site["/b.xml"] = sitemap(path(2), path(3))
        portal.log.clear()
        crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        assert [each for each in portal.log if each.endswith(".xml")] == ["/sitemap.xml", "/b.xml"]
        assert paths(tmp_path, portal) == [path(number) for number in range(4)]


def test_broken_foreign_and_endless_documents_are_named_and_the_run_goes_on(tmp_path: Path) -> None:
    """Indexes that list themselves (https://github.com/eliasdabbas/advertools/issues/107), other hosts
    (https://github.com/stefandoorn/sitemap-plugin/issues/178), pages in place of feeds.
    """
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}">'
        for href in ("/kaputt", "/seite", "/weg", "http://anderswo.example/feed", "/feed", "/geheim/feed")
    )
    site: Site = {
        "/": front(f"{path(0)}|Null", head=links),
        "/robots.txt": ROBOTS,
        "/kaputt": Answer("<rss><channel>", headers=XML),
        "/seite": front(f"{path(0)}|Null"),
        "/feed": rss(f"{path(1)}|Eins", "https://anderswo.example/artikel/fremd-4711001.html|Fremd", "/|Start"),
        "/sitemap.xml": index("/sitemap.xml", "/1.xml"),
        **{f"/{level}.xml": index(f"/{level + 1}.xml") for level in range(1, 8)},
        path(0): article("Null"),
        path(1): article("Eins"),
    }
    with TinyPortal(site) as portal:
        ended = crawl(data=tmp_path, url=portal.url(), discover=BOTH)
        assert ended.code == 0, ended.err
        assert paths(tmp_path, portal) == [path(0), path(1)]
        asked = portal.log
    counts = runs(tmp_path)[0]["counts"]
    failed = {
        name.removeprefix("documents/"): number for name, number in counts.items() if name.startswith("documents/")
    }
    expected = {"broken_xml": 1, "no_document": 1, "http_404": 1, "foreign_host": 1, "robots": 1, "too_deep": 1}
    assert failed == expected
    assert counts["entries/foreign_host"] == 1
    assert "/geheim/feed" not in asked
    assert asked.count("/sitemap.xml") == 1
    assert runs(tmp_path)[0]["verdict"]["level"] == "ok"


def test_documents_that_a_run_does_not_reach_wait_for_the_next_run(tmp_path: Path) -> None:
    number = 205
    site: Site = {
        "/": front(f"{path(0)}|Null"),
        "/robots.txt": ROBOTS,
        "/sitemap.xml": index(*(f"/teil-{each}.xml|2025-12-05" for each in range(number))),
        **{f"/teil-{each}.xml": sitemap("/impressum") for each in range(number)},
        path(0): article("Null"),
    }
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        first = {each for each in portal.log if "teil" in each}
        portal.log.clear()
        crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        second = {each for each in portal.log if "teil" in each}
    assert (len(first), len(second)) == (199, 6)
    assert not first & second
    assert runs(tmp_path)[0]["counts"]["documents_waiting"] == 6


def test_an_error_page_is_no_article_because_a_feed_announced_one(tmp_path: Path) -> None:
    lines = "<article><p>Der Dienst antwortet gerade nicht.</p><p>Versuchen Sie es bitte später.</p></article>"
    error = f"<!doctype html><html><head><title>Störung</title></head><body>{lines}</body></html>"
    date = "Fri, 05 Dec 2025 10:00:00 +0100"
    site: Site = {
        "/feed": rss(f"{path(1)}|Neue Fähre getauft|{date}", f"{path(2)}|Zweite Meldung|{date}"),
        path(1): error,
        path(2): article("Zweite Meldung"),
    }
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url("/feed"))
        assert paths(tmp_path, portal) == [path(2)]


def test_a_known_article_that_is_due_is_visited_because_of_its_feed(tmp_path: Path) -> None:
    site: Site = {"/feed": rss(f"{path(1)}|Eins"), path(1): article("Eins")}
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url("/feed"))
        portal.site[path(1)] = article("Eins", text="Eins, neu gefasst und ganz anders als zuvor. " * 4)
        let_time_pass(tmp_path, 700)
        # Without a known zone, what is due waits for the first page where since is a date.
        ended = crawl(data=tmp_path, url=portal.url("/feed"), since="2025-12-01")
    assert ended.code == 0, ended.err
    assert [(record["revision"], record["discovered_via"]) for record in records(tmp_path, "articles")] == [
        (1, "feed"),
        (2, "feed"),
    ]


def test_a_sitemap_that_is_older_than_since_is_left_for_later(tmp_path: Path) -> None:
    site: Site = {
        "/": front(f"{path(0)}|Null"),
        "/robots.txt": ROBOTS,
        "/sitemap.xml": index("/alt.xml|2025-11-01", "/neu.xml|2025-12-05"),
        "/alt.xml": sitemap(f"{path(1)}|2025-11-01"),
        "/neu.xml": sitemap(f"{path(2)}|2025-12-05", f"{path(3)}|2025-11-01"),
        **{path(number): article(f"Meldung Nummer {number}") for number in range(4)},
    }
    with TinyPortal(site) as portal:
        crawl(data=tmp_path, url=portal.url(), discover="sitemaps", since="2025-12-01")
        assert paths(tmp_path, portal) == [path(0), path(2)]
        assert "/alt.xml" not in portal.log
        crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        assert paths(tmp_path, portal) == [path(number) for number in range(4)]
    counts = runs(tmp_path)[0]["counts"]
    assert (counts["documents/too_old"], counts["skipped/too_old"]) == (1, 1)


def test_documents_of_which_none_can_be_read_give_a_warning(tmp_path: Path) -> None:
    with TinyPortal({"/": front(f"{path(0)}|Null", head=FEED_LINK), path(0): article("Null")}) as portal:
        crawl(data=tmp_path, url=portal.url(), discover="feeds")
    reasons = runs(tmp_path)[0]["verdict"]["reasons"]
    assert reasons == ["the only feed or sitemap could not be read (http_404 1)"]


def test_a_feed_on_which_processes_die_is_read_by_a_child_first(tmp_path: Path) -> None:
    """Runs die while they read the feed, as of memory: the next one tries it apart, then leaves it alone."""
    site: Site = {
        "/": front(f"{path(0)}|Null", head=FEED_LINK),
        "/feed": rss(f"{path(1)}|Eins"),
        path(0): article("Null"),
    }
    deadly, given = tmp_path / "deadly.py", environment(tmp_path / "data")
    deadly.write_text(
        "import os, sys, feedparser\n"
        "from scrapy.cmdline import execute\n"
        "feedparser.parse = lambda *args, **kwargs: os.kill(os.getpid(), 9)\n"
        "execute(['scrapy', *sys.argv[1:]])\n",
        encoding="utf-8",
    )
    with TinyPortal(site) as portal:
        args = ("crawl", "portal", "-L", "WARNING", "-a", f"url={portal.url()}", "-a", "discover=feeds")
        codes = [to_end(warm_starter().start(args, ROOT, given, script=deadly)).code for _ in range(3)]
        asked = portal.log.count("/feed")
    assert codes == [-signal.SIGKILL, 0, 0]
    assert asked == 2
    counts = [run["counts"] for run in runs(tmp_path / "data") if run["counts"]]
    assert [each.get("documents/unreadable") for each in counts[-2:]] == [1, 1]


def test_sitemaps_are_read_where_the_start_page_can_not_be(tmp_path: Path) -> None:
    site: Site = {"/robots.txt": ROBOTS, "/sitemap.xml": sitemap(path(1)), path(1): article("Eins")}
    with TinyPortal(site) as portal:
        ended = crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        assert paths(tmp_path, portal) == [path(1)]
    assert ended.code == 1


def test_documents_of_a_host_that_asks_for_a_pause_wait(tmp_path: Path) -> None:
    site: Site = {
        "/": front(f"{path(0)}|Null"),
        "/robots.txt": ROBOTS,
        "/sitemap.xml": index("/a.xml", "/b.xml", "/c.xml"),
        **{f"/{name}.xml": Answer("", 429, {"Retry-After": "7200"}) for name in "abc"},
        path(0): article("Null"),
    }
    with TinyPortal(site) as portal:
        ended = crawl(data=tmp_path, url=portal.url(), discover="sitemaps")
        asked = [each for each in portal.log if each in ("/a.xml", "/b.xml", "/c.xml")]
    assert ended.code == 0, ended.err
    counts = runs(tmp_path)[0]["counts"]
    assert (counts["documents_waiting"], counts.get("documents_failed", 0)) == (3, 0)
    assert (counts["waiting/http_429"], counts["waiting_seconds"] > 7000) == (1, True)
    assert set(asked) == {"/a.xml"}
