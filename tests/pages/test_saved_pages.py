"""Checks of each saved page; each is read once."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest
from support.page_map_checks import faults
from support.shared import SHARED

from portalcrawl.commands.inspection.page_cases import make_response
from portalcrawl.explanation import explain
from portalcrawl.extraction.needs_browser import needs_browser
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import generic_profile

FETCHED = datetime(2025, 11, 5, 9, 0, tzinfo=UTC)
HTML = {"Content-Type": "text/html; charset=utf-8"}
NAMELESS = "https://www.seenbote.example/hafen/deich-wird-erhoeht-4711223.html"
"""URL of pages that were saved without their own."""
RENDERED_BY_SERVERS = {"articles": 115, "bodies": 89, "dates": 256}
"""Packs -> number of their pages, none of which needs a browser."""
MISJUDGED = 0.03
"""Largest share of these that are wrongly said to need one."""


@pytest.mark.long
@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("pack", ["articles", "bodies", "dates", "frontpages", "peers", "teasers"])
def test_the_map_agrees_with_the_records_and_hardly_a_page_needs_a_browser(pack: str) -> None:
    folder = SHARED / "corpus" / pack
    found, judged = [], []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = f"{row['id']}.html.gz"
        file = folder / "pages" / name if (folder / "pages" / name).exists() else folder / name
        if not file.exists():
            continue
        url = (row.get("url") or NAMELESS).removeprefix("x")  # one row has xhttps
        page = Page(make_response(gzip.decompress(file.read_bytes()), url, FETCHED, HTML), generic_profile(url))
        found += [f"{row['id']}: {fault}" for fault in faults(explain(page))]
        if pack in RENDERED_BY_SERVERS:
            judged.append(needs_browser(page))
    assert found == []
    assert len(judged) == RENDERED_BY_SERVERS.get(pack, 0)
    assert sum(reason is not None for reason in judged) <= MISJUDGED * len(judged), judged
