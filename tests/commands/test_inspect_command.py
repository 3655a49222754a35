"""``scrapy inspect``: a page from a file or over HTTP, for people, as JSON, saved as a test case."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.commandline import ROOT, Ended, scrapy
from support.page_cases import inspect_page, read_case

from portalcrawl.commands.inspection.html_file import write_whole
from portalcrawl.commands.inspection.page_cases import expected
from portalcrawl.demo import SamplePortal
from portalcrawl.errors import UsageError

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
    for more in ((), ("--explain",), ("--html", tmp_path / "view.html")):
        ended = inspect(path, "--url", "https://www.abendblick.example/seite", *more)
        assert (ended.code, ended.err) == (0, "")
        assert "no article, 0 teasers" in ended.out


@pytest.mark.parametrize("head", ["", '<link rel="canonical" href="/rat.html">', '<meta property="og:url" content="">'])
def test_a_file_without_an_address_asks_for_one(head: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<html><head>{head}</head><body><h1>Rat</h1></body></html>", "utf-8")
    ended = inspect(path, "--json")
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "--url" in ended.err


@pytest.mark.parametrize(
    ("given", "fetched", "second"),
    [
        ("2025-05-03T12:00:00+02:00", "2025-05-03T10:00:00+00:00", "2025-05-03T10:00:00+02:00"),
        ("2025-05-03T10:00Z", "2025-05-03T10:00:00+00:00", "2025-05-03T10:00:00+02:00"),
        ("2025-05-03", "2025-05-02T22:00:00+00:00", "2025-05-02T22:00:00+02:00"),
        ("1999-05-03", "1999-05-02T22:00:00+00:00", "1999-05-02T22:00:00+02:00"),
    ],
)
def test_ages_count_from_fetched(saved: Path, profiles: str, given: str, fetched: str, second: str) -> None:
    found = json.loads(inspect(saved, "--json", "--fetched", given, "-s", profiles).out)
    assert found["fetched"] == fetched
    assert found["teasers"][1]["date_published"] == second


def test_explain_for_people(saved: Path, profiles: str) -> None:
    ended = inspect(saved, "--explain", "-s", profiles)
    assert (ended.code, ended.err) == (0, "")
    assert "\x1b" not in ended.out
    assert "Why it is an article\n  profile-url: URL matches the profile's pattern" in ended.out
    lines = ended.out.splitlines()
    assert max(map(len, lines)) <= 120
    at = lines.index("Page map") + 1
    owners = [" ".join(line.split("  ")[1:2]) for line in lines[at : at + 8]]
    assert [owner.strip() for owner in owners] == [
        "article headline",
        "article date",
        "article text",
        "article text",
        "article text",
        "chrome list",
        "teaser 1 headline",
        "teaser 1 snippet",
    ]
    assert any(line.startswith("*  headline ") and "profile" in line for line in lines)
    assert any(line.startswith("   headline ") and "same-value" in line for line in lines)


def test_explain_as_json(saved: Path, profiles: str) -> None:
    found = json.loads(inspect(saved, "--explain", "--json", "-s", profiles).out)
    plain = json.loads(inspect(saved, "--json", "-s", profiles).out)
    told = found.pop("explanation")
    assert found == plain
    assert set(plain["teaser_sources"][0]) == {
        *("headline", "snippet", "date_published", "comment_count", "block", "position"),
    }
    assert told["page_type"] == plain["why"]["page_type"]
    assert told["is_article"]
    headline = told["fields"]["headline"]
    assert [(each["source"], each["chosen"]) for each in headline] == [
        ("profile", True),
        ("page", False),
        ("meta", False),
    ]
    for field, values in told["fields"].items():
        assert values[0]["value"] == plain["article"][field]
    assert [each["snippet"]["value"] for each in told["teasers"]] == [each["snippet"] for each in plain["teasers"]]
    assert [block["index"] for block in told["blocks"]] == list(range(len(told["blocks"])))
    assert {(block["owner"], block["part"], block["teaser"]) for block in told["blocks"]} >= {
        ("article", "headline", None),
        ("teaser", "snippet", 2),
    }


def test_explain_a_list(saved: Path) -> None:
    told = json.loads(inspect(saved, "--explain", "--json", "--url", "https://www.abendblick.example/").out)
    assert (told["kind"], told["article"], told["explanation"]["is_article"]) == ("list", None, False)
    assert told["explanation"]["fields"]["headline"][0]["value"].startswith("Rat beschließt")
    shown = inspect(saved, "--explain", "--url", "https://www.abendblick.example/").out
    assert "Why it is a list\n  front-page-url: " in shown
    assert "Fields that it would have as an article" in shown
    assert "not-an-article: would be its headline" in shown


def test_html_is_written_whole_or_not_at_all(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "views"
    folder.mkdir()
    view = folder / "view.html"
    view.write_text("before", "utf-8")
    ended = inspect(saved, "--html", view)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.rstrip().endswith(f"written to {view}")
    assert view.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert view.read_text("utf-8").rstrip().endswith("</html>")
    assert list(folder.iterdir()) == [view]
    quiet = inspect(saved, "--html", view, "--json")
    assert json.loads(quiet.out)["kind"] == "article"
    assert quiet.err == f"written to {view}\n"


def test_a_full_disk_leaves_the_existing_file(saved: Path) -> None:
    full = Path("/dev/full")
    ended = inspect(saved, "--html", full)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert full.is_char_device()


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    view = tmp_path / "view.html"
    view.write_text("before", "utf-8")
    (tmp_path / f".view.html.{os.getpid()}.part").mkdir()
    with pytest.raises(UsageError, match=r"--html: .*File exists|Is a directory"):
        write_whole(view, "after")
    assert view.read_text("utf-8") == "before"


def test_an_address_is_fetched() -> None:
    with SamplePortal(0) as portal:
        front = json.loads(inspect(portal.url, "--json", "--portal", "sample").out)
        assert (front["kind"], front["article"]) == ("list", None)
        url = front["teasers"][0]["url"]
        page = json.loads(inspect(url, "--json", "--portal", "sample").out)
    assert (page["kind"], page["portal"]) == ("article", "sample")
    assert page["article"]["id"] == front["teasers"][0]["article_id"]


def test_a_missing_page_is_reported() -> None:
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


def test_a_saved_case_keeps_address_and_time(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text((ROOT / "scrapy.cfg").read_text("utf-8"), "utf-8")
    url = "https://www.abendblick.example/anders-99.html"
    ended = inspect(saved, "--save", "--url", url, "--fetched", "2001-05-03T12:00:00+02:00", cwd=tmp_path)
    assert ended.code == 0
    (case,) = (tmp_path / "tests" / "pages" / "abendblick.example").iterdir()
    page, demanded = read_case(case)
    assert (page.url, page.fetched) == (url, datetime(2001, 5, 3, 10, tzinfo=UTC))
    assert expected(inspect_page(page)) == demanded
    assert demanded["teasers"][1]["date_published"].startswith("2001-05-03T10:00:00")


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
        (("ftp://x.example/",), "not an http or https URL"),
        (("http://",), "is not a URL"),
        (("https://x.example/", "--url", "https://y.example/"), "--url is the URL of a FILE"),
        (("x.html", "--url", "y.example"), "--url: 'y.example' is not an http or https URL"),
        (("https://x.example/", "--portal", "nobody"), "'nobody' is unknown"),
        (("https://x.example/", "--fetched", "gestern"), "--fetched: 'gestern' is not a time"),
        (("https://x.example/", "--fetched", "2025-12-02T18:15:00"), "has no time zone"),
        (("https://x.example/", "--fetched", "2025-02-30"), "'2025-02-30' is not a time"),
        (("https://x.example/", "--fetched", ""), "'' is not a time"),
        (("https://x.example/", "--fetched", "0001-01-01T00:00+14:00"), "is not a time"),
        (("https://x.example/", "--html", "/nowhere/view.html"), "there is no folder '/nowhere'"),
        (("https://x.example/", "--html", "/"), "is not a file"),
        (("https://x.example/", "--portal", "klamm"), "does not belong to the portal klamm"),
        (("https://x.example/", "-s", "PORTAL_PROFILES=/nowhere"), "PORTAL_PROFILES"),
    ],
)
def test_wrong_use_is_one_line(args: tuple[str, ...], said: str) -> None:
    ended = inspect(*args)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert said in ended.err
