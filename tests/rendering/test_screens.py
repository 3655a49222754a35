"""Pictures of the embedded portal as a person sees it: into the folder that PORTALCRAWL_SCREENS names, else a temporary
one. What can be measured of a good page is: nothing overflows, nothing is tiny, pictures are there, styles apply."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from support.laboratory import demand_a_browser
from support.trap_portal import TrapPortal
from support.trap_portal.editions import world

PAGES = {
    "front": "/",
    "article-a": next(s.path for s in world(1).tree if s.layout == "a" and len(s.pictures) > 1),
    "article-b": next(s.path for s in world(1).tree if s.layout == "b" and s.pictures),
    "article-c": next(s.path for s in world(1).tree if s.layout == "c" and s.pictures),
    "list": "/politik",
    "laboratory": "/labor",
}
SHOTS = [(name, width) for width in (1280, 390) for name in PAGES if (name, width) != ("article-b", 390)]
"""Pages and widths of the window; layout b is from before there were telephones that show it."""
LOOK = """() => {
  const shown = [...document.images].filter((image) => image.getBoundingClientRect().width > 0);
  const text = document.querySelector('.text p, .artikeltext, .anriss, .schmal p') || document.body;
  return {
    over: document.documentElement.scrollWidth - innerWidth,
    broken: shown.filter((image) => image.complete && !image.naturalWidth).length,
    images: shown.length,
    size: parseFloat(getComputedStyle(text).fontSize),
    sheets: document.styleSheets.length,
    headings: [...document.querySelectorAll('h1, h2, h3')].filter((each) => each.innerText.trim()).length,
  };
}"""


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], dict[str, Any]]:
    browser_path = demand_a_browser()
    folder = Path(os.environ.get("PORTALCRAWL_SCREENS") or tmp_path_factory.mktemp("screens"))
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    with TrapPortal() as portal, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path)
        page = browser.new_page()
        for name, width in SHOTS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(portal.origin + PAGES[name])
            page.evaluate("() => document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
            page.wait_for_load_state("load")
            file = folder / f"{name}-{width}.png"
            page.screenshot(path=str(file), full_page=True)
            assert file.stat().st_size > 10_000
            found[name, width] = page.evaluate(LOOK)
        browser.close()
    return found


@pytest.mark.parametrize(("name", "width"), SHOTS)
def test_a_person_would_read_it(looks: dict[tuple[str, int], dict[str, Any]], name: str, width: int) -> None:
    look = looks[name, width]
    assert look["over"] <= 0, "the page is wider than the window"
    assert look["broken"] == 0
    assert look["size"] >= 14
    assert look["sheets"] >= 1
    assert look["headings"] >= 1
    if name != "laboratory":
        assert look["images"] >= 3
