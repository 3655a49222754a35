"""``scrapy report``: the content of the page, and how it looks and works in Chromium."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support.commandline import crawl, files, scrapy, scrapy_in, scrapy_without
from support.feeds import article, publish
from support.surroundings import Surroundings

from portalcrawl.demo import SamplePortal
from portalcrawl.rendering.browser_path import find_browser
from portalcrawl.storage.database import open_database
from portalcrawl.storage.run_history import PastRun, RunHistory

NOW = datetime.now(UTC).replace(microsecond=0)
PORTALS = ("a.example", "b.example", "c.example")
SCRIPT = "<script>alert(1)</script>"
WIDTHS = (1280, 390)


def run_of(data: Path, portal: str, ago: timedelta, articles: list[dict[str, Any]], **counts: int) -> None:
    """Publish a run that started *ago*, and record it in the state."""
    started = NOW - ago
    name = f"{started:%Y%m%dT%H%M%SZ}-{PORTALS.index(portal):06x}"
    named = {key.replace("__", "/"): value for key, value in counts.items()}
    found = {"articles": len(articles), "pages": len(articles) + 1, **named}
    publish(data / "feeds", name, {"articles": articles} if articles else {}, portal, found)
    times = started.isoformat(), (started + timedelta(minutes=2)).isoformat()
    verdict = ("failed", ("none of the 1 start pages could be read",)) if "failed/timeout" in named else ("ok", ())
    engine = open_database(f"sqlite:///{data / 'state.sqlite3'}")
    RunHistory(engine).add([(PastRun(name, (portal,), {}, *times, "finished", *verdict, found), [])])
    engine.dispose()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs on three portals over two days: near copies of an agency's text, revisions, failures, a hostile headline."""
    folder = tmp_path_factory.mktemp("report") / "data"
    folder.mkdir()
    for at, portal in enumerate(PORTALS):
        for round_ in range(4):
            seen = NOW - timedelta(hours=12 * (4 - round_))
            articles = [
                article(
                    number,
                    portal,
                    headline=f"Meldung {number} von {portal}",
                    section=("Politik", "Sport", "Kultur")[number % 3],
                    source=f"Zeitung {portal[0].upper()}",
                    agency="dpa" if number % 2 else None,
                    cluster_id=f"a.example:{number:016x}" if number % 5 == 0 else f"{portal}:{number:016x}",
                    date_published=(seen - timedelta(minutes=30 + 10 * at)).isoformat(timespec="minutes"),
                    date_fetched=seen.isoformat(),
                )
                for number in range(round_ * 10, round_ * 10 + 10)
            ]
            if round_ == 3:
                articles.append({**articles[0], "revision": 2, "changed_fields": ["headline", "article_body"]})
                articles[1] |= {"headline": SCRIPT, "canonical_url": "javascript:alert(1)"}
            failed = {"pages_failed": 2, "failed__http_404": 2} if round_ else {}
            run_of(
                folder, portal, NOW - seen, articles, start_links=max(5, 40 - 10 * round_ * at), start_pages=1, **failed
            )
    run_of(folder, "c.example", timedelta(hours=1), [], failed__timeout=1, pages_failed=1)
    return folder


