"""The crawl of the embedded portal: exactly the articles and teasers that it publishes, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator
from support.commandline import crawl, doubled, manifests, records, runs, scrapy
from support.trap_portal import TrapPortal

from portalcrawl.schema import json_schema

ARTICLE_FIELDS = (
    *("headline", "kicker", "description", "article_body", "date_published", "date_published_precision"),
    *("date_modified", "source", "agency", "dateline", "section", "in_language", "comment_count"),
    *("is_accessible_for_free", "word_count", "depth"),
)
TEASER_FIELDS = (
    *("headline", "kicker", "snippet", "is_truncated", "date_published", "date_published_precision"),
    *("comment_count", "image_caption", "agency", "dateline", "label"),
)
REASONS = {
    "gone": {"http_404", "http_410"},
    "robots": {"robots"},
    "redirect loop": {"redirect_loop"},
    "forbidden redirect": {"foreign_host", "private_address"},
    "too big": {"too_large"},
    "bomb": {"too_large"},
}


@dataclass
class Crawled:
    """The output of two crawls of one edition, and the output that the portal expects."""

    articles: list[dict[str, Any]]
    teasers: list[dict[str, Any]]
    manifests: list[dict[str, Any]]
    """Of both runs, as the state knows them."""
    published: list[dict[str, Any]]
    truth: Any
    visits: list[str]
    code: int
    err: str


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    data = tmp_path_factory.mktemp("embedded")
    with TrapPortal() as portal:
        ended = crawl(data=data, portal="sample", url=portal.url)
        visits = portal.visits
        crawl(data=data, portal="sample", url=portal.url)
        yield Crawled(
            records(data, "articles"),
            records(data, "teasers"),
            runs(data),
            manifests(data),
            portal.truth(),
            visits,
            ended.code,
            ended.err,
        )


def native(record_id: str) -> str:
    return record_id.removeprefix("sample:")


def differences(found: dict[str, Any], expected: Any, fields: tuple[str, ...]) -> dict[str, tuple[Any, Any]]:
    pairs = {name: (found[name], getattr(expected, name)) for name in fields}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def test_exactly_the_known_articles(crawled: Crawled) -> None:
    assert crawled.code == 0, crawled.err
    assert not doubled([record["id"] for record in crawled.articles])
    assert {native(record["id"]) for record in crawled.articles} == set(crawled.truth.articles)


def test_every_field_of_every_article(crawled: Crawled) -> None:
    wrong = {}
    for record in crawled.articles:
        expected = crawled.truth.articles[native(record["id"])]
        found = differences(record, expected, ARTICLE_FIELDS)
        lists = (
            ("authors", list(expected.authors)),
            ("keywords", list(expected.keywords)),
        )
        found.update({name: (record[name], value) for name, value in lists if record[name] != value})
        rights = {name: value for name, value in record["rights"].items() if name != "signals"}
        if rights != expected.rights:
            found["rights"] = (rights, expected.rights)
        images = [(urlsplit(i["url"]).path, i["caption"], i["credit"]) for i in record["images"]]
        known_images = [(image.path, image.caption, image.credit) for image in expected.images]
        if images != known_images:
            found["images"] = (images, known_images)
        if record["date_published_raw"] not in (expected.raw_choices or (None,)):
            found["date_published_raw"] = (record["date_published_raw"], expected.raw_choices)
        if urlsplit(record["canonical_url"]).path != expected.path:
            found["canonical_url"] = (record["canonical_url"], expected.path)
        if found:
            wrong[f"{expected.layout} {expected.damage} {expected.path}"] = found
    assert not wrong, f"{len(wrong)} of {len(crawled.articles)} articles differ: {dict(list(wrong.items())[:5])}"


def test_exactly_the_known_teaser_states(crawled: Crawled) -> None:
    assert not doubled([record["id"] for record in crawled.teasers])
    names = ("headline", "kicker", "snippet", "label", "comment_count")
    states = {(native(record["article_id"]), *(record[name] for name in names)) for record in crawled.teasers}
    known = set(crawled.truth.teasers)
    missing, extra = sorted(map(str, known - states)), sorted(map(str, states - known))
    assert not missing and not extra, f"missing {len(missing)}: {missing[:4]}\nextra {len(extra)}: {extra[:4]}"


def test_every_field_of_every_teaser(crawled: Crawled) -> None:
    wrong = {}
    for record in crawled.teasers:
        names = ("headline", "kicker", "snippet", "label", "comment_count")
        expected = crawled.truth.teasers[(native(record["article_id"]), *(record[name] for name in names))]
        found = differences(record, expected, TEASER_FIELDS)
        if record["block"] not in expected.blocks:
            found["block"] = (record["block"], expected.blocks)
        image = urlsplit(record["image_url"]).path if record["image_url"] else None
        if image != expected.image_path:
            found["image_url"] = (image, expected.image_path)
        if urlsplit(record["url"]).path not in expected.paths:
            found["url"] = (record["url"], expected.paths)
        if record["date_published_raw"] not in (expected.raw_choices or (None,)):
            found["date_published_raw"] = (record["date_published_raw"], expected.raw_choices)
        if found:
            wrong[record["id"]] = found
    assert not wrong, f"{len(wrong)} of {len(crawled.teasers)} teasers differ: {dict(list(wrong.items())[:5])}"


def test_every_record_matches_its_schema(crawled: Crawled) -> None:
    for kind, found in (("article", crawled.articles), ("teaser", crawled.teasers), ("manifest", crawled.published)):
        validator = Draft202012Validator(json_schema(kind), format_checker=Draft202012Validator.FORMAT_CHECKER)
        names = list(json_schema(kind)["properties"])
        for record in found:
            validator.validate(record)
            assert list(record) == names


def test_pages_without_a_record_are_counted_by_reason(crawled: Crawled) -> None:
    counts = crawled.manifests[0]["counts"]
    for reason, names in REASONS.items():
        expected = sum(lost.reason == reason for lost in crawled.truth.lost.values())
        if reason not in ("bomb", "too big"):
            assert sum(counts.get(f"failed/{name}", 0) for name in names) == expected, (reason, counts)
    too_large = sum(lost.reason in ("bomb", "too big") for lost in crawled.truth.lost.values())
    assert counts["failed/too_large"] == too_large
    assert counts["pages_failed"] == len(crawled.truth.lost)


def test_no_page_of_the_portal_needs_a_browser(crawled: Crawled) -> None:
    told = [name for manifest in crawled.manifests for name in manifest["counts"]]
    assert not [name for name in told if "rendered" in name or "needs_browser" in name]


def test_copies_are_marked_and_kept(crawled: Crawled) -> None:
    pairs = {frozenset((native(r["id"]), native(r["duplicate_of"]))) for r in crawled.articles if r["duplicate_of"]}
    assert pairs == set(crawled.truth.duplicates)


def test_near_identical_copies_share_a_group(crawled: Crawled) -> None:
    groups: dict[str, set[str]] = {}
    for record in crawled.articles:
        groups.setdefault(record["cluster_id"], set()).add(native(record["id"]))
    found = {frozenset(group) for group in groups.values() if len(group) > 1}
    assert found == set(crawled.truth.duplicates) | set(crawled.truth.near_duplicates)


def test_nothing_that_robots_txt_forbids_is_fetched(crawled: Crawled) -> None:
    forbidden = [lost.path for lost in crawled.truth.lost.values() if lost.reason == "robots"]
    assert forbidden
    assert not set(forbidden) & set(crawled.visits)


def test_an_unchanged_portal_gives_nothing_new(crawled: Crawled) -> None:
    assert crawled.manifests[1]["feeds"] == []
    assert crawled.manifests[1]["verdict"]["level"] == "ok"


def test_without_arguments_the_embedded_portal_is_served(tmp_path: Path) -> None:
    ended = scrapy("crawl", "portal", "-L", "ERROR", "-a", "max_articles=3", data=tmp_path)
    assert ended.code == 0, ended.err
    assert len(records(tmp_path, "articles")) == 3
    assert len(ended.lines) == 1
    assert str(tmp_path) in ended.err
