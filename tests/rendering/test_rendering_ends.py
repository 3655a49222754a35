"""Browsers are started only if a page needs one, and end with the crawl; failures of pages have named reasons."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from support.commandline import ENOUGH, crawl, files, manifests, records, start_crawl
from support.laboratory import crawl_laboratory, demand_a_browser, profile_folder
from support.scriptedsite import scripted_site
from support.tinyportal import Answer, Site, TinyPortal, article, listing
from support.trap_portal import TrapPortal
from support.trap_portal.laboratory_plan import truth
from support.warm_start import WarmProcess

from portalcrawl.rendering import processes

NO_BROWSER = {"PATH": "/nowhere", "PLAYWRIGHT_BROWSERS_PATH": "/nowhere"}


@pytest.fixture
def without_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NO_BROWSER.items():
        monkeypatch.setenv(name, value)


def rendering(crawling: WarmProcess) -> set[int]:
    """Wait until the browser shows a page; return all descendants of the crawl."""
    while not any(each.is_renderer for each in processes.tree(crawling.pid)):
        assert crawling.poll() is None
        time.sleep(0.05)
    return {each.pid for each in processes.tree(crawling.pid)}


def gone(pids: set[int]) -> bool:
    end = time.monotonic() + ENOUGH
    while (left := any(map(processes.is_alive, pids))) and time.monotonic() < end:
        time.sleep(0.05)
    return not left


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_and_no_file_outlives_the_crawl(
    tmp_path: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    demand_a_browser()
    temporary = Path(tempfile.mkdtemp(prefix="pc-", dir="/tmp"))  # a longer path would not be used
    monkeypatch.setenv("TMPDIR", str(temporary))
    with TinyPortal(scripted_site(30)) as portal:
        crawling = start_crawl("-s", "CLOSING_GRACE=1", data=tmp_path / "data", url=portal.url())
        pids = rendering(crawling)
        began = time.monotonic()
        crawling.send_signal(number)
        crawling.communicate(timeout=ENOUGH)
        assert time.monotonic() - began < 30
    assert len(pids) > 3
    assert gone(pids)
    temporary.rmdir()  # fails unless it is empty
    if number is signal.SIGTERM:
        assert crawling.returncode == 0
        assert manifests(tmp_path / "data")[0]["finish_reason"] == "shutdown"


def test_frozen_processes_end_with_a_killed_crawl(tmp_path: Path) -> None:
    demand_a_browser()
    with TinyPortal(scripted_site(30)) as portal:
        crawling = start_crawl(data=tmp_path, url=portal.url())
        pids = rendering(crawling)
        for process in processes.tree(crawling.pid):
            if "supervisor.py" not in process.command:
                processes.send(process.pid, signal.SIGSTOP)
        crawling.kill()
        crawling.communicate(timeout=ENOUGH)
    assert gone(pids)


def test_a_page_that_kills_or_blocks_a_browser_costs_no_other_page(tmp_path: Path) -> None:
    demand_a_browser()
    bounds = ("-s", "RENDER_TIMEOUT=8", "-s", "RENDER_MEMORY=600", "-s", "RETRY_TIMES=0")
    with TrapPortal() as portal:
        ended = crawl_laboratory(portal.url, ("unfaelle", "platzhalter"), tmp_path / "data", *bounds)
        known = truth(("unfaelle", "platzhalter"), portal.clock)
    assert ended.code == 0, ended.err
    assert "Traceback" not in ended.err
    counts = manifests(tmp_path / "data")[0]["counts"]
    assert counts["pages_failed"] == len(known.lost) == 2
    assert counts["failed/render_timeout"] == 1
    assert counts.get("failed/render_memory", 0) + counts.get("failed/render_crash", 0) == 1
    assert {r["id"].removeprefix("labor:") for r in records(tmp_path / "data", "articles")} == set(known.articles)


def test_always_without_a_browser_is_wrong_use(tmp_path: Path, without_browser: None) -> None:
    ended = crawl(data=tmp_path, render="always", url="http://127.0.0.1:9/")
    assert ended.code == 2
    assert len(ended.lines) == 1
    assert "argument render: always needs a browser" in ended.err
    assert not files(tmp_path)


def test_auto_without_a_browser_goes_on_and_says_so_once(tmp_path: Path, without_browser: None) -> None:
    site = {**scripted_site(3), "/artikel/deich-haelt-auch-die-naechste-flut-aus.html": article("Der Deich hält")}
    site["/"] = str(site["/"]).replace("</ul>", '<li><a href="/artikel/deich-haelt-auch-die-naechste-flut-aus.html">'
                                       "<h3>Der Deich hält</h3></a></li></ul>")  # fmt: skip
    with TinyPortal(site) as portal:
        ended = crawl("-L", "ERROR", data=tmp_path, url=portal.url())
    assert ended.code == 0
    assert len(ended.lines) == 1
    assert "3 pages need a browser, and there is none: see scrapy doctor" in ended.err
    assert [record["headline"] for record in records(tmp_path, "articles")] == ["Der Deich hält"]
    counts = manifests(tmp_path)[0]["counts"]
    assert counts["needs_browser/script_shell"] == counts["failed/needs_browser"] == 3


def test_a_browser_that_does_not_start_is_a_warning_and_said_once(tmp_path: Path) -> None:
    false = shutil.which("false")
    with TinyPortal(scripted_site(2)) as portal:
        given = ("-L", "WARNING", "-s", f"RENDER_BROWSER={false}")
        ended = crawl(*given, data=tmp_path / "auto", url=portal.url())
        forced = crawl(*given, data=tmp_path / "always", url=portal.url(), render="always")
    assert ended.code == 0
    (said,) = (line for line in ended.lines if f"The browser {false} does not start" in line)
    assert "see scrapy doctor" in said
    assert "finished, warning (2 pages need a browser, and it does not start: see scrapy doctor" in ended.lines[-1]
    assert forced.code == 1
    assert "1 page needs a browser, and it does not start: see scrapy doctor" in forced.lines[-1]


def test_nothing_is_started_while_no_page_needs_it(tmp_path: Path) -> None:
    demand_a_browser()
    slow = {"/": listing("Liste", "/artikel/eins-zwei-drei-vier-fuenf.html|Eins und zwei")}
    slow["/artikel/eins-zwei-drei-vier-fuenf.html"] = Answer(article("Eins und zwei"), delay=2.0)  # type: ignore[assignment]
    with TinyPortal(slow) as portal:
        crawling = start_crawl(data=tmp_path, url=portal.url())
        seen: set[str] = set()
        while crawling.poll() is None:
            seen.update(each.command for each in processes.tree(crawling.pid))
            time.sleep(0.05)
        _, err = crawling.communicate()
    assert not [command for command in seen if "playwright" in command or "chrom" in command]  # others ask for uname
    assert "playwright" not in err
    assert len(records(tmp_path, "articles")) == 1


def test_a_page_reaches_no_private_address_of_others(tmp_path: Path) -> None:
    """A script requests another port of loopback, directly and by a redirect, and embeds it in a frame."""
    demand_a_browser()
    with TinyPortal({"/geheim": article("Geheime Akten aus dem Nachbarhaus")}) as private:
        text = "Der Versuch der Redaktion, fremde Akten zu lesen, schlug fehl."
        there = private.url("/geheim")
        shell = f"""<!doctype html><html lang="de"><head><title>Versuch</title></head><body><div id="seite"></div>
        <script>
        const tries = ["{there}", "/weiter", "{there.replace("127.0.0.1", "localhost")}"];
        Promise.allSettled(tries.map((url) => fetch(url, {{mode: "no-cors"}}))).then((all) => {{
          document.getElementById("seite").innerHTML = `<article><h1>Versuch der Redaktion</h1><p>{text * 4}</p>` +
            `<iframe src="{there}"></iframe></article>`;
        }});</script></body></html>"""
        site: Site = {
            "/artikel/versuch-der-redaktion-schlug-gestern-fehl.html": shell,
            "/weiter": Answer("", 302, {"Location": private.url("/geheim")}),
        }
        with TinyPortal(site) as portal:
            ended = crawl(data=tmp_path, url=portal.url("/artikel/versuch-der-redaktion-schlug-gestern-fehl.html"))
            assert "/weiter" in portal.log
        assert private.log == []
    assert ended.code == 0, ended.err
    (record,) = records(tmp_path, "articles")
    assert record["rendered"] is True
    assert record["headline"] == "Versuch der Redaktion"


def test_max_articles_and_robots_hold_for_rendered_pages(tmp_path: Path) -> None:
    demand_a_browser()
    site = {
        **scripted_site(8),
        "/robots.txt": Answer("User-agent: *\nDisallow: /artikel/deichverband-prueft-abschnitt-0"),
    }
    with TinyPortal(site) as portal:
        crawl(data=tmp_path / "few", url=portal.url(), max_articles=2)
        crawl(data=tmp_path / "all", url=portal.url())
        assert not any("abschnitt-0" in path for path in portal.log)
    assert len(records(tmp_path / "few", "articles")) == 2
    assert len(records(tmp_path / "all", "articles")) == 7


def test_the_profile_can_render_everything_and_block_and_set_cookies(tmp_path: Path) -> None:
    demand_a_browser()
    more = 'mode = "always"\nblock_resources = ["stylesheet"]\ncookies = [{ name = "ton", value = "aus" }]\n'
    folder = profile_folder(tmp_path / "profiles", more)
    with TrapPortal() as portal:
        url = f"{portal.url}labor/zustimmung"
        given = ("-s", f"PORTAL_PROFILES={folder}", "-s", "RENDER_SETTLE=3", "-a", "follow=false")
        ended = crawl(*given, data=tmp_path / "data", portal="labor", url=url)
        visits = portal.visits
    assert ended.code == 0, ended.err
    assert manifests(tmp_path / "data")[0]["counts"]["rendered/always"] == 1
    assert len(records(tmp_path / "data", "teasers")) == 4
    assert any(visit.startswith("/bilder/") for visit in visits)
    assert "/stil.css" not in visits


def _network_events(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return name and parameters of each event in a network log."""
    text = path.read_text().rstrip()
    try:
        found = json.loads(text)
    except ValueError:  # the browser was killed in the middle of the list of events
        found = json.loads(text.rstrip(",").removesuffix("]}") + "]}")
    names = {number: name for name, number in found["constants"]["logEventTypes"].items()}
    return [(names[event["type"]], event.get("params", {})) for event in found["events"]]


