"""The texts for people: complete, current, and their commands, links and examples right."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fields_page import PAGE, sample_records, with_tables
from jsonschema import Draft202012Validator
from scrapy.settings import default_settings
from scrapy.utils.misc import walk_modules_iter

from portalcrawl import errors, reasons, settings
from portalcrawl.crawl import failures
from portalcrawl.runs.arguments import NAMES
from portalcrawl.schema import json_schema

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = sorted([README, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
TEXTS = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in PAGES}
SETTINGS = [name for name in vars(settings) if name.isupper()]
COMMANDS = [
    module.__name__.rsplit(".", 1)[1]
    for module in walk_modules_iter("portalcrawl.commands")
    if hasattr(module, "Command") and module.Command.__module__ == module.__name__
]
LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.~])/(?:work|tmp|home|root|opt)/\w+")
OTHERS = {
    *(
        "cd",
        "cp",
        "curl",
        "docker",
        "export",
        "find",
        "git",
        "jq",
        "journalctl",
        "mkdir",
        "pip",
        "playwright",
        "pre-commit",
    ),
    *("ls", "pre-commit", "scrapyd", "scrapyd-deploy", "sort", "sudo", "sudoedit", "systemctl", "tail", "xargs"),
}
"""Commands in the texts that are neither the project's nor its tools'."""


def blocks(*languages: str) -> Iterator[tuple[str, str]]:
    for name, text in TEXTS.items():
        for language, content in BLOCK.findall(text):
            if language in languages:
                yield name, content


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command in a console or shell block, as words, with its page; comments and output left out."""
    for name, content in blocks("sh", "console"):
        if name == "docs/fleet.md":  # tests/fleet/test_fleet_docs.py runs them
            continue
        lines = content.replace("\\\n", " ").replace("|\n", "| ").splitlines()
        if any(line.startswith("$ ") for line in lines):
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        for line in lines:
            line = re.sub(r"^(?:[\d*/,-]+ +){5}", "", line)  # the times of a crontab
            words = shlex.split(line, comments=True)
            while words:
                end = next((at for at, word in enumerate(words) if word in ("|", "&&", ";")), len(words))
                if command := words[:end]:
                    yield name, command
                words = words[end + 1 :]


COMMAND_LINES = list(commands())


def indented_commands() -> Iterator[tuple[str, list[str]]]:
    for name, text in TEXTS.items():
        lines = re.findall(r"^    ((?:scrapy|make|python|pytest) (?:.*\\\n)*.+)$", text, re.MULTILINE)
        yield from ((name, shlex.split(line.replace("\\\n", " "), comments=True)) for line in lines)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_explained_with_its_default(name: str) -> None:
    row = next((line for line in TEXTS["docs/settings.md"].splitlines() if f"`{name}`" in line[: line.find(" | ")]), "")
    assert row, f"docs/settings.md says nothing of {name}"
    default = re.search(r"`([^`]+)`", row.split(" | ")[1])
    value = getattr(settings, name)
    if default and not isinstance(value, dict) and name != "DATA_DIR":
        shown = default[1]
        assert repr(value) == shown.replace('"', "'") or shown in str(value)


def test_no_setting_of_the_product_is_left_over() -> None:
    own = TEXTS["docs/settings.md"].split("## Scrapy's own")[0]
    named = set(re.findall(r"^\| `([A-Z_]+)`", own, re.MULTILINE))
    assert named == {name for name in SETTINGS if not hasattr(default_settings, name)}


def test_the_tables_of_fields_are_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_tables(text), "run python tools/fields_page.py"


@pytest.mark.parametrize("kind", ["article", "teaser", "manifest"])
def test_the_records_shown_keep_to_the_schema(kind: str) -> None:
    Draft202012Validator(json_schema(kind)).validate(sample_records()[kind])


def test_every_count_is_explained() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "portalcrawl").rglob("*.py"))
    names = set(re.findall(r'counts\[f?"([a-z_]+)', code))
    assert names
    for name in names:
        assert re.search(rf"^\|[^|]*`{name}[`/]", TEXTS["docs/fields.md"], re.MULTILINE), name


def test_every_reason_is_explained() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "portalcrawl").rglob("*.py"))
    named = {reason for _, reason in (*failures.REASONS, *failures.IGNORED)}
    for reason in {*named, *re.findall(r'PageIgnored\("(\w+)"', code)} - {"ending"}:
        assert f"`{reason}`" in TEXTS["docs/fields.md"], reason


