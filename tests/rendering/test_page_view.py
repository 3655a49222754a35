"""``scrapy inspect --html`` in a real browser: blocks are coloured, the legend counts, nothing is loaded or run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import sync_playwright
from support.commandline import scrapy
from support.laboratory import demand_a_browser

from portalcrawl.commands.inspection.html_view import html_view
from portalcrawl.commands.inspection.page_cases import make_response
from portalcrawl.explanation import Explanation, explain
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import generic_profile

URL = "https://www.seenbote.example/hafen/deich-wird-erhoeht-4711223.html"
OUTSIDE = "http://beacon.example"
PAGE = f"""<!doctype html><html><head><base href="{OUTSIDE}/"><title>Deich wird erhöht</title>
<meta http-equiv="refresh" content="1;url={OUTSIDE}/refresh"><link rel="stylesheet" href="{OUTSIDE}/a.css">
<style>@import "{OUTSIDE}/b.css"; @font-face {{ font-family: x; src: url({OUTSIDE}/x.woff) }}
h1 {{ background: url({OUTSIDE}/h1.png); font-size: 41px }} .late {{ display: HIDE }}</style>
<script>window.ran = 1; document.write("<p>made by a script</p>")</script></head>
<body onload="window.ran = 2" style="background: url({OUTSIDE}/body.png)">
<nav><a href="/" onclick="window.ran = 3">Start &amp; mehr</a></nav><main>
<h1 onmouseover="window.ran = 4">Deich wird <em>erhöht</em></h1>
<p class="late">Der Deich vor Kehlbach wird im Sommer erhöht, weil das Wasser dort immer höher steht.</p>
<figure><img src="{OUTSIDE}/deich.jpg" alt="Der Deich" onerror="window.ran = 5"></figure>
<p>Die Arbeiten kosten <b>vier Millionen</b> Euro &lt;script&gt; und dauern bis zum Herbst.
Bezahlt werden sie aus dem Haushalt des Landes, das auch die Pläne gezeichnet und alles andere besorgt hat.</p>
<iframe src="{OUTSIDE}/frame"></iframe><video src="{OUTSIDE}/v.mp4" poster="{OUTSIDE}/v.jpg"></video>
<svg onload="window.ran = 6"><image href="{OUTSIDE}/s.png"></image></svg><object data="{OUTSIDE}/o"></object>
<noscript><img src="{OUTSIDE}/n.gif"></noscript>
<math><mtext><style><img src=x onerror="window.ran=7"></style></mtext></math>
<form action="{OUTSIDE}/form"><input name="q" autofocus onfocus="window.ran = 8"><button>Los</button></form>
<table><tr><td>Höhe<td>4 Meter</table><p hidden>unsichtbar</p></main>
<h2>Aktuell</h2><ul>
<li><a href="https://www.seenbote.example/hafen/neuer-kran-am-kai-4711224.html">
Neuer Kran für den Hafen</a><p>vor 2 Stunden</p></li>
<li><a href="https://www.seenbote.example/hafen/faehre-faehrt-wieder-4711225.html">Fähre fährt
wieder nach Plan</a></li></ul>
<p><a href="javascript:window.ran=9">Weiter</a></p></body></html>"""
LOOK = """() => {
  const page = document.getElementById('page').contentDocument;
  const marks = [...page.querySelectorAll('[data-block]')];
  const visible = (each) => each.getClientRects().length > 0;
  return {
    blocks: marks.map((each) => [Number(each.dataset.block), each.className, each.textContent, visible(each),
      getComputedStyle(each).backgroundColor, getComputedStyle(each).color]),
    legend: [...document.querySelectorAll('#legend button')].map((each) => [each.dataset.kind, each.dataset.part,
      Number(each.querySelector('b').textContent), getComputedStyle(each.querySelector('.block')).backgroundColor]),
    ran: [window.ran, document.getElementById('page').contentWindow.ran].filter((each) => each !== undefined),
    text: page.body.innerText, size: getComputedStyle(page.querySelector('h1')).fontSize,
    own: document.getElementById('own').checked,
  };
}"""


@dataclass
class Seen:
    """What a browser shows of a view."""

    page: BrowserPage
    explanation: Explanation
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def look(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(LOOK)
        return found


def explained(html: str) -> Explanation:
    response = make_response(html.encode(), URL, datetime(2025, 11, 5, 9, tzinfo=UTC), {"Content-Type": "text/html"})
    return explain(Page(response, generic_profile(URL)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=demand_a_browser())
        yield started
        started.close()


def show(browser: Any, folder: Path, html: str, scheme: str = "light") -> Seen:
    found = explained(html)
    file = folder / "view.html"
    file.write_text(html_view(found), "utf-8")
    seen = Seen(browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900}), found)
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.goto(file.as_uri())
    seen.page.wait_for_selector("body[data-ready]")
    return seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_block_is_coloured_and_counted(browser: Any, tmp_path: Path, scheme: str) -> None:
    seen = show(browser, tmp_path, PAGE.replace("HIDE", "block"), scheme)
    look, owners = seen.look(), seen.explanation.blocks
    assert {index for index, *_ in look["blocks"]} == set(range(len(owners)))
    for index, classes, _, visible, background, ink in look["blocks"]:
        owner = owners[index]
        assert {"block", owner.kind, owner.part.replace(" ", "-")} <= set(classes.split())
        assert visible
        assert background not in ("transparent", "rgba(0, 0, 0, 0)")
        assert ink == ("rgb(17, 17, 17)" if scheme == "light" else "rgb(242, 242, 242)")
    counts = Counter((owner.kind, owner.part) for owner in owners)
    assert {(kind, part): count for kind, part, count, _ in look["legend"]} == counts
    colours = {classes: colour for _, classes, _, _, colour, _ in look["blocks"]}
    text = next(colour for classes, colour in colours.items() if "article text" in classes)
    assert [colour for kind, part, _, colour in look["legend"] if (kind, part) == ("article", "text")] == [text]
    assert len({colour for classes, colour in colours.items()}) >= 4
    texts: dict[int, str] = {}
    for index, _, text, *_ in look["blocks"]:
        texts[index] = texts.get(index, "") + text
    for block in seen.explanation.page.walk.blocks:
        assert not block.text or " ".join(texts[block.index].split()) == block.text
    seen.page.close()


def test_no_request_leaves_and_nothing_of_the_page_runs(browser: Any, tmp_path: Path) -> None:
    seen = show(browser, tmp_path, PAGE.replace("HIDE", "block"))
    frame = seen.page.frame_locator("#page")
    frame.locator("h1 [data-block]").first.hover()
    for name in ("Weiter", "Neuer Kran", "Start", "Los"):
        frame.get_by_text(name).first.click()
    look = seen.look()
    assert seen.requests == [seen.page.url]
    assert (look["ran"], seen.errors) == ([], [])
    assert "made by a script" not in look["text"]
    assert "unsichtbar" not in look["text"]
    assert look["size"] == "41px", "the styles that stand in the page are its own"
    assert OUTSIDE not in (tmp_path / "view.html").read_text("utf-8").replace(URL, "")
    seen.page.close()


def test_pointing_shows_the_reason_and_a_click_keeps_it(browser: Any, tmp_path: Path) -> None:
    seen = show(browser, tmp_path, PAGE.replace("HIDE", "block"))
    frame, said = seen.page.frame_locator("#page"), seen.page.locator("#said")
    frame.get_by_text("Deich wird").first.hover()
    assert "article headline" in said.inner_text()
    assert "declared-title: " in said.inner_text()
    frame.get_by_text("Neuer Kran").click()
    frame.get_by_text("Deich wird").first.hover()
    assert "teaser 1 headline" in said.inner_text(), "what was clicked stays"
    seen.page.locator("#legend button", has_text="chrome menu").click()
    assert "landmark: " in said.inner_text()
    seen.page.close()


def test_styles_that_hide_blocks_are_left_out_at_first(browser: Any, tmp_path: Path) -> None:
    seen = show(browser, tmp_path, PAGE.replace("HIDE", "none"))
    look = seen.look()
    assert not look["own"]
    assert all(visible for _, _, _, visible, *_ in look["blocks"])
    seen.page.locator("#own").check()
    assert not all(visible for _, _, _, visible, *_ in seen.look()["blocks"])
    seen.page.close()


def test_the_command_writes_it(browser: Any, tmp_path: Path) -> None:
    saved, view = tmp_path / "page.html", tmp_path / "view.html"
    saved.write_text(PAGE, "utf-8")
    ended = scrapy("inspect", str(saved), "--url", URL, "--html", str(view), data=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    page = browser.new_page()
    page.goto(view.as_uri())
    page.wait_for_selector("body[data-ready]")
    page.close()
