"""The examples in README and docs, run unchanged."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from support.commandline import ROOT, crawl, manifests, records, scrapy

from portalcrawl.demo import SamplePortal

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [README, *(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[str]:
    """Return the code blocks in *language* of all pages."""
    return [
        block for page in PAGES for block in re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    ]


def test_the_wrong_use_shown_is_answered_as_shown(tmp_path: Path) -> None:
    for content in blocks("console"):
        line, *answer = content.splitlines()
        if len(answer) == 1 and answer[0].startswith("portalcrawl: argument"):
            ended = scrapy(*shlex.split(line.removeprefix("$ scrapy ")), data=tmp_path)
            assert (ended.code, ended.lines) == (2, answer)
            return
    pytest.fail("the README shows no wrong use")


def test_the_example_reads_the_files_in_manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SamplePortal() as portal:
        for _ in range(2):
            assert crawl(data=tmp_path / "data", portal="sample", url=portal.url, max_articles=3).code == 0
    last = manifests(tmp_path / "data")[-1]["feeds"][0]["file"]
    (tmp_path / "data" / "feeds" / last.replace(".jsonl", "-more.jsonl.part")).write_text('{"type": "art')
    (tmp_path / "data" / "feeds" / "articles-20990101T000000Z-abcdef.jsonl").write_text("{}\n")
    code = next(content for content in blocks("python") if "def published" in content)
    reader = code.split("\narticles =")[0].replace("import pandas as pd\n", "")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(reader, "README.md", "exec"), names)
    found = list(names["published"]("articles"))
    assert len(found) == 6
    assert found == records(tmp_path / "data", "articles")


def test_the_example_of_explain_is_the_real_output(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
    command, *shown = re.findall(r"^```console\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[0].splitlines()
    path = command.split()[3].partition(":8998/")[2]
    with SamplePortal(0) as portal:
        ended = scrapy("inspect", portal.url + path, "--portal", "sample", "--explain", data=tmp_path)
    printed = {line.rstrip() for line in ended.out.splitlines()}
    lines = [line for line in shown if line != "..." and "127.0.0.1" not in line]
    assert len(lines) > 40
    assert [line for line in lines if line not in printed] == []
