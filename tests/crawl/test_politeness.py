"""How often a host is asked: Crawl-delay, Retry-After, backing off, and one budget for all runs of a data folder."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest
from support.commandline import ENOUGH, crawl, records, runs, start_crawl
from support.tinyportal import Answer, Site, TinyPortal, article, listing

TOLERANCE = 0.1
"""Seconds by which an arrival may seem early: a request's way takes longer at one time than at another."""
NO_JITTER = ("-s", "DOWNLOAD_DELAY_JITTER=0")


class TimedPortal(TinyPortal):
    """Also keeps when each request arrived."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.arrivals: list[tuple[float, str]] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.arrivals.append((time.monotonic(), handler.path))
        super().answer(handler)

    def gaps(self, *, after: str = "/") -> list[float]:
        """Seconds between arrivals, from the first request for *after* on."""
        first = next(number for number, (_, path) in enumerate(self.arrivals) if path == after)
        times = sorted(moment for moment, _ in self.arrivals[first:])
        return [later - earlier for earlier, later in pairwise(times)]


def keeps(delay: float, *portals: TimedPortal) -> bool:
    """Whether requests for articles of *portals*, which are on one host, were sent *delay* seconds apart.

    On a busy machine each may arrive late, and the next in time. But none is sent before a front page is answered,
    which is after its request has arrived, and so many delays later at least the later ones arrive.
    """
    began = min(moment for portal in portals for moment, path in portal.arrivals if path == "/")
    times = sorted(moment for portal in portals for moment, path in portal.arrivals if path.startswith("/ufer/"))
    return all(moment - began > number * delay - 0.02 for number, moment in enumerate(times))


def path(number: int) -> str:
    return f"/ufer/deichverband-prueft-abschnitt-{number}-vor-dem-winter-{4711000 + number}.html"


def title(number: int) -> str:
    return f"Meldung {number}: Der Deichverband prüft Abschnitt {number} vor dem Winter"


def site(articles: int, robots: str = "", **more: Answer) -> dict[str, object]:
    pages: dict[str, object] = {path(n): article(title(n), text=f"{title(n)}. Der Rat tagt.") for n in range(articles)}
    pages["/"] = listing("Ufer", *(f"{path(n)}|{title(n)}" for n in range(articles)))
    pages["/robots.txt"] = Answer(robots, headers={"Content-Type": "text/plain"})
    return pages | more


def times_of(data: Path) -> dict[str, tuple[str, str | None, float | None]]:
    with closing(sqlite3.connect(data / "state.sqlite3")) as state:
        rows = state.execute("SELECT url, status, reason, next_visit FROM articles")
        return {url.rpartition("/")[2]: (status, reason, when) for url, status, reason, when in rows}


def test_the_crawl_delay_of_our_group_is_kept(tmp_path: Path) -> None:
    robots = "User-agent: *\nCrawl-delay: 20\n\nUser-agent: portalcrawl\nCrawl-delay: 0.5\n"
    with TimedPortal(site(4, robots)) as portal:  # type: ignore[arg-type]
        ended = crawl(data=tmp_path, url=portal.url())
    assert ended.code == 0, ended.err
    assert len(records(tmp_path, "articles")) == 4
    assert len(portal.gaps()) == 4
    assert keeps(0.5, portal)


def test_a_crawl_delay_is_bounded(tmp_path: Path) -> None:
    with TimedPortal(site(3, "User-agent: *\nCrawl-delay: 86400\n")) as portal:  # type: ignore[arg-type]
        ended = crawl("-s", "CRAWL_DELAY_MAX=0.3", data=tmp_path, url=portal.url())
    assert ended.code == 0, ended.err
    assert len(records(tmp_path, "articles")) == 3
    assert keeps(0.3, portal)


def test_every_request_that_waits_for_robots_txt_is_checked(tmp_path: Path) -> None:
    pages = site(8)
    forbidden = [path(n) for n in range(8) if n % 2]
    rules = "User-agent: *\n" + "".join(f"Disallow: {each}\n" for each in forbidden)
    pages["/robots.txt"] = Answer(rules, delay=0.5)
    with TimedPortal(pages) as portal:  # type: ignore[arg-type]
        ended = crawl(data=tmp_path, url=" ".join(portal.url(path(n)) for n in range(8)), follow="false")
    assert ended.code == 0, ended.err
    site_wide = ["/robots.txt", "/.well-known/tdmrep.json"]
    assert sorted(portal.log) == sorted([*site_wide, *(path(n) for n in range(8) if n % 2 == 0)])


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_short_retry_after_is_waited_for_in_the_run(form: str, tmp_path: Path) -> None:
    refused: list[float] = []

    def once() -> Answer:
        if refused:
            return Answer(article(title(1)))
        refused.append(time.monotonic())
        value = "2" if form == "seconds" else formatdate(time.time() + 3, usegmt=True)
        return Answer("zu viel", 429, {"Retry-After": value})

    pages = site(4) | {path(1): once}
    with TimedPortal(pages) as portal:  # type: ignore[arg-type]
        ended = crawl("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", data=tmp_path, url=portal.url())
    assert ended.code == 0, ended.err
    assert len(records(tmp_path, "articles")) == 4
    after = [moment for moment, _ in portal.arrivals if moment > refused[0]]
    assert min(after) - refused[0] > 2 - TOLERANCE
    assert portal.log.count(path(1)) == 2


def test_pages_that_wait_longer_than_a_run_stay_pending_in_the_next_run_too(tmp_path: Path) -> None:
    def refuse() -> Answer:
        return Answer("später", 429, {"Retry-After": formatdate(time.time() + 3600, usegmt=True)})

    pages = site(6) | {path(2): refuse}
    with TimedPortal(pages) as portal:  # type: ignore[arg-type]
        began = time.time()
        first = crawl("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", data=tmp_path, url=portal.url())
        assert first.code == 0, first.err
        asked = len(portal.arrivals)
        second = crawl("-L", "ERROR", data=tmp_path, url=portal.url())
        assert len(portal.arrivals) == asked, "a host that asked for an hour is left alone by a run that starts at once"
        assert second.code == 0, second.err
        waiting = {url: found for url, found in times_of(tmp_path).items() if found[0] == "pending"}
        assert len(waiting) == 4, "the start page and two articles were answered before"
        assert {reason for _, reason, _ in waiting.values()} == {"http_429"}
        assert all(began + 3500 < (when or 0) < began + 3700 for _, _, when in waiting.values())
        for run, pages_waiting, said in zip(runs(tmp_path), (4, 1), ("4 pages wait", "1 page waits"), strict=True):
            assert run["verdict"]["level"] == "warning"
            (reason,) = run["verdict"]["reasons"]
            assert "asked for a pause of up to" in reason and f"{said} (http_429 {pages_waiting})" in reason
            assert run["counts"]["waiting/http_429"] == pages_waiting
        let_the_hour_pass(tmp_path)
        portal.site[path(2)] = article(title(2))
        third = crawl(data=tmp_path, url=portal.url())
    assert third.code == 0, third.err
    assert sorted(record["headline"] for record in records(tmp_path, "articles")) == sorted(map(title, range(6)))


def let_the_hour_pass(data: Path) -> None:
    with closing(sqlite3.connect(data / "state.sqlite3")) as state, state:
        state.execute("UPDATE articles SET next_visit = next_visit - 4000")
    with closing(sqlite3.connect(data / "locks" / "hosts.sqlite3")) as hosts, hosts:
        hosts.execute("UPDATE hosts SET not_before = not_before - 4000")


def test_pauses_after_503_grow_until_the_run_gives_the_host_up(tmp_path: Path) -> None:
    settings = ("-s", "BACKOFF_START=0.4", "-s", "MAX_HOST_WAIT=2", "-s", "RETRY_TIMES=9")
    pages = {path: Answer("gleich", 503) for path in ("/", path(1))} | {"/robots.txt": Answer("")}
    with TimedPortal(pages) as portal:
        ended = crawl(*settings, data=tmp_path, url=portal.url())
    assert ended.code == 0, "a host that asks for a pause is no failed run"
    gaps = portal.gaps()
    assert len(gaps) == 2, "0.4 and 0.8 s; 1.6 more would be longer than the run waits"
    assert gaps[0] > 0.4 - TOLERANCE and gaps[1] > 0.8 - TOLERANCE
    (run,) = runs(tmp_path)
    assert run["counts"]["waiting/http_503"] == run["counts"]["start_pages_waiting"] == 1


def test_a_page_that_is_broken_by_itself_fails(tmp_path: Path) -> None:
    with TimedPortal(site(3) | {path(1): Answer("kaputt", 503)}) as portal:  # type: ignore[arg-type]
        ended = crawl("-s", "BACKOFF_START=0.1", data=tmp_path, url=portal.url())
    assert ended.code == 0, ended.err
    assert portal.log.count(path(1)) == 3
    assert len(records(tmp_path, "articles")) == 2
    assert runs(tmp_path)[0]["counts"]["failed/http_503"] == 1


def test_robots_txt_that_is_refused_makes_its_pages_wait(tmp_path: Path) -> None:
    answer = Answer("später", 429, {"Retry-After": "7200"})
    with TimedPortal(site(2) | {"/robots.txt": answer}) as portal:  # type: ignore[arg-type]
        ended = crawl(data=tmp_path, url=portal.url())
    assert ended.code == 0, ended.err
    assert portal.log == ["/robots.txt"]
    assert runs(tmp_path)[0]["counts"]["start_pages_waiting"] == 1


def test_two_runs_at_a_time_keep_the_delay_of_their_host_together(tmp_path: Path) -> None:
    """Two portals on one host: 127.0.0.1 at two ports."""
    with TimedPortal(site(6)) as one, TimedPortal(site(6)) as other:  # type: ignore[arg-type]
        processes = [
            start_crawl("-s", "DOWNLOAD_DELAY=0.4", *NO_JITTER, data=tmp_path, url=portal.url())
            for portal in (one, other)
        ]
        for process in processes:
            _, err = process.communicate(timeout=ENOUGH)
            assert process.returncode == 0, err
    assert len(records(tmp_path, "articles")) == 12
    assert keeps(0.4, one, other)
    last_of_one, first_of_other = one.arrivals[-1][0], other.arrivals[0][0]
    assert first_of_other < last_of_one, "the runs worked at the same time"


def test_no_file_of_hosts_where_none_is_needed(tmp_path: Path) -> None:
    with TimedPortal(site(1)) as portal:  # type: ignore[arg-type]
        assert crawl(data=tmp_path, url=portal.url()).code == 0
    assert not (tmp_path / "locks" / "hosts.sqlite3").exists()
