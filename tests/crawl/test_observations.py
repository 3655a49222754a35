"""What happens to teasers on a front page is observed, each event once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.commandline import crawl, manifests, records, runs, scrapy
from support.front_page import FrontPage, replay
from support.tinyportal import Answer, article, page

from portalcrawl.schema import json_schema

ON = ("-s", "OBSERVATIONS=True")


def observed(data: Path, front: FrontPage, *args: str) -> list[tuple[Any, ...]]:
    """Crawl the front page, and return what was observed of it in this run."""
    before = len(records(data, "observations"))
    ended = crawl(*ON, *args, data=data, url=front.url(), follow="false")
    assert ended.code == 0, ended.err
    return [front.brief(record) for record in records(data, "observations")[before:]]


def test_observations_are_exact(tmp_path: Path) -> None:
    with FrontPage({"Oben": ["a", "b"], "Sport": ["c", "d"]}) as front:
        assert observed(tmp_path, front) == [
            ("appeared", "a", "Oben", 1, None),
            ("appeared", "b", "Oben", 2, None),
            ("appeared", "c", "Sport", 1, None),
            ("appeared", "d", "Sport", 2, None),
        ]
        assert observed(tmp_path, front) == [], "nothing happened"
        assert len(manifests(tmp_path)) == 1

        front.blocks = {"Oben": ["b", "e"], "Sport": ["c", "a"]}
        front.headlines["b"] = "Eine ganz andere Überschrift über dem zweiten Artikel"
        assert observed(tmp_path, front) == [
            ("changed", "b", "Oben", 2, None),
            ("gone", "d", "Sport", 2, None),
            ("moved", "b", "Oben", 1, None),
            ("appeared", "e", "Oben", 2, None),
            ("moved", "a", "Sport", 2, None),
        ]
        front.comments["c"] = 7
        assert observed(tmp_path, front) == [("changed", "c", "Sport", 1, 7)]
        front.blocks = {"Oben": ["d", "e"], "Sport": ["c", "a"]}
        assert observed(tmp_path, front) == [("gone", "b", "Oben", 1, None), ("appeared", "d", "Oben", 1, None)]

    lines = records(tmp_path, "observations")
    assert len({line["id"] for line in lines}) == len(lines)
    for line in lines:
        Draft202012Validator(json_schema("observation")).validate(line)
        assert list(line) == list(json_schema("observation")["properties"])
        assert line["page"] == front.url()
    teasers = {teaser["id"]: teaser for teaser in records(tmp_path, "teasers")}
    assert {line["teaser_id"] for line in lines} <= set(teasers)
    assert all(teasers[line["teaser_id"]]["article_id"] == line["article_id"] for line in lines)
    (feed,) = [each for each in manifests(tmp_path)[-1]["feeds"] if each["kind"] == "observations"]
    assert (feed["records"], feed["file"][:13]) == (2, "observations-")


def test_off_by_default_and_on_afterwards(tmp_path: Path) -> None:
    with FrontPage({"Oben": ["a", "b", "c"]}) as front:
        assert crawl(data=tmp_path, url=front.url()).code == 0
        assert records(tmp_path, "observations") == []
        assert [event for event, *_ in observed(tmp_path, front)] == ["appeared"] * 3


MANY = {"Oben": list("abcd"), "Sport": list("efgh")}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("Störung", 500), None),
        (Answer("", 404), None),
        (page("Wartung", "<h1>Wir sind gleich zurück</h1><p>Bitte haben Sie etwas Geduld.</p>"), "no_"),
        ("cut", "cut"),
        ("few", "few_teasers"),
    ],
)
def test_responses_that_are_not_the_page_are_not_observed(
    answer: Answer | str, reason: str | None, tmp_path: Path
) -> None:
    with FrontPage(MANY) as front:
        assert len(observed(tmp_path, front)) == 8
        whole = front.html()
        if answer == "cut":
            answer = whole[: whole.index("</ul>") + 20]
        if answer == "few":
            front.blocks = {"Oben": ["a", "b"]}
        else:
            front.site["/"] = answer
        crawl(*ON, "-s", "RETRY_ENABLED=False", data=tmp_path, url=front.url(), follow="false")
        assert len(records(tmp_path, "observations")) == 8, "nothing went"
        counts = runs(tmp_path)[-1]["counts"]
        assert any(name.startswith(f"unobserved/{reason}") for name in counts) is (reason is not None)
        if reason == "few_teasers":
            assert [event for event, *_ in observed(tmp_path, front)] == ["gone"] * 6, "shown twice, it is believed"
        else:
            front.site["/"] = front.response
            assert observed(tmp_path, front) == []


def test_further_pages_and_articles_are_not_observed(tmp_path: Path) -> None:
    with FrontPage({"Oben": ["a", "b"]}) as front:
        front.more = '<a rel="next" href="/zwei">nächste Seite</a>'
        front.site["/zwei"] = front.html_of({"Oben": ["c", "d"]})
        found = observed(tmp_path, front, "-a", "pages=2")
        front.site[front.path("a")] = article(front.headline("a"), f"{front.path('b')}|{front.headline('b')}")
        start = crawl(*ON, data=tmp_path, url=front.url(front.path("a")), follow="false")
    assert start.code == 0
    assert [name for _, name, *_ in found] == ["a", "b"]
    assert len(records(tmp_path, "observations")) == 2


def test_a_lost_state_is_rebuilt_with_its_pictures(tmp_path: Path) -> None:
    with FrontPage(MANY) as front:
        observed(tmp_path, front)
        front.blocks = {"Oben": list("bcda"), "Sport": list("efg")}
        front.headlines["e"] = "Eine andere Überschrift über demselben Artikel"
        assert observed(tmp_path, front)
        for path in tmp_path.glob("state.sqlite3*"):
            path.unlink()
        assert observed(tmp_path, front) == []
        front.blocks = {"Oben": list("bcd"), "Sport": list("efg")}
        assert observed(tmp_path, front) == [("gone", "a", "Oben", 4, None)]


def test_old_feeds_may_be_removed(tmp_path: Path) -> None:
    with FrontPage(MANY) as front:
        observed(tmp_path, front)
        for manifest in (tmp_path / "feeds").glob("manifest-*.json"):
            found = json.loads(manifest.read_bytes())
            manifest.unlink()
            for feed in found["feeds"]:
                (tmp_path / "feeds" / feed["file"]).unlink()
        front.blocks = {"Oben": list("abcd"), "Sport": list("efg")}
        assert observed(tmp_path, front) == [("gone", "h", "Sport", 4, None)]


def test_minus_o_gets_observations_too(tmp_path: Path) -> None:
    with FrontPage({"Oben": ["a", "b"]}) as front:
        ended = crawl(*ON, "-O", str(tmp_path / "out.jsonl"), data=tmp_path, url=front.url(), follow="false")
    assert ended.code == 0, ended.err
    types = [json.loads(line)["type"] for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert types.count("observation") == 2


def test_the_schema_is_printed(tmp_path: Path) -> None:
    ended = scrapy("schema", "observation", data=tmp_path)
    assert ended.code == 0
    assert list(json.loads(ended.out)["properties"]) == FIELDS


FIELDS: Sequence[str] = [
    *("schema_version", "type", "id", "portal", "page", "teaser_id", "article_id", "event", "block", "position"),
    *("comment_count", "date_observed", "run"),
]


def test_the_replay_of_all_lines_is_the_page(tmp_path: Path) -> None:
    with FrontPage(MANY) as front:
        for number in range(4):
            front.shuffle(number)
            observed(tmp_path, front)
        assert replay(records(tmp_path, "observations"), front) == []
