"""Spider arguments: every valid form, and one-line errors for invalid ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portalcrawl.errors import ArgumentError, UsageError
from portalcrawl.profiles.model import DiscoveryRules
from portalcrawl.runs.arguments import parse_arguments
from portalcrawl.runs.plan import make_plan

STARTED = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


def test_nothing_given_is_the_embedded_portal() -> None:
    plan = make_plan({}, None)
    assert plan.embedded
    assert list(plan.profiles) == ["sample"]


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"url": " http://a.example/x\nhttps://b.example "}, "urls", ("http://a.example/x", "https://b.example")),
        ({"follow": "false"}, "follow", False),
        ({"follow": "True"}, "follow", True),
        ({"follow": "0"}, "follow", False),
        ({"pages": "3"}, "pages", 3),
        ({"max_articles": "1"}, "max_articles", 1),
        ({"max_depth": "0"}, "max_depth", 0),
        ({"since": "36h"}, "since", timedelta(hours=36)),
        ({"since": "7d"}, "since", timedelta(days=7)),
        ({"since": "2025-12-01"}, "since", datetime(2025, 12, 1)),  # noqa: DTZ001 - in the portal's zone
        ({"since": "2025-12-01T10:00:00+01:00"}, "since", datetime(2025, 12, 1, 9, tzinfo=UTC)),
        ({"query": "Ukraine"}, "query", "Ukraine"),
        ({"render": "never"}, "render", "never"),
        ({"discover": "feeds,sitemaps"}, "discover", frozenset({"feeds", "sitemaps"})),
        ({"discover": "sitemaps, feeds"}, "discover", frozenset({"feeds", "sitemaps"})),
        ({"discover": "none"}, "discover", frozenset()),
        ({"_job": "26d1b1a6d6f111e0be5c001e648c57f8"}, "job", "26d1b1a6d6f111e0be5c001e648c57f8"),
    ],
)
def test_values(given: dict[str, str], name: str, value: object) -> None:
    assert getattr(parse_arguments(given), name) == value


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"max_artikel": "3"}, "max_artikel"),
        ({"url": ""}, "url"),
        ({"url": "www.klamm.de"}, "url"),
        ({"url": "ftp://www.klamm.de/"}, "url"),
        ({"url": "http://"}, "url"),
        ({"url": "http://[::1"}, "url"),
        ({"url": "http://me:s3cret@a.example/"}, "url"),
        ({"url": "http://a.example:99999/"}, "url"),
        ({"url": "http://a.example/\x00"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "http://www..a.example/"}, "url"),
        ({"url": "http://a,example/"}, "url"),
        ({"url": "http://192.168.1.256/"}, "url"),
        ({"urls_file": "/nowhere/urls.txt"}, "urls_file"),
        ({"urls_file": "/"}, "urls_file"),
        ({"urls_file": ""}, "urls_file"),
        ({"discover": ""}, "discover"),
        ({"discover": "rss"}, "discover"),
        ({"discover": "feeds,none"}, "discover"),
        ({"urls_file": "a\x00b"}, "urls_file"),
        ({"follow": "maybe"}, "follow"),
        ({"pages": "0"}, "pages"),
        ({"pages": "1.5"}, "pages"),
        ({"pages": "1_000"}, "pages"),
        ({"pages": "٣"}, "pages"),
        ({"max_articles": "-1"}, "max_articles"),
        ({"max_articles": "many"}, "max_articles"),
        ({"max_articles": "9" * 5000}, "max_articles"),
        ({"max_depth": "-1"}, "max_depth"),
        ({"max_depth": ""}, "max_depth"),
        ({"since": "yesterday"}, "since"),
        ({"since": "0h"}, "since"),
        ({"since": "2025-13-01"}, "since"),
        ({"since": "20251201"}, "since"),
        ({"query": ""}, "query"),
        ({"render": "sometimes"}, "render"),
        ({"portal": "nobody"}, "portal"),
        ({"portal": ""}, "portal"),
        ({"portal": "klamm", "url": "https://www.example.org/a"}, "url"),
        ({"query": "Ukraine", "url": "https://www.example.org/"}, "query"),
    ],
)
def test_wrong_values_name_the_argument(given: dict[str, str], named: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_plan(given, None)
    assert f"argument {named}" in str(caught.value)
    assert "\n" not in str(caught.value)
    if named in ("follow", "render", "pages", "since"):
        assert "it takes" in str(caught.value)


def test_urls_file_joins_url(tmp_path: Path) -> None:
    file = tmp_path / "urls.txt"
    file.write_text("\ufeff# start pages\n\nhttp://a.example/1\n  http://a.example/2  \r\n", encoding="utf-8")
    urls = parse_arguments({"url": "http://a.example/0", "urls_file": str(file)}).urls
    assert urls == ("http://a.example/0", "http://a.example/1", "http://a.example/2")


def test_urls_file_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "urls.txt"
    file.write_text("http://a.example/1\n\nnonsense\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match="line 3"):
        parse_arguments({"urls_file": str(file)})


def test_urls_file_without_an_address(tmp_path: Path) -> None:
    file = tmp_path / "urls.txt"
    file.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match="no URL"):
        parse_arguments({"urls_file": str(file)})


def test_urls_file_must_be_text(tmp_path: Path) -> None:
    file = tmp_path / "urls.bin"
    file.write_bytes(b"\xff\xfe\x00http")
    with pytest.raises(ArgumentError, match="UTF-8"):
        parse_arguments({"urls_file": str(file)})


def test_a_portal_without_profile_is_named_by_its_host() -> None:
    plan = make_plan({"url": "https://www.example.org/a https://news.example.org:8443/"}, None)
    assert list(plan.profiles) == ["example.org", "news.example.org:8443"]


def test_each_portal_keeps_its_own_profile() -> None:
    plan = make_plan({"url": "https://www.klamm.de/news/ https://www.example.org/"}, None)
    assert [start.profile.name for start in plan.starts] == ["klamm", "example.org"]


def test_a_named_portal_is_taken_at_any_port() -> None:
    plan = make_plan({"portal": "sample", "url": "http://127.0.0.1:4711/ http://localhost:4712/"}, None)
    assert not plan.embedded
    assert list(plan.profiles) == ["sample"]
    assert all(plan.profiles["sample"].owns(start.url) for start in plan.starts)


def test_query_starts_from_the_search_results() -> None:
    plan = make_plan({"portal": "sample", "query": "Öl & Gas"}, None)
    (start,) = plan.starts
    assert "%C3%96l+%26+Gas" in start.url


def test_since_counts_back_from_the_start_of_the_run() -> None:
    plan = make_plan({"since": "36h"}, None)
    assert plan.since(STARTED) == STARTED - timedelta(hours=36)


def test_a_day_is_left_to_the_zone_of_the_dates() -> None:
    assert make_plan({"since": "2025-12-01"}, None).since(STARTED) == datetime(2025, 12, 1)  # noqa: DTZ001


def test_too_long_an_address_is_refused() -> None:
    with pytest.raises(ArgumentError, match="2083"):
        make_plan({"url": "https://a.example/" + "x" * 2_100}, None)


def test_a_plan_looks_through_its_start_pages_once(tmp_path: Path) -> None:
    file = tmp_path / "addresses.txt"
    file.write_text("".join(f"https://blatt{n % 3}.example/a/{n}\n" for n in range(300)), encoding="utf-8")
    plan = make_plan({"urls_file": str(file)}, None)
    assert plan.profiles is plan.profiles
    assert {name: len(given) for name, given in plan.origins.items()} == {f"blatt{n}.example": 1 for n in range(3)}
    assert len({id(start.profile) for start in plan.starts}) == 3


def test_max_depth_beats_the_profile(tmp_path: Path) -> None:
    (tmp_path / "shallow.toml").write_text(
        'name = "shallow"\nhosts = ["a.example"]\n[politeness]\nmax_depth = 2\n', encoding="utf-8"
    )
    for given, depth in (({}, 2), ({"max_depth": "0"}, 0)):
        plan = make_plan({"url": "http://a.example/", **given}, tmp_path)
        assert plan.max_depth(plan.profiles["shallow"]) == depth


def test_origins_that_were_given_are_allowed() -> None:
    plan = make_plan({"url": "http://127.0.0.1:4711/"}, None)
    profile = plan.profiles["127.0.0.1:4711"]
    assert plan.allows_origin(profile, "http://127.0.0.1:4711/a")
    assert not plan.allows_origin(profile, "http://127.0.0.1:4712/a")
    assert not plan.allows_origin(profile, "https://127.0.0.1:4711/a")


def test_the_argument_says_whether_and_the_profile_where() -> None:
    own = DiscoveryRules(feeds=("https://a.example/rss",))
    profile = replace(make_plan({"url": "https://a.example/"}, None).starts[0].profile, discovery=own)

    def rules(**given: str) -> DiscoveryRules:
        return make_plan({"url": "https://a.example/", **given}, None).discovery(profile)

    assert rules() == own
    assert rules(discover="none") == DiscoveryRules()
    assert rules(discover="feeds,sitemaps") == DiscoveryRules(("https://a.example/rss",), "auto")
    assert rules(discover="sitemaps") == DiscoveryRules(None, "auto")


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(ArgumentError) as raised:
        parse_arguments({"url": "http://me:s3cret@a.example/"})
    assert "names a user" in str(raised.value)
    assert "s3cret" not in str(raised.value)
