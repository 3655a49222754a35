"""What robots.txt and tdmrep.json say about the use of a page, and how the documents are kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcrawl.errors import DataFolderError
from portalcrawl.rights.archive import RightsArchive
from portalcrawl.rights.document_place import DocumentFolder
from portalcrawl.rights.path_patterns import matches
from portalcrawl.rights.robots_txt import robots_statements
from portalcrawl.rights.sightings import Sighting
from portalcrawl.rights.tdmrep import tdmrep_statements
from portalcrawl.runs.rights_archive import copy_documents

ROBOTS = b"""License: https://a.example/license.xml
User-Agent: *
Allow: /
Content-Signal: search=yes, ai-train=no
Content-Usage: train-ai=n
Content-Usage: /ai-ok/ train-ai=y   # for these alone

User-agent: ExampleBot
User-agent: portalcrawl
Disallow: /intern/
content-usage : /blog train-ai=y
Sitemap: https://a.example/sitemap.xml
Content-Usage: /blog/alt train-ai=n
Content-Usage: /blog/alt search=y
"""


def said(user_agent: str, path: str, body: bytes = ROBOTS) -> list[tuple[str, str, str]]:
    return [(each.name, each.value, each.scope) for each in robots_statements(body, user_agent, path)]


def test_the_group_that_applies_and_the_longest_path_hold() -> None:
    license_ = ("License", "https://a.example/license.xml", "/")
    assert said("otherbot/1.0", "/test") == [
        ("User-agent", "*", "/"),
        ("Content-Signal", "search=yes, ai-train=no", "/"),
        ("Content-Usage", "train-ai=n", "/"),
        license_,
    ]
    assert ("Content-Usage", "train-ai=y", "/ai-ok/") in said("otherbot/1.0", "/ai-ok/test")
    ours = "portalcrawl/0.1.0 (+https://b.example)"
    assert said(ours, "/news") == [("User-agent", "portalcrawl", "/"), license_]
    assert ("Content-Usage", "train-ai=y", "/blog") in said(ours, "/blog/neu")
    assert [each for each in said(ours, "/blog/alt/1") if each[0] == "Content-Usage"] == [
        ("Content-Usage", "train-ai=n", "/blog/alt"),
        ("Content-Usage", "search=y", "/blog/alt"),
    ]


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00", b"Content-Usage: train-ai=n", b"<html>nicht da</html>", b":\n:"]
)
def test_responses_that_are_not_robots_txt_have_no_signals(body: bytes) -> None:
    assert said("portalcrawl", "/", body) == []


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(body: bytes) -> None:
    robots_statements(b"User-agent: *\n" + body, "portalcrawl", "/")
    tdmrep_statements(body, "/")


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/", "/a", True),
        ("/news/", "/news", False),
        ("/*.html$", "/a/b.html", True),
        ("/*.html$", "/a/b.html?x=1", False),
        ("/a*b*c", "/axxbyyc/d", True),
        ("/a*b$", "/aab", True),
        ("/path/foo-%24", "/path/foo-$", True),
        ("/%C3%BCber", "/über", True),
        ("", "/a", True),
        ("/" + "*a" * 900, "/" + "a" * 5_000, True),
        ("/" + "a" * 3_000, "/" + "a" * 3_000, False),
    ],
)
def test_path_patterns(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_the_first_matching_rule_of_tdmrep_applies() -> None:
    rules = [
        {"location": "/a/*.html", "tdm-reservation": 1, "tdm-policy": "https://a.example/p.json"},
        {"location": "/a/", "tdm-reservation": 0},
        {"location": 7, "tdm-reservation": 1},
        "nothing",
    ]
    body = json.dumps(rules).encode()
    assert [(s.name, s.value, s.scope) for s in tdmrep_statements(body, "/a/b.html")] == [
        ("tdm-reservation", "1", "/a/*.html"),
        ("tdm-policy", "https://a.example/p.json", "/a/*.html"),
    ]
    assert [(s.name, s.value, s.scope) for s in tdmrep_statements(body, "/a/")] == [("tdm-reservation", "0", "/a/")]
    assert tdmrep_statements(body, "/b") == []
    assert tdmrep_statements(b"[" * 100_000, "/b") == []


def test_documents_are_kept_once_a_change(tmp_path: Path) -> None:
    archive, origin = RightsArchive(DocumentFolder(tmp_path)), "https://a.example"
    day = datetime(2026, 3, 1, 12, tzinfo=UTC)
    bodies = [b"one", b"one", b"two", None, None, b"one"]
    for number, body in enumerate(bodies):
        archive.store(origin, "robots.txt", body, day + timedelta(days=number))
    archive.store(origin, "tdmrep.json", b"[]", day)
    files = sorted(path.name for path in (tmp_path / "a.example").iterdir())
    assert len([name for name in files if name.startswith("robots-")]) == 3
    assert {"index.json"} < set(files)
    for after, expected in [(-1, []), (0.5, [b"one"]), (2, [b"two"]), (4.5, [None]), (9, [b"one"])]:
        found = [each for each in archive.at(origin, day + timedelta(days=after)) if each.document == "robots.txt"]
        assert [archive.body(each) for each in found] == expected
    first = archive.at(origin, day)[0]
    assert (first.first_seen[:10], first.last_seen[:10]) == ("2026-03-01", "2026-03-02")


def test_a_damaged_index_is_named_and_left(tmp_path: Path) -> None:
    archive, origin = RightsArchive(DocumentFolder(tmp_path)), "https://a.example"
    archive.store(origin, "robots.txt", b"one", datetime(2026, 3, 1, tzinfo=UTC))
    index = tmp_path / "a.example" / "index.json"
    index.write_text('[{"origin"')
    with pytest.raises(DataFolderError, match=r"index\.json is damaged"):
        archive.store(origin, "robots.txt", b"two", datetime(2026, 3, 2, tzinfo=UTC))
    assert index.read_text() == '[{"origin"'


def test_a_document_that_was_written_before_a_death_is_taken_up(tmp_path: Path) -> None:
    archive, origin = RightsArchive(DocumentFolder(tmp_path)), "https://a.example:8443"
    day = datetime(2026, 3, 1, tzinfo=UTC)
    archive.store(origin, "robots.txt", b"one", day)
    (tmp_path / "a.example:8443" / "index.json").unlink()
    archive.store(origin, "robots.txt", b"one", day + timedelta(hours=1))
    assert len(list((tmp_path / "a.example:8443").glob("robots-*"))) == 1


def test_observations_of_several_machines_are_merged_in_any_order(tmp_path: Path) -> None:
    """Sightings of several machines, some in one second; recorded again, they change nothing."""
    origin, day = "https://a.example", datetime(2026, 3, 1, tzinfo=UTC)
    for seed in range(60):
        random = Random(seed)
        bodies = random.choices([b"one", b"two", None], k=random.randrange(1, 9))
        moments = [day + timedelta(seconds=random.randrange(6)) for _ in bodies]
        seen = [Sighting(origin, "robots.txt", body, at) for body, at in zip(bodies, moments, strict=True)]
        archive = RightsArchive(DocumentFolder(tmp_path / str(seed)))
        archive.store_all("a.example", seen)
        archive.store_all("a.example", seen)
        documents = archive.documents(origin)
        archive.store_all("a.example", random.sample(seen, len(seen)))
        assert archive.documents(origin) == documents, seed
        for each in seen:
            at = each.moment.isoformat(timespec="seconds")
            known = [archive.body(one) for one in documents if one.first_seen <= at <= one.last_seen]
            assert each.body in known, seed


def test_a_damaged_index_does_not_prevent_copies_of_other_hosts(tmp_path: Path) -> None:
    archive = RightsArchive(DocumentFolder(tmp_path / "data" / "rights"))
    day = datetime(2026, 3, 1, tzinfo=UTC)
    for host in ("a.example", "b.example", "c.example"):
        archive.store(f"https://{host}", "robots.txt", b"one", day)
    (tmp_path / "data" / "rights" / "b.example" / "index.json").write_text("[{")
    with pytest.raises(DataFolderError, match=r"b\.example"):
        copy_documents(tmp_path / "data", str(tmp_path / "shared"))
    assert sorted(path.name for path in (tmp_path / "shared" / "rights").iterdir()) == ["a.example", "c.example"]


@pytest.mark.parametrize("name", ["data", "link", "data/feeds"])
def test_nothing_is_copied_onto_itself(name: str, tmp_path: Path) -> None:
    """FEEDS_URL may be the data folder, under any name."""
    (tmp_path / "link").symlink_to(tmp_path / "data")
    archive = RightsArchive(DocumentFolder(tmp_path / "data" / "rights"))
    archive.store("https://a.example", "robots.txt", b"one", datetime(2026, 3, 1, tzinfo=UTC))
    copy_documents(tmp_path / "data", str(tmp_path / name))
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["rights"]
    assert [path.name for path in (tmp_path / "data" / "rights").iterdir()] == ["a.example"]


def test_only_new_documents_are_copied(tmp_path: Path) -> None:
    """The documents that were copied before are not even read again."""
    archive, day = RightsArchive(DocumentFolder(tmp_path / "data" / "rights")), datetime(2026, 3, 1, tzinfo=UTC)
    shared = RightsArchive(DocumentFolder(tmp_path / "shared" / "rights"))
    origin, bodies = "https://a.example", [b"%d" % number for number in range(20)]
    for number, body in enumerate(bodies):
        archive.store(origin, "robots.txt", body, day + timedelta(days=number))
        archive.store(origin, "robots.txt", body, day + timedelta(days=number, hours=1))
        copy_documents(tmp_path / "data", str(tmp_path / "shared"))
        for copied in (tmp_path / "data" / "rights" / "a.example").glob("robots-*"):
            copied.write_bytes(b"unreadable")
    assert shared.documents(origin) == archive.documents(origin)
    assert [shared.body(each) for each in shared.documents(origin)] == bodies
