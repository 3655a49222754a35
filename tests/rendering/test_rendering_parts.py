"""The parts of rendering: the path of the browser, the request filter, the proxy, the memory of page groups."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings
from support.commandline import ROOT
from support.tinyportal import Answer, TinyPortal

from portalcrawl.errors import SettingError
from portalcrawl.rendering.browser_path import find_browser
from portalcrawl.rendering.proxy import Proxy
from portalcrawl.rendering.render_settings import RenderSettings
from portalcrawl.rendering.request_filter import RequestFilter
from portalcrawl.runs.plan import make_plan
from portalcrawl.storage.browser_needs import MIN_STREAK, RECHECK_INTERVAL
from portalcrawl.storage.database import IN_MEMORY, open_database
from portalcrawl.storage.unit_of_work import UnitOfWork


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_browser_is_found_by_setting_then_on_path_then_as_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "installed"))
    assert find_browser(None) is None
    for name in ("chromium_headless_shell-1300/chrome-linux/headless_shell", "chromium-1200/chrome-linux/chrome"):
        program(tmp_path / "installed" / name)
    newest = program(tmp_path / "installed/chromium-1210/chrome-linux64/chrome")
    assert find_browser(None) == str(newest)
    on_path = program(tmp_path / "bin/google-chrome")
    assert find_browser(None) == str(on_path)
    own = program(tmp_path / "own/browser")
    assert find_browser(str(own)) == str(own)
    with pytest.raises(SettingError, match="RENDER_BROWSER"):
        find_browser(str(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("RENDER_PAGES", "0"), ("RENDER_TIMEOUT", "soon"), ("RENDER_MEMORY", "inf"), ("RENDER_SANDBOX", "perhaps")],
)
def test_wrong_settings_are_named(name: str, value: str) -> None:
    settings = Settings()
    settings.setmodule("portalcrawl.settings")
    settings.set(name, value)
    with pytest.raises(SettingError, match=name):
        RenderSettings.from_settings(settings)


@pytest.fixture
def request_filter() -> RequestFilter:
    plan = make_plan({"url": "https://bote.example/"}, None)
    return RequestFilter(plan, next(iter(plan.profiles.values())))


@pytest.mark.parametrize(
    ("url", "resource_type", "is_navigation", "blocked"),
    [
        ("https://bote.example/artikel/1", "document", True, False),
        ("https://www.bote.example/artikel/1", "document", True, False),
        ("https://nachbar.example/", "document", True, True),
        ("https://nachbar.example/anzeige", "document", False, False),
        ("https://cdn.example/app.js", "script", False, False),
        ("https://cdn.example/bild.jpg", "image", False, True),
        ("https://cdn.example/schrift.woff2", "font", False, True),
        ("https://www.google-analytics.com/collect", "fetch", False, True),
        ("http://127.0.0.1/", "fetch", False, True),
        ("http://169.254.169.254/latest/meta-data/", "xhr", False, True),
        ("http://[::1]/", "script", False, True),
        ("file:///etc/passwd", "document", True, True),
        ("ftp://bote.example/", "fetch", False, True),
        ("http://[", "fetch", False, True),
    ],
)
def test_which_requests_are_blocked(
    request_filter: RequestFilter, url: str, resource_type: str, is_navigation: bool, blocked: bool
) -> None:
    assert request_filter.blocks(url, resource_type, is_navigation=is_navigation) is blocked


async def asked(proxy: Proxy, request: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.address.rpartition(":")[2]))
    writer.write(request.encode())
    answer = await reader.read(65536)
    while data := await reader.read(65536):
        answer += data
    writer.close()
    return answer


def ask(request: str, allowed: tuple[str, int] | None = None) -> bytes:
    async def run() -> bytes:
        proxy = await Proxy(lambda host, port: (host, port) == allowed).start()
        try:
            return await asyncio.wait_for(asked(proxy, request), 10)
        finally:
            proxy.close()

    return asyncio.run(run())


def test_the_proxy_passes_pages_of_allowed_origins() -> None:
    with TinyPortal({"/a?b=c": Answer("gefunden")}) as portal:
        host, port = "127.0.0.1", int(portal.origin.rpartition(":")[2])
        head = f"Host: {host}:{port}\r\nProxy-Connection: keep-alive\r\n\r\n"
        plain = ask(f"GET {portal.url('/a?b=c')} HTTP/1.1\r\n{head}", (host, port))
        assert plain.startswith(b"HTTP/1.1 200")
        assert plain.endswith(b"gefunden")
        (_, headers) = portal.headers[0]
        assert headers["Connection"] == "close"
        assert "Proxy-Connection" not in headers


@pytest.mark.parametrize(
    "request_line",
    [
        *("GET http://127.0.0.1:1/ HTTP/1.1", "GET http://localhost/ HTTP/1.1", "GET http://169.254.1.1/ HTTP/1.1"),
        *("CONNECT 10.0.0.1:443 HTTP/1.1", "CONNECT localhost:443 HTTP/1.1", "CONNECT [::1]:443 HTTP/1.1"),
        *("GET /geheim HTTP/1.1", "GET ftp://bote.example/ HTTP/1.1", "CONNECT bote.example HTTP/1.1", "x"),
    ],
)
def test_the_proxy_refuses_the_rest(request_line: str) -> None:
    assert ask(f"{request_line}\r\n\r\n").startswith(b"HTTP/1.1 403")


def test_kinds_that_needed_a_browser_are_remembered_and_looked_at_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'state.sqlite3'}"
    unit_of_work = UnitOfWork(open_database(url))
    for _ in range(MIN_STREAK):
        assert not unit_of_work.browser_needs.goes_to_browser("bote", "article /a")
        unit_of_work.browser_needs.record("bote", "article /a", needed=True)
    unit_of_work.commit([])
    unit_of_work.close()
    later = UnitOfWork(open_database(url))
    sent = [later.browser_needs.goes_to_browser("bote", "article /a") for _ in range(RECHECK_INTERVAL)]
    assert sent == [True] * (RECHECK_INTERVAL - 1) + [False]
    assert not later.browser_needs.goes_to_browser("bote", "article /b")
    assert not later.browser_needs.goes_to_browser("andere", "article /a")
    later.browser_needs.record("bote", "article /a", needed=False)
    assert not later.browser_needs.goes_to_browser("bote", "article /a")
    later.commit([])
    later.close()
    last = UnitOfWork(open_database(url))
    assert not last.browser_needs.goes_to_browser("bote", "article /a")
    last.close()


def test_a_state_in_memory_remembers_within_the_run() -> None:
    unit_of_work = UnitOfWork(open_database(IN_MEMORY))
    for _ in range(MIN_STREAK):
        unit_of_work.browser_needs.record("bote", "start /", needed=True)
    assert unit_of_work.browser_needs.goes_to_browser("bote", "start /")


def test_a_run_that_renders_nothing_does_not_load_playwright() -> None:
    rooms = "portalcrawl.commands.crawl, portalcrawl.downloader, portalcrawl.spiders.portal, portalcrawl.scheduler"
    program = f"import sys, {rooms}; print(sorted(name for name in sys.modules if 'playwright' in name))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
