"""``scrapy inspect``: a page from a file or over HTTP, for people, as JSON, saved as a test case."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.commandline import ROOT, Ended, scrapy

from portalcrawl.commands.inspection.page_cases import expected, inspect_page, read_case
from portalcrawl.demo import SamplePortal

WRITTEN = datetime(2025, 5, 3, 8, 30, tzinfo=UTC)
ADDRESS = "https://www.abendblick.example/rat-beschliesst-haushalt-4711.html"
PAGE = f"""<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Rat beschließt Haushalt</title>
<link rel="canonical" href="{ADDRESS}"></head><body><main><article><h1>Rat beschließt den Haushalt \x1b[31m</h1>
<p class="date">3. Mai 2025, 10:15 Uhr</p>
<p>Nach sieben Stunden Beratung hat der Stadtrat am Samstag den Haushalt für das kommende Jahr beschlossen.</p>
<p>Die Opposition stimmte geschlossen dagegen. Sie hatte verlangt, das Schwimmbad im Norden der Stadt zu erhalten.</p>
<p>Mehr Geld gibt es für die Schulen: Bis zum Herbst sollen drei Turnhallen saniert werden, zwei weitere folgen im Jahr
darauf. Der Kämmerer rechnet damit, dass die Stadt dafür keine neuen Schulden machen muss.</p>
</article></main><section><h2>Neueste Meldungen</h2><ul>
<li><a href="/brunnen-am-markt-sprudelt-wieder-4712.html">Brunnen am Markt sprudelt wieder</a>
<p>Nach zwei Jahren läuft das Wasser […] (02)</p><span>vor 10 Minuten</span></li>
<li><a href="/bruecke-im-sueden-bleibt-gesperrt-4713.html">Brücke im Süden bleibt gesperrt</a>
<p>Prüfer fanden Risse im Beton […] (00)</p><span>vor 2 Stunden</span></li></ul></section></body></html>"""
PROFILE = 'name = "abendblick"\nhosts = ["www.abendblick.example"]\ntimezone = "Europe/Berlin"\n[article]\n'
PROFILE += "url = '-(?P<id>\\d+)\\.html$'\nheadline = 'css: h1'\n"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, "utf-8")
    os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    return path


@pytest.fixture
def profiles(tmp_path: Path) -> str:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "abendblick.toml").write_text(PROFILE, "utf-8")
    return f"PORTAL_PROFILES={folder}"


def inspect(*args: str | Path, cwd: Path = ROOT) -> Ended:
    return scrapy("inspect", *map(str, args), data=Path("unused"), cwd=cwd)


def test_a_file_for_people(saved: Path) -> None:
    ended = inspect(saved)
    assert (ended.code, ended.err) == (0, "")
    assert "\x1b" not in ended.out, "no colours, and nothing that the page put in"
    for text in ("www.abendblick.example", "Rat beschließt den Haushalt", "Brunnen am Markt", "Neueste Meldungen"):
        assert text in ended.out
    assert ended.out.rstrip().endswith("an article, 2 teasers")


def test_a_file_as_json(saved: Path, profiles: str) -> None:
    ended = inspect(saved, "--json", "-s", profiles)
    found = json.loads(ended.out)
    assert (ended.code, found["url"], found["portal"], found["kind"]) == (0, ADDRESS, "abendblick", "article")
    assert found["article"]["id"] == "abendblick:4711"
    assert found["article"]["date_published"] == "2025-05-03T10:15:00+02:00"
    assert found["sources"]["headline"] == "profile"
    assert found["sources"]["article_body"] == "page"
    first, second = found["teasers"]
    assert (first["article_id"], first["comment_count"]) == ("abendblick:4712", 2)
    assert first["date_published"] == "2025-05-03T10:20:00+02:00", "counts from when the file was written"
    assert (second["headline"], second["is_truncated"]) == ("Brücke im Süden bleibt gesperrt", True)


def test_address_and_portal_can_be_named(saved: Path, profiles: str) -> None:
    url = "http://www.abendblick.example:8080/anders-99.html"
    ended = inspect(saved, "--json", "--url", url, "--portal", "abendblick", "-s", profiles)
    found = json.loads(ended.out)
    assert (found["url"], found["portal"]) == (url, "abendblick")


def test_packed_files_are_read(saved: Path, tmp_path: Path) -> None:
    packed = tmp_path / "page.html.gz"
    packed.write_bytes(gzip.compress(saved.read_bytes()))
    assert json.loads(inspect(packed, "--json").out)["article"]["headline"].startswith("Rat beschließt")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfe" * 50, b"<" * 1000, b"<html>"])
def test_any_file_is_answered(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(content)
    ended = inspect(path)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.rstrip().endswith("no article, 0 teasers")


def test_an_address_is_fetched() -> None:
    with SamplePortal(0) as portal:
        front = json.loads(inspect(portal.url, "--json", "--portal", "sample").out)
        assert (front["kind"], front["article"]) == ("list", None)
        url = front["teasers"][0]["url"]
        page = json.loads(inspect(url, "--json", "--portal", "sample").out)
    assert (page["kind"], page["portal"]) == ("article", "sample")
    assert page["article"]["id"] == front["teasers"][0]["article_id"]


def test_a_page_that_is_not_there_is_told() -> None:
    with SamplePortal(0) as portal:
        ended = inspect(portal.url + "gibt/es/nicht")
    assert (ended.code, ended.out, len(ended.lines)) == (1, "", 1)
    assert "HTTP status 404" in ended.err


def test_a_saved_case_passes(saved: Path, profiles: str, tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text((ROOT / "scrapy.cfg").read_text("utf-8"), "utf-8")
    for name in ("rat-beschliesst-haushalt-4711", "rat-beschliesst-haushalt-4711-2"):
        ended = inspect(saved, "--save", "-s", profiles, cwd=tmp_path)
        case = tmp_path / "tests" / "pages" / "abendblick" / name
        assert ended.out.rstrip().endswith(f"saved as {case}")
        page, demanded = read_case(case)
        assert expected(inspect_page(page)) == demanded
        assert demanded["article"]["id"] == "abendblick:4711"
        assert len(demanded["teasers"]) == 2
        assert page.fetched == WRITTEN


def test_a_case_without_profile_passes(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text((ROOT / "scrapy.cfg").read_text("utf-8"), "utf-8")
    assert inspect(saved, "--save", cwd=tmp_path).code == 0
    (case,) = (tmp_path / "tests" / "pages" / "abendblick.example").iterdir()
    page, demanded = read_case(case)
    assert page.profile.generic
    assert expected(inspect_page(page)) == demanded


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "URL or a FILE"),
        (("a.html", "b.html"), "URL or a FILE"),
        (("--jsn", "x.html"), "URL or a FILE"),
        (("/nowhere/at/all.html",), "No such file"),
        (("/",), "Is a directory"),
        (("ftp://x.example/",), "no http or https address"),
        (("http://",), "is not an address"),
        (("https://x.example/", "--url", "https://y.example/"), "--url is the address of a FILE"),
        (("https://x.example/", "--portal", "nobody"), "'nobody' is unknown"),
        (("https://x.example/", "--portal", "klamm"), "not of the portal klamm"),
        (("https://x.example/", "-s", "PORTAL_PROFILES=/nowhere"), "PORTAL_PROFILES"),
    ],
)
def test_wrong_use_is_one_line(args: tuple[str, ...], said: str) -> None:
    ended = inspect(*args)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert said in ended.err
