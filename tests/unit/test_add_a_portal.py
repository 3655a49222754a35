"""The worked example of docs/add-a-portal.md does what the guide says."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.page_cases import inspect_page

from portalcrawl.commands.inspection.page_cases import make_response
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.profile_file import ARTICLE_FIELDS, TEASER_FIELDS, read_profile
from portalcrawl.reading import Reading

GUIDE = (Path(__file__).parents[2] / "docs" / "add-a-portal.md").read_text("utf-8")
URL = "https://www.abendblick.example/lokales/haushalt-beschlossen-4711.html"


def block(language: str) -> str:
    """The guide's one code block in *language*."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def found() -> Reading:
    profile, faults = read_profile(block("toml").encode(), "abendblick", "abendblick.toml")
    assert (faults, profile is None) == ([], False)
    assert profile
    assert profile.owns(URL)
    fetched = datetime(2025, 5, 3, 12, tzinfo=UTC)
    return inspect_page(Page(make_response(block("html").encode(), URL, fetched), profile))


def test_the_article(found: Reading) -> None:
    assert found.article
    record = asdict(found.article)
    wanted = json.loads(block("json"))
    assert {name: record[name] for name in wanted} == wanted
    assert len(record["article_body"].split("\n\n")) == 2
    assert {found.sources[name] for name in ("headline", "article_body", "date_published")} == {"profile"}


def test_the_teasers(found: Reading) -> None:
    first, second = found.teasers
    assert (first.article_id, first.headline) == ("abendblick:4712", "Brunnen sprudelt wieder")
    assert (first.snippet, first.block, first.position) == ("Nach zwei Jahren", "Auch heute", 1)
    assert first.date_published == "2025-05-03T09:40:00+02:00"
    assert (second.article_id, second.position) == ("abendblick:4713", 2)


def test_every_key_is_in_the_guide() -> None:
    for name in (*ARTICLE_FIELDS, *TEASER_FIELDS):
        assert f"`{name}`" in GUIDE
