"""Crawls of the embedded portal's laboratory: the profile that suits it, and what is left of browsers afterwards."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portalcrawl.rendering import processes
from portalcrawl.rendering.browser_path import INSTALL_HINT, find_browser
from support.commandline import Ended, crawl, records
from support.trap_portal.laboratory_plan import EXPERIMENTS, LaboratoryTruth

RENDER = """
[render]
consent = "button.zustimmen"
click = "button.mehr-laden"
click_times = 10
scroll = 10
"""
HARMLESS = tuple(each.name for each in EXPERIMENTS if each.name != "unfaelle")
SETTLED = ("-s", "RENDER_SETTLE=4")
"""Seconds that suffice on loopback; only the page that never ends loading takes them all."""


def demand_a_browser() -> str:
    """Return the browser's path; without one, fail the test and say how to install one."""
    found = find_browser(os.environ.get("RENDER_BROWSER"))
    assert found, f"these tests need Chromium: make browser, or {INSTALL_HINT}"
    return found


def profile_folder(folder: Path, more: str = "") -> Path:
    """Write the embedded portal's profile with the laboratory's render rules, under the name ``labor``."""
    text = resources.files("portalcrawl.profiles").joinpath("builtin", "sample.toml").read_text("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    text = text.replace('name = "sample"', 'name = "labor"').replace("(?:/amp)?", "(?:/amp|/labor/[a-z]+)?")
    (folder / "labor.toml").write_text(text + RENDER + more, encoding="utf-8")
    return folder


def crawl_laboratory(url: str, names: tuple[str, ...], data: Path, *args: str, **arguments: object) -> Ended:
    """Crawl the lists *names* and the articles that they lead to."""
    starts = " ".join(f"{url}labor/{name}" for name in names)
    folder = profile_folder(data.parent / "profiles")
    given = (*SETTLED, "-s", f"PORTAL_PROFILES={folder}", *args)
    return crawl(*given, data=data, portal="labor", url=starts, **arguments)


def browser_processes(folder: str) -> list[str]:
    """Commands of the processes that belong to a browser which portalcrawl started with TMPDIR set to *folder*."""
    found = []
    for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()):
        if processes.is_alive(pid):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if f"{folder}/portalcrawl-browser-" in command:
                found.append(command[:200])
    return found


def differences(data: Path, truth: LaboratoryTruth) -> list[str]:
    """Say where the feeds in *data* differ from the truth: articles missing or extra, texts, teaser states."""
    articles = {record["id"].removeprefix("labor:"): record for record in records(data, "articles")}
    wrong = [f"article missing: {truth.articles[each].path}" for each in truth.articles if each not in articles]
    wrong += [f"article too much: {articles[each]['url']}" for each in articles if each not in truth.articles]
    for native in set(articles) & set(truth.articles):
        wrong += _fields(articles[native], truth.articles[native])
    names = ("headline", "kicker", "snippet", "label", "comment_count")
    states = {(r["article_id"].removeprefix("labor:"), *(r[name] for name in names)) for r in records(data, "teasers")}
    wrong += [f"teaser missing: {state}" for state in truth.teasers if state not in states]
    wrong += [f"teaser too much: {state}" for state in states if state not in truth.teasers]
    return wrong


def _fields(record: dict[str, Any], expected: Any) -> list[str]:
    names = (
        "headline",
        "kicker",
        "description",
        "article_body",
        "date_published",
        "date_modified",
        "source",
        "section",
    )
    pairs = [(name, record[name], getattr(expected, name)) for name in names]
    pairs.append(("authors", tuple(record["authors"]), expected.authors))
    pairs.append(("address", urlsplit(record["canonical_url"]).path, expected.path))
    pairs.append(("rendered", record["rendered"], "/labor/fertig/" not in expected.path))
    return [f"{expected.path}: {name} is {found!r}, not {right!r}" for name, found, right in pairs if found != right]
