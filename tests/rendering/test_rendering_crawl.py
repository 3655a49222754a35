"""A crawl of the laboratory in Chromium: it finds exactly the known items, and renders only pages that need it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from support.commandline import manifests
from support.laboratory import HARMLESS, browser_processes, crawl_laboratory, demand_a_browser, differences
from support.trap_portal import TrapPortal
from support.trap_portal.laboratory_plan import LaboratoryTruth, truth

pytestmark = pytest.mark.long


@dataclass
class Crawled:
    """One crawl of all harmless experiments."""

    data: Path
    counts: dict[str, int]
    verdict: dict[str, Any]
    truth: LaboratoryTruth
    left: list[str]
    err: str


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    demand_a_browser()
    data = tmp_path_factory.mktemp("laboratory") / "data"
    with TrapPortal() as portal, TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        ended = crawl_laboratory(portal.url, HARMLESS, data)
        left = [*browser_processes(folder), *map(str, Path(folder).glob("portalcrawl-browser-*"))]
        known = truth(HARMLESS, portal.clock)
    (manifest,) = manifests(data)
    return Crawled(data, manifest["counts"], manifest["verdict"], known, left, ended.err)


def test_exactly_the_known_items(crawled: Crawled) -> None:
    assert differences(crawled.data, crawled.truth) == []
    assert crawled.verdict["level"] == "ok", crawled.err


def test_only_pages_that_need_it_are_rendered(crawled: Crawled) -> None:
    assert crawled.counts["pages_rendered"] == crawled.truth.rendered
    reasons = {name: number for name, number in crawled.counts.items() if name.startswith("rendered/")}
    assert sum(reasons.values()) == crawled.truth.rendered
    assert {"rendered/script_shell", "rendered/placeholders", "rendered/missing_body"} <= set(reasons)
    assert {"rendered/consent_wall", "rendered/more_to_load", "rendered/known"} <= set(reasons)


def test_no_process_and_no_file_is_left(crawled: Crawled) -> None:
    assert crawled.left == []
