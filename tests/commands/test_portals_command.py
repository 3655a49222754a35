"""``scrapy portals``: the list, one profile, the check of all files, and answers to wrong use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commandline import Ended, scrapy


@pytest.fixture
def profiles(tmp_path: Path) -> Path:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "mine.toml").write_text(
        'name = "mine"\nhosts = ["news.example.at"]\nagencies = ["APA"]\n[article]\nheadline = "css: h1"\n'
        '[[teasers]]\nblock = "new"\nroot = "css: li"\nsnippet = "css: p"\n',
        "utf-8",
    )
    return folder


def portals(*args: str, profiles: Path) -> Ended:
    return scrapy("portals", *args, "-s", f"PORTAL_PROFILES={profiles}", data=profiles.parent / "data")


def test_the_list(profiles: Path) -> None:
    ended = portals(profiles=profiles)
    rows = [line.split() for line in ended.out.splitlines()]
    assert rows[0] == ["NAME", "HOSTS", "FROM"]
    assert ["klamm", "www.klamm.de", "built-in/klamm.toml"] in rows
    assert ["mine", "news.example.at", str(profiles / "mine.toml")] in rows
    assert (ended.code, ended.err) == (0, "")


def test_one_profile(profiles: Path) -> None:
    ended = portals("mine", profiles=profiles)
    assert ended.code == 0
    said = {line.split(None, 1)[0]: line.split(None, 1)[1] for line in ended.out.splitlines() if line.strip()}
    assert said["mine"] == f"({profiles / 'mine.toml'})"
    assert said["hosts"] == "news.example.at"
    assert said["article.headline"] == "css: h1"
    assert said["teasers[1].snippet"] == "css: p"
    assert said["timezone"] == "Europe/Vienna (by the country of the host)"


def test_the_check(profiles: Path) -> None:
    sound = portals("--check", profiles=profiles)
    assert sound.code == 0
    assert f"{profiles / 'mine.toml'}: ok" in sound.out.splitlines()
    (profiles / "bad.toml").write_text(
        'name = "bad"\nhosts = ["b.example"]\nzone = 1\ntimezone = "Mars/Base"\n', "utf-8"
    )
    (profiles / "twin.toml").write_text('name = "twin"\nhosts = ["news.example.at"]\n', "utf-8")
    ended = portals("--check", profiles=profiles)
    assert ended.code == 1
    faults = [line for line in ended.out.splitlines() if not line.endswith(": ok")]
    assert [line.partition(": ")[0] for line in faults] == [
        str(profiles / f"{name}.toml") for name in ("bad", "bad", "twin")
    ]
    assert [line.split(": ")[1] for line in faults] == ["timezone", "zone", "hosts"]


def test_a_faulty_file_does_not_hide_the_others(profiles: Path) -> None:
    (profiles / "bad.toml").write_text("=", "utf-8")
    assert portals("mine", profiles=profiles).code == 0
    assert "faulty: TOML" in portals(profiles=profiles).out
    ended = portals("bad", profiles=profiles)
    assert ended.code == 1
    assert ended.err.startswith(f"{profiles / 'bad.toml'}: TOML: ")


def test_json_has_hosts_and_faults_in_separate_keys(profiles: Path) -> None:
    (profiles / "bad.toml").write_text("=", "utf-8")
    ended = portals("--json", profiles=profiles)
    assert (ended.code, ended.err) == (0, "")
    found = {each.pop("name"): each for each in json.loads(ended.out)}
    assert found["mine"] == {"hosts": ["news.example.at"], "file": str(profiles / "mine.toml"), "faults": []}
    assert found["bad"]["hosts"] == []
    assert [fault.split(": ")[:2] for fault in found["bad"]["faults"]] == [[str(profiles / "bad.toml"), "TOML"]]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nobody",), "unknown portal 'nobody'"),
        (("klamm", "sample"), "'sample'"),
        (("--chek",), "'--chek'"),
        (("-s", "PORTAL_PROFILES=/nowhere/at/all"), "PORTAL_PROFILES"),
    ],
)
def test_wrong_use_is_one_line(args: tuple[str, ...], said: str, tmp_path: Path) -> None:
    ended = scrapy("portals", *args, data=tmp_path)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert said in ended.err