@pytest.fixture(scope="module")
def report(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "report.html"
    ended = scrapy("report", "-o", str(file), data=data)
    assert (ended.code, ended.err, ended.out.strip()) == (0, "", str(file))
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = find_browser(None)
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(report.as_uri())
    yield opened
    context.close()


def cells(page: Page, section: str, column: int) -> list[str]:
    """Return the texts of a column of the first table in *section*."""
    return page.eval_on_selector_all(
        f"#{section} table",
        "(tables, at) => [...tables[0].tBodies[0].rows].map(row => row.cells[at].textContent.trim())",
        column,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_makes_no_request_and_reports_no_error(
    browser: Browser, report: Path, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(report.as_uri())
    page.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert (requests, errors) == ([report.as_uri()], [])
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(map(int, re.findall(r"\d+", background)[:3])) / 3
    assert (lightness > 200) == (scheme == "light")
    shown = page.locator("svg:visible")
    assert shown.count() >= 4
    for at in range(shown.count()):
        text = shown.nth(at).locator("text").first
        assert text.evaluate("each => each.getBoundingClientRect().height") >= 9, "labels are too small to read"
        assert text.evaluate("each => getComputedStyle(each).fill") != background
    context.close()


def test_tables_sort(page: Page) -> None:
    def click(name: str) -> None:
        page.locator("#portals table").first.locator("th", has_text=re.compile(rf"^{re.escape(name)}")).first.locator(
            "button"
        ).click()

    click("Articles")
    numbers = [int(text) for text in cells(page, "portals", 1)]
    assert numbers == sorted(numbers, reverse=True)
    click("Portal")
    assert cells(page, "portals", 0) == list(PORTALS)
    click("Portal")
    assert cells(page, "portals", 0) == [*reversed(PORTALS)]
    assert page.locator("#portals th[aria-sort=descending]").inner_text().startswith("Portal")
    click("Found after (median)")
    assert cells(page, "portals", 0) == ["c.example", "b.example", "a.example"]


def test_the_page_shows_the_figures_of_the_crawls(page: Page) -> None:
    tiles = page.locator(".tiles div").all_inner_texts()
    assert tiles[0].split("\n") == ["120", "new articles"]
    assert tiles[1].split("\n") == ["3", "revisions"]
    assert re.match(r"4[01] min", tiles[3])
    assert "19" in tiles[5]
    assert cells(page, "failures", 0)[0] == "http_404"
    assert "timeout" in cells(page, "failures", 0)
    first = dict(zip(cells(page, "copies", 0), cells(page, "copies", 2), strict=True))
    assert first == {"Zeitung C": "4", "Zeitung A": "0", "Zeitung B": "0"}
    assert "24 articles in 8 groups" in page.locator("#copies .lead").inner_text()
    assert set(cells(page, "revisions", 0)) == {"headline", "article_body"}
    assert len(cells(page, "runs", 0)) == 13
    coverage = dict(zip(cells(page, "coverage", 0), cells(page, "coverage", 3), strict=True))
    assert coverage["a.example"] == "100%"
    link = page.locator("#newest a").first
    assert str(link.get_attribute("href")).startswith("https://")


def test_content_of_pages_is_never_executed(page: Page, report: Path) -> None:
    assert SCRIPT in page.locator("#newest").inner_text()
    assert page.locator("a[href^=javascript]").count() == 0
    assert SCRIPT not in report.read_text(encoding="utf-8")
    assert "http-equiv" in report.read_text(encoding="utf-8")


def test_paper_shows_all_in_light_colours(browser: Browser, report: Path, tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 700, "height": 900}, color_scheme="dark")
    page = context.new_page()
    page.goto(report.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    color = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert max(map(int, re.findall(r"\d+", color))) < 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    page.pdf(path=tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").stat().st_size > 20_000
    context.close()


def test_one_portal_and_a_period(data: Path, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "b.html"
    ended = scrapy("report", "--portal", "b.example", "--since", "30h", "-o", str(file), data=data)
    assert ended.code == 0, ended.err
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.locator(".tiles div").first.inner_text().split("\n")[0] == "20"
    assert cells(page, "pace", 0) == ["b.example"]
    assert "a.example" not in page.locator("main").inner_text()
    page.close()


def test_a_folder_whose_name_is_not_utf_8_is_named_in_one_line(tmp_path: Path) -> None:
    data = tmp_path / os.fsdecode(b"t\xe4glich")
    data.mkdir()
    run_of(data, "a.example", timedelta(hours=3), [article(1)])
    ended = scrapy("report", "-o", str(tmp_path / "report.html"), data=data)
    assert (ended.code, len(ended.lines)) == (1, 1), ended.err
    assert r"t\udce4glich: DuckDB" in ended.err


def test_a_report_reads_only_new_feeds_and_forgets_removed_ones(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()

    def new_articles() -> str:
        file = tmp_path / "report.html"
        ended = scrapy("report", "-o", str(file), data=data)
        assert (ended.code, ended.err) == (0, "")
        found = re.search(r"<b>(\d+)</b><span>new article", file.read_text(encoding="utf-8"))
        assert found
        return found[1]

    run_of(data, "a.example", timedelta(hours=3), [article(1), article(2)])
    assert new_articles() == "2"
    run_of(data, "a.example", timedelta(hours=2), [article(3)])
    assert new_articles() == "3"
    min((data / "feeds").glob("manifest-*")).unlink()  # as FEED_RETENTION does
    assert new_articles() == "1"
    (data / "report.duckdb").write_bytes(b"damaged" * 1_000)
    assert new_articles() == "1"


def test_a_report_on_a_part_reads_that_part_only_and_a_later_one_the_rest(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    run_of(data, "a.example", timedelta(days=5), [article(1)])
    run_of(data, "a.example", timedelta(hours=3), [article(2), article(3)])
    run_of(data, "b.example", timedelta(hours=2), [article(4, "b.example")])
    feeds = data / "feeds"

    def read_by(*args: str) -> tuple[str, set[str]]:
        file = tmp_path / "report.html"
        ended = scrapy("report", *args, "-o", str(file), data=data)
        assert (ended.code, ended.err) == (0, "")
        found = re.search(r"<b>(\d+)</b><span>new article", file.read_text(encoding="utf-8"))
        assert found
        with duckdb.connect(str(data / "report.duckdb"), read_only=True) as cache:
            return found[1], {name for (name,) in cache.execute("SELECT file FROM files").fetchall()}

    old, of_a, of_b = sorted(path.name for path in feeds.glob("articles-*"))
    assert read_by("--since", "1d", "--portal", "a.example") == ("2", {of_a})
    assert read_by("--since", "1d") == ("3", {of_a, of_b})
    assert read_by() == ("4", {old, of_a, of_b})
    assert read_by("--since", "1d") == ("3", {old, of_a, of_b})
    (feeds / of_b).with_name(of_b.replace("articles", "manifest").replace(".jsonl", ".json")).unlink()
    assert read_by("--portal", "a.example") == ("3", {old, of_a})


def test_articles_longer_than_usual_ones_are_read(tmp_path: Path) -> None:
    """They do not fit into DuckDB's smaller buffers (16 MiB)."""
    data = tmp_path / "data"
    data.mkdir()
    long = [article(number, article_body="x" * 18_000_000) for number in range(3)]
    run_of(data, "a.example", timedelta(hours=3), [article(4), *long])
    ended = scrapy("report", "-o", str(tmp_path / "report.html"), data=data)
    assert (ended.code, ended.err) == (0, "")
    assert "<b>4</b><span>new article" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("harm", [b"{no json", b'"text"', b'{"id": 7, "changed_fields": {"a": 1}}', b"\xff\xfe"])
def test_a_line_that_is_no_record_costs_no_other_line(tmp_path: Path, harm: bytes) -> None:
    """Then the feeds are read once more, by what goes on after errors."""
    data = tmp_path / "data"
    data.mkdir()
    run_of(data, "a.example", timedelta(hours=3), [article(1), article(2), article(3)])
    run_of(data, "b.example", timedelta(hours=2), [article(4, "b.example")])
    feed = min((data / "feeds").glob("articles-*"))
    first, second, third = feed.read_bytes().splitlines(keepends=True)
    feed.write_bytes(first + harm.ljust(len(second) - 1) + b"\n" + third)
    ended = scrapy("report", "-o", str(tmp_path / "report.html"), data=data)
    assert (ended.code, ended.err) == (0, "")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<b>3</b><span>new article" in text


def test_files_that_are_not_as_named_are_listed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    run_of(data, "a.example", timedelta(hours=3), [article(1), article(2)])
    run_of(data, "b.example", timedelta(hours=2), [article(3, "b.example")])
    missing, cut = sorted((data / "feeds").glob("articles-*"))
    missing.unlink()
    cut.write_bytes(cut.read_bytes()[:-1])
    assert scrapy("report", "-o", str(tmp_path / "report.html"), data=data).code == 0
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert missing.name in text
    assert cut.name in text


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, ("1 portal ·", "1 run<", "</b><span>new article<", "</b><span>revision<", "</b><span>teaser state<",
             "of 1 page failed", "of 1 run ok", ": 1 teaser<",
             "1 published file could not be read; its records are")),
        (2, ("2 portals ·", "2 runs<", "</b><span>new articles<", "</b><span>revisions<", "</b><span>teaser states<",
             "of 2 pages failed", "of 2 runs ok", "2 published files could not be read; their records are")),
    ],
)  # fmt: skip
def test_nouns_agree_with_their_numbers(tmp_path: Path, number: int, said: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for at, portal in enumerate(PORTALS[:number]):
        revised = article(1, portal, revision=2, changed_fields=["headline"])
        run_of(data, portal, timedelta(hours=3 + at), [article(1, portal), revised], teasers=1, pages=1)
        named = next((data / "feeds").glob(f"manifest-*-{at:06x}.json"))
        named.with_name(f"manifest-{NOW - timedelta(days=9):%Y%m%dT%H%M%SZ}-{at:06x}.json").write_text("{")
    assert scrapy("report", "-o", str(tmp_path / "report.html"), data=data).code == 0
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert [each for each in said if each not in text] == []


def test_near_copies_of_one_group_are_in_one_group(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    run_of(data, "a.example", timedelta(hours=3), [article(number, cluster_id="a.example:1") for number in (1, 2)])
    assert scrapy("report", "-o", str(tmp_path / "report.html"), data=data).code == 0
    assert "2 articles in 1 group of" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_files_that_an_earlier_report_had_read_are_listed_once_they_are_gone(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "report.html"
    data.mkdir()
    run_of(data, "a.example", timedelta(days=3), [article(1), article(2)])
    run_of(data, "b.example", timedelta(hours=2), [article(3, "b.example"), article(4, "b.example")])
    run_of(data, "c.example", timedelta(hours=1), [article(5, "c.example")])
    missing, cut, _ = sorted((data / "feeds").glob("articles-*"))
    kept = missing.read_bytes()

    def said(*args: str) -> tuple[str, list[str]]:
        ended = scrapy("report", *args, "-o", str(file), data=data)
        assert (ended.code, ended.err) == (0, "")
        text = file.read_text(encoding="utf-8")
        found = re.search(r"<b>(\d+)</b><span>new article", text)
        assert found
        return found[1], [path.name for path in (missing, cut) if f"<li>{path.name}: " in text]

    assert said() == ("5", [])
    missing.unlink()
    cut.write_bytes(cut.read_bytes()[:-1])
    for _ in range(2):
        assert said() == ("1", [missing.name, cut.name])
    assert said("--since", "1d") == ("1", [cut.name])
    missing.write_bytes(kept)
    assert said() == ("3", [cut.name])


@pytest.mark.parametrize(
    ("args", "code", "named"),
    [
        (("x",), 2, "scrapy report takes"),
        (("--since", "soon"), 2, "--since"),
        (("--since", "2999-01-01"), 2, "is in the future"),
        (("--portal", "d.example"), 2, "d.example"),
        (("-o", "/nowhere/report.html"), 2, "/nowhere/report.html"),
        (("-o", "/"), 2, "a file"),
    ],
)
def test_wrong_use_is_answered_in_one_line(
    data: Path, tmp_path: Path, args: tuple[str, ...], code: int, named: str
) -> None:
    before = {name: content for name, content in files(data).items() if "duckdb" not in name and "-shm" not in name}
    ended = scrapy("report", *(("-o", str(tmp_path / "r.html")) if "-o" not in args else ()), *args, data=data)
    assert (ended.code, len(ended.lines)) == (code, 1), ended.err
    assert named in ended.err
    after = files(data)
    assert {name: after[name] for name in before} == before
    assert not (tmp_path / "r.html").exists()


def test_without_a_crawl_there_is_no_report(tmp_path: Path) -> None:
    ended = scrapy("report", "-o", str(tmp_path / "r.html"), data=tmp_path / "data")
    assert (ended.code, len(ended.lines)) == (1, 1)
    assert "scrapy crawl portal" in ended.err


def test_manifests_without_articles_make_a_report(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    run_of(data, "a.example", timedelta(hours=3), [])
    assert json.loads(next((data / "feeds").iterdir()).read_bytes())["feeds"] == []
    assert scrapy("report", "-o", str(tmp_path / "r.html"), data=data).code == 0


def test_a_report_right_after_a_crawl(tmp_path: Path) -> None:
    with SamplePortal() as portal:
        assert crawl(data=tmp_path / "data", portal="sample", url=portal.url, max_articles=20).code == 0
    ended = scrapy("report", "-o", str(tmp_path / "r.html"), data=tmp_path / "data")
    assert (ended.code, ended.err) == (0, "")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<b>20</b><span>new article" in text
    assert "1 portal " in text


@pytest.mark.parametrize("is_read", [False, True])
def test_a_full_disk_gets_one_line_and_leaves_nothing_half(data: Path, tmp_path: Path, is_read: bool) -> None:
    """It stops DuckDB's file, or where the feeds were read before, the page."""
    file = tmp_path / "r.html"
    file.write_text("the report before")
    (data / "report.duckdb").unlink(missing_ok=True)
    if is_read:
        assert scrapy("report", "-o", str(tmp_path / "r.html"), data=data).code == 0
        file.write_text("the report before")
    full = scrapy_in(Surroundings(limits={"FSIZE": 20_000}), "report", "-o", str(file), data=data)
    assert (full.code, len(full.lines)) == (1, 1), full.err
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    assert file.read_text() == "the report before"
    assert scrapy("report", "-o", str(file), data=data).code == 0


@pytest.mark.parametrize("package", ["duckdb", "pygal"])
def test_a_missing_extra_is_named(data: Path, tmp_path: Path, package: str) -> None:
    ended = scrapy_without(package, "report", "-o", str(tmp_path / "r.html"), data=data)
    wanted = f"portalcrawl: this needs the package {package}, which is not installed: pip install 'portalcrawl[report]'"
    assert (ended.code, ended.lines) == (1, [wanted])