def test_the_browser_makes_no_connection_of_its_own(tmp_path: Path) -> None:
    """Chromium's network log has each address that it connected to, for pages or for itself."""
    log = tmp_path / "net"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nexec {demand_a_browser()} "$@" --log-net-log={log}.$$\n')
    browser.chmod(0o755)
    channel = "new RTCPeerConnection({iceServers: [{urls: 'stun:stun.example:3478'}]}).createDataChannel('x')"
    head = '<link rel="dns-prefetch" href="//vorab.example"><link rel="preconnect" href="https://vorab.example">'
    site = scripted_site(2)
    site["/"] = str(site["/"]).replace("<title>", f"{head}<script>{channel}</script><title>")
    site["/"] += "<form><input name='wer'><input type='password' name='wort'></form>"
    with TinyPortal(site) as portal:
        ended = crawl("-s", f"RENDER_BROWSER={browser}", data=tmp_path / "data", url=portal.url(), render="always")
    assert ended.code == 0, ended.err
    assert len(records(tmp_path / "data", "articles")) == 2
    # On a slow machine the browser may have been started more than once; each process writes a log of its own.
    events = [event for path in tmp_path.glob("net.*") for event in _network_events(path)]
    connected = {params["address"] for name, params in events if name == "TCP_CONNECT_ATTEMPT" and "address" in params}
    assert connected
    assert {address.rpartition(":")[0] for address in connected} == {"127.0.0.1"}, "its proxies"
    assert not [params for name, params in events if name == "UDP_BYTES_SENT"]
    assert not [params for name, params in events if name in ("HOST_RESOLVER_DNS_TASK", "HOST_RESOLVER_SYSTEM_TASK")]