def test_every_benchmark_has_its_section() -> None:
    page = TEXTS["docs/benchmarks.md"]
    for path in (ROOT / "benchmarks").glob("*.py"):
        code = path.read_text(encoding="utf-8")
        if "--write" in code and "ArgumentParser" in code:
            assert f"`python benchmarks/{path.name}" in page
        for name in re.findall(r'write_section\("(\w+)"', code):
            assert page.count(f"<!-- {name} -->") == page.count(f"<!-- /{name} -->") == 1


def test_every_argument_is_in_the_readme() -> None:
    assert re.findall(r"^\| `-a (\w+)=", TEXTS["README.md"], re.MULTILINE) == list(NAMES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named(name: str) -> None:
    assert any(f"scrapy {name}" in text for text in TEXTS.values())


def test_every_exit_code_is_in_the_readme() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")]
    codes = re.findall(r"^\| (\d+) \|", TEXTS["README.md"], re.MULTILINE)
    assert {int(code) for code in codes} == {0} | {kind.exit_code for kind in kinds}


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    for link in LINK.findall(TEXTS[name]):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), f"{name} links to {link}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", TEXTS)
def test_no_paths_of_one_machine(name: str) -> None:
    assert not MACHINE_PATH.findall(TEXTS[name])


@pytest.mark.parametrize(("page", "words"), [*COMMAND_LINES, *indented_commands()])
def test_commands_exist(page: str, words: list[str]) -> None:
    while re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    command, *rest = words
    command = re.sub(r"^\.venv(-scrapyd)?/bin/", "", command)
    if command == "scrapy":
        _check_scrapy(rest)
    elif command == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert set(rest) <= set(targets)
    elif command in ("python", "pytest", "ruff", "mypy"):
        script = next((ROOT / word for word in rest if word.endswith(".py")), None)
        assert script is None or script.is_file(), f"{page}: {script}"
        options = {word.partition("=")[0] for word in rest if word.startswith("--")}
        assert script is None or all(f'"{option}"' in script.read_text(encoding="utf-8") for option in options)
    else:
        assert command in OTHERS, f"{page}: {command}"


def _check_scrapy(words: list[str]) -> None:
    known = {*COMMANDS, "shell", "parse", "list", "settings", "check", "fetch", "view"}
    assert words, "scrapy alone"
    assert words[0] in known, words
    for option, value in pairwise(words):
        name = value.partition("=")[0]
        if option == "-a":
            assert name in NAMES, value
        if option in ("-s", "--set"):
            assert name in SETTINGS or hasattr(default_settings, name), value


def test_python_examples_compile() -> None:
    for _, content in blocks("python"):
        ast.parse(content)


@pytest.mark.parametrize("name", ["PAGE_TYPE", "ARTICLE", "TEASER", "CHROME", "FIELDS"])
def test_every_id_of_a_reason_is_explained(name: str) -> None:
    shown = TEXTS["docs/explain.md"].partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
    rows = [f"| `{each}` | {meaning} |" for each, meaning in getattr(reasons, name).items()]
    assert shown.split("\n")[3:-1] == rows


def test_the_journeys_name_functions_that_exist_and_count_them() -> None:
    section = TEXTS["docs/architecture.md"].partition("## Journeys through the code")[2].partition("\n## ")[0]
    journeys = {}
    for title, table in re.findall(r"^\*\*(.+)\*\*\n\n((?:\|.*\n)+)", section, re.MULTILINE):
        names: list[str] = []
        for row in table.splitlines()[2:]:
            functions, files, _ = (cell.strip() for cell in row.strip("|").split(" | "))
            code = "".join((ROOT / "portalcrawl" / file).read_text(encoding="utf-8") for file in files.split(", "))
            found = re.findall(r"`[\w.]*?(\w+)`", functions)
            for name in found:
                assert re.search(rf"\b(?:def {name}\(|{name} = )", code), f"{title}: {name} is not in {files}"
            names += found
        journeys[title] = len(names)
    counted = re.findall(r"^\| (.+?) \| \d+ \| (\d+) \|$", section, re.MULTILINE)
    assert len(counted) == 4
    assert all(journeys[title] == int(number) for title, number in counted)
