"""Feed files: complete lines, durable, published by rename."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcrawl.feeds.feed_files import FeedFile
from portalcrawl.feeds.json_lines import json_line
from portalcrawl.feeds.publishing import publish_feed

BREAKS = [*map(chr, range(0x20)), "\x7f", "\x85", "\u2028", "\u2029"]


@given(st.text())
def test_a_record_is_one_line_for_every_program(text: str) -> None:
    line = json_line({"text": text + "".join(BREAKS) + text})
    assert line.endswith(b"\n")
    raw = line[:-1].decode("utf-8")
    assert not [character for character in raw if character in BREAKS]
    assert json.loads(raw)["text"] == text + "".join(BREAKS) + text


def test_a_lone_surrogate_does_not_break_the_line() -> None:
    assert json.loads(json_line({"text": "a\ud800b"})) == {"text": "a?b"}


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_line({"number": float("nan")})


def test_a_feed_exists_from_its_first_line_on(tmp_path: Path) -> None:
    feed = FeedFile(tmp_path, "articles-1.jsonl")
    assert not feed.part.exists()
    feed.append(b"{}\n")
    assert feed.part.read_bytes() == b"{}\n"
    assert not feed.path.exists()
    feed.close()
    entry = publish_feed(tmp_path, feed.path.name, "articles", feed.bytes, feed.records)
    assert feed.path.read_bytes() == b"{}\n"
    assert not feed.part.exists()
    assert entry is not None
    assert (entry.records, entry.bytes, entry.sha256) == (1, 3, hashlib.sha256(b"{}\n").hexdigest())


def test_uncommitted_lines_are_cut_off(tmp_path: Path) -> None:
    (tmp_path / "teasers-1.jsonl.part").write_bytes(b'{"a":1}\n{"a":2}\n{"a"')
    entry = publish_feed(tmp_path, "teasers-1.jsonl", "teasers", 8, 1)
    assert entry is not None
    assert (tmp_path / "teasers-1.jsonl").read_bytes() == b'{"a":1}\n'


def test_a_feed_without_a_committed_record_is_not_published(tmp_path: Path) -> None:
    (tmp_path / "teasers-1.jsonl.part").write_bytes(b'{"a":1}\n')
    assert publish_feed(tmp_path, "teasers-1.jsonl", "teasers", 0, 0) is None
    assert list(tmp_path.iterdir()) == []


def test_publishing_again_after_a_crash_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "teasers-1.jsonl.part").write_bytes(b'{"a":1}\n')
    first = publish_feed(tmp_path, "teasers-1.jsonl", "teasers", 8, 1)
    assert publish_feed(tmp_path, "teasers-1.jsonl", "teasers", 8, 1) == first


def test_a_feed_never_overwrites_another(tmp_path: Path) -> None:
    (tmp_path / "articles-1.jsonl.part").write_bytes(b"kept\n")
    with pytest.raises(FileExistsError):
        FeedFile(tmp_path, "articles-1.jsonl").append(b"{}\n")
    assert (tmp_path / "articles-1.jsonl.part").read_bytes() == b"kept\n"
