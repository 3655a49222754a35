"""The pictures of start pages: what observations add up to, and what lost ones leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from portalcrawl.items import Observation
from portalcrawl.storage.database import open_database
from portalcrawl.storage.page_pictures import Picture, page_key
from portalcrawl.storage.run_history import PastFeed, RunHistory
from portalcrawl.storage.unit_of_work import UnitOfWork

PAGE = "https://a.example/"


def line(run: str, number: int, event: str, name: str, state: str, place: tuple[str, int]) -> Observation:
    return Observation(
        id=f"{run}:{number}", portal="a", page=PAGE, teaser_id=f"{name}{state}", article_id=name, event=event,
        block=place[0], position=place[1], comment_count=None, date_observed="2026-03-01T12:00:00+00:00", run=run,
    )  # fmt: skip


FIRST = [line("r1", n, "appeared", name, "1", ("top", n + 1)) for n, name in enumerate("wxyz")]
SECOND = [
    line("r2", 0, "changed", "x", "2", ("top", 2)),
    line("r2", 1, "gone", "w", "1", ("top", 1)),
    line("r2", 2, "moved", "x", "2", ("top", 1)),
    line("r2", 3, "moved", "y", "1", ("side", 1)),
    line("r2", 4, "appeared", "v", "1", ("side", 2)),
]


def shown(picture: Picture) -> set[tuple[str, str, str | None, int | None]]:
    return {(each.article_id, each.teaser_id, each.block, each.position) for each in picture.shown}


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.a.example/", "a.example"),
        ("https://a.example/index.html", "a.example"),
        ("https://a.example:8443/sport/", "a.example:8443/sport"),
        ("http://127.0.0.1:8998/sport", "127.0.0.1/sport"),
    ],
)
def test_a_page_is_one_in_any_spelling(url: str, key: str) -> None:
    assert page_key(url) == key


AFTER = {("x", "x2", "top", 1), ("y", "y1", "side", 1), ("z", "z1", "top", 4), ("v", "v1", "side", 2)}


def test_lines_add_up() -> None:
    picture = Picture()
    for each in (*FIRST, *SECOND):
        picture.apply(each)
    assert shown(picture) == AFTER
    assert list(picture.gone) == ["r2:1"]


@pytest.mark.parametrize("kept", range(len(SECOND) + 1))
def test_lost_lines_are_taken_back(kept: int, tmp_path: Path) -> None:
    """The feed of a dead run has only its first *kept* lines: the picture is rolled back to them."""
    engine = open_database(f"sqlite:///{tmp_path / 'state.sqlite3'}")
    unit_of_work, history = UnitOfWork(engine), RunHistory(engine)
    for stop, each in enumerate((*FIRST, *SECOND)):
        unit_of_work.page_pictures.apply(each)
        if each.run == "r2":
            row = {"run": "r2", "kind": "observations", "stop": stop - 3, "portal": "a", "id": each.id}
            unit_of_work.note_line({**row, "revision": None})
    unit_of_work.commit([])
    lost = history.remove_lost_lines("r2", PastFeed("observations-r2.jsonl", "observations", kept, kept))
    assert lost == len(SECOND) - kept
    picture = UnitOfWork(engine).page_pictures.of("a", PAGE)
    expected = Picture()
    for each in (*FIRST, *SECOND[:kept]):
        expected.apply(each)
    # What was changed or moved back is not known any more, only that it is not as the page shows it.
    whole = Picture()
    for each in (*FIRST, *SECOND):
        whole.apply(each)
    assert {each.article_id for each in picture.shown} == {each.article_id for each in expected.shown}
    names = {each.article_id for each in SECOND[kept:] if each.event in ("changed", "moved")}
    for each in picture.shown:
        same = next(other for other in whole.shown + list(whole.gone.values()) if other.article_id == each.article_id)
        is_same = (each.teaser_id, each.block, each.position) == (same.teaser_id, same.block, same.position)
        assert is_same is (each.article_id not in names)
    engine.dispose()
