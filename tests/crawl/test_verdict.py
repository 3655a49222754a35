"""The verdict on a run, and the exit code that follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commandline import crawl, runs
from support.tinyportal import Answer, TinyPortal, article, listing

from portalcrawl.runs.verdict import verdict_of

GOOD = {"start_pages": 1, "start_links": 40, "pages": 41}


def test_a_good_run_is_ok() -> None:
    verdict = verdict_of(GOOD, [], None)
    assert (verdict.level, verdict.reasons) == ("ok", [])


def test_nothing_new_is_ok() -> None:
    assert verdict_of({**GOOD, "pages": 1, "articles": 0}, [GOOD] * 3, None).level == "ok"


@pytest.mark.parametrize(
    ("counts", "broken", "said"),
    [
        ({"start_pages": 1, "pages": 1}, None, "nothing found"),
        (
            {"start_pages": 2, "start_pages_failed": 2, "failed/http_503": 2},
            None,
            "none of the 2 start pages could be read (http_503 2)",
        ),
        (
            {"start_pages": 1, "start_pages_failed": 1, "failed/http_503": 1},
            None,
            "the only start page could not be read (http_503 1)",
        ),
        (GOOD, "nothing more can be written: disk full", "disk full"),
    ],
)
def test_a_run_that_could_do_nothing_has_failed(counts: dict[str, int], broken: str | None, said: str) -> None:
    verdict = verdict_of(counts, [], broken)
    assert verdict.level == "failed"
    assert said in verdict.reasons[0]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"start_pages": 2, "start_pages_failed": 1}, "1 of 2 start pages could not be read"),
        ({"pages": 20, "pages_failed": 6, "failed/timeout": 6}, "6 of 26 pages failed (timeout 6)"),
        ({"invalid/article": 2}, "2 records were dropped"),
        ({"invalid/article": 1}, "1 record was dropped because it broke"),
        ({"exceptions": 1}, "1 exception (see the log)"),
        ({"exceptions": 2}, "2 exceptions (see the log)"),
        ({"waiting/http_429": 1, "waiting_seconds": 9}, "up to 9 s: 1 page waits (http_429 1)"),
        ({"skipped/repeats": 1}, "1 link was not followed: pages like it only"),
        ({"needs_browser/empty": 1}, "1 page needs a browser, and there is none"),
        ({"needs_browser/empty": 1, "failed/render_start": 1}, "2 pages need a browser, and it does not start"),
        ({"documents_failed": 1, "documents/empty": 1}, "the only feed or sitemap could not be read (empty 1)"),
        ({"documents_failed": 2, "documents/empty": 2}, "none of the 2 feeds and sitemaps could be read (empty 2)"),
        ({"start_links": 1}, "found 1 article on the start pages, usually 40"),
        ({"start_links": 19}, "found 19 articles on the start pages, usually 40"),
    ],
)
def test_a_run_with_losses_is_a_warning(counts: dict[str, int], said: str) -> None:
    verdict = verdict_of({**GOOD, **counts}, [GOOD] * 3, None)
    assert verdict.level == "warning"
    assert said in verdict.reasons[0]


@pytest.mark.parametrize(
    ("counts", "earlier"),
    [
        ({"pages": 20, "pages_failed": 4}, 3),  # few errors
        ({"pages": 40, "pages_failed": 6}, 3),  # a small share
        ({"start_links": 20}, 3),  # half of the usual coverage
        ({"start_links": 1}, 2),  # too few runs to know what is usual
    ],
)
def test_small_losses_are_ok(counts: dict[str, int], earlier: int) -> None:
    assert verdict_of({**GOOD, **counts}, [GOOD] * earlier, None).level == "ok"


def test_a_portal_that_is_down_or_empty_gets_a_verdict(tmp_path: Path) -> None:
    links = [f"/stadt/meldung-des-tages-10000{n}.html|Die Meldung Nummer {n} von heute" for n in range(8)]
    site = {"/": listing("Neues", *links)} | {link.split("|")[0]: article(link.split("|")[1]) for link in links}
    with TinyPortal(site) as portal:
        for _ in range(3):
            assert crawl(data=tmp_path, url=portal.url()).code == 0
        portal.site = {**site, "/": listing("Neues", *links[:3])}
        assert crawl(data=tmp_path, url=portal.url()).code == 0
        portal.site = {"/": Answer("Wartung", status=503)}
        ended = crawl("-s", "RETRY_ENABLED=False", data=tmp_path, url=portal.url())
    assert ended.code == 1
    assert "http_503" in ended.lines[-1]
    assert [each["verdict"]["level"] for each in runs(tmp_path)] == ["ok", "ok", "ok", "warning", "failed"]
