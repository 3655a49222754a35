"""How pages are fetched: refreshes, robots.txt, lists of pages, long lists, dates from when on, proxies, full disks."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from support.commandline import crawl, manifests, records, runs, scrapy, scrapy_in
from support.surroundings import Surroundings
from support.tinyportal import Answer, Site, TinyPortal, article, listing

HOST = "http://www.uferblatt.example"


def path(number: int) -> str:
    return f"/ufer/die-duenen-wandern-nach-osten-{4712000 + number}.html"


def title(number: int) -> str:
    return f"Düne {number} wandert in diesem Winter nach Osten"


def text(number: int) -> str:
    return f"Die Düne mit der Nummer {number} ist um {number + 3} Meter gewandert, sagt Küstenvogt Harm Quast{number}."


def links(*numbers: int) -> list[str]:
    return [f"{path(number)}|{title(number)}" for number in numbers]


def site(count: int) -> dict[str, Site]:
    return {path(number): article(title(number), text=text(number)) for number in range(count)}  # type: ignore[misc]


REFRESHES = [
    "0; url={path}",
    "3; url=",
    "0; url={origin}{path}#oben",
    "2; url={path}?reload=1",
    "1;URL='{path}?_=1733400000'",
    "0; url={path}?neu=1",
    "30; url=/woanders.html",
    "600",
    "0; url=javascript:alert(1)",
    "0; url=http://[::1/",
]
"""Refreshes that are not followed."""


def refresh(content: str) -> str:
    return f'<meta http-equiv="refresh" content="{content}">'


def test_pages_that_load_themselves_again_are_read(tmp_path: Path) -> None:
    with TinyPortal({"/robots.txt": Answer(status=404)}) as portal:
        front = listing("Ufer", *links(*range(len(REFRESHES) + 2)))
        portal.site["/"] = front.replace("<title>", refresh("5; url=/?reload=1") + "<title>")
        for number, content in enumerate(REFRESHES):
            head = refresh(content.format(path=path(number), origin=portal.origin))
            portal.site[path(number)] = article(title(number), text=text(number), head=head)
        portal.site[path(5) + "?neu=1"] = portal.site[path(5)]
        moved, hidden = len(REFRESHES), len(REFRESHES) + 1
        portal.site[path(moved)] = f"<html><head>{refresh('0; url=' + path(99))}</head><body>Umgezogen</body></html>"
        portal.site[path(99)] = article(title(99), text=text(99))
        aside = f"<!-- {refresh('0; url=/weg')} --><noscript>{refresh('0; url=/weg')}</noscript>"
        aside += f"<script>var a = '{refresh('0; url=/weg')}';</script>"
        portal.site[path(hidden)] = article(title(hidden), text=text(hidden), head=aside)
        ended = crawl(data=tmp_path, url=portal.url())
    assert ended.code == 0, ended.err
    stored = {record["headline"] for record in records(tmp_path, "articles")}
    assert stored == {title(number) for number in (*range(moved), hidden, 99)}
    assert "/weg" not in portal.log
    assert "/woanders.html" not in portal.log
    assert max(map(portal.log.count, portal.log)) == 1


FORBIDDING = "User-agent: *\nDisallow: /ufer/\n"
ROBOTS: dict[str, tuple[dict[str, Answer], str]] = {
    "elsewhere": (
        {
            f"{HOST}/robots.txt": Answer(status=301, headers={"Location": "http://regeln.example/ufer.txt"}),
            "http://regeln.example/ufer.txt": Answer(FORBIDDING),
        },
        "robots",
    ),
    "long": ({f"{HOST}/robots.txt": Answer(FORBIDDING + "# viel zu sagen\n" * 60_000)}, "robots"),
    "gone elsewhere": (
        {f"{HOST}/robots.txt": Answer(status=302, headers={"Location": "http://regeln.example/nicht.txt"})},
        "",
    ),
    "private": ({f"{HOST}/robots.txt": Answer(status=302, headers={"Location": "{origin}/robots.txt"})}, "no_robots"),
    "circle": (
        {
            f"{HOST}/robots.txt": Answer(status=302, headers={"Location": "/r"}),
            f"{HOST}/r": Answer(status=307, headers={"Location": "/robots.txt"}),
        },
        "no_robots",
    ),
    "no http": ({f"{HOST}/robots.txt": Answer(status=302, headers={"Location": "ftp://a.example/r"})}, "no_robots"),
    "nowhere": ({f"{HOST}/robots.txt": Answer(status=301)}, "no_robots"),
    "too many": ({f"{HOST}/robots.txt": Answer(status=429)}, "http_429"),
    "broken": ({f"{HOST}/robots.txt": Answer(FORBIDDING, headers={"Content-Encoding": "br"})}, "no_robots"),
}


@pytest.mark.parametrize("kind", ROBOTS)
def test_without_a_readable_robots_txt_nothing_is_allowed(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, reason = ROBOTS[kind]
    pages = {HOST + where: answer for where, answer in site(2).items()}
    with TinyPortal({f"{HOST}/": listing("Ufer", *links(0, 1)), **pages, **answers}) as proxy:  # type: ignore[dict-item]
        monkeypatch.setenv("http_proxy", proxy.origin)
        crawl("-s", "RETRY_ENABLED=False", data=tmp_path, url=f"{HOST}/")
        asked = [where for where in proxy.log if "/ufer/" in where]
    counts = runs(tmp_path)[0]["counts"]
    assert len(asked) == (0 if reason else 2)
    kind = "waiting" if reason == "http_429" else "failed"
    assert counts.get(f"{kind}/{reason or 'robots'}", 0) == {"robots": 2, "no_robots": 1, "http_429": 1, "": 0}[reason]
    assert "/robots.txt" not in proxy.log, "a private address"


def test_lists_end_where_they_repeat(tmp_path: Path) -> None:
    def page(name: str, numbers: range, following: str) -> str:
        more = f'<a rel="next" href="{following}">nächste Seite</a>'
        return listing(name, *links(*numbers), more=more)

    lists: dict[str, str | Answer] = {
        "/rund": page("rund", range(4), "/rund?s=2"),
        "/rund?s=2": page("rund", range(4, 8), "/rund?s=3"),
        "/rund?s=3": Answer(status=302, headers={"Location": "/rund"}),
        "/steht": page("steht", range(8, 12), "/steht"),
        "/waechst": page("waechst", range(12, 16), "/waechst?s=2"),
    }
    queries = ["&".join(["s=2"] * times) for times in range(1, 10)]
    for here, following in pairwise(queries):
        lists[f"/waechst?{here}"] = page("waechst", range(12, 16), f"?{following}")
    with TinyPortal({**site(16), **lists}) as portal:  # type: ignore[dict-item]
        starts = " ".join(map(portal.url, ("/rund", "/steht", "/waechst")))
        ended = crawl(data=tmp_path, url=starts, pages=30)
    assert ended.code == 0, ended.err
    assert len(records(tmp_path, "articles")) == 16
    asked = sorted(where for where in portal.log if where.startswith(("/rund", "/steht", "/waechst")))
    assert asked == ["/rund", "/rund", "/rund?s=2", "/rund?s=3", "/steht", "/waechst", "/waechst?s=2"]


def test_long_lists_of_start_pages_are_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "addresses.txt"
    with TinyPortal(site(450)) as portal:
        file.write_text("\n".join(portal.url(path(number)) for number in range(460)), encoding="utf-8")
        ended = crawl(data=tmp_path / "all", urls_file=file, follow="false")
        few = crawl(data=tmp_path / "few", urls_file=file, follow="false", max_articles=5)
    assert (ended.code, few.code) == (0, 0), ended.err + few.err
    (all_,), (some,) = manifests(tmp_path / "all"), manifests(tmp_path / "few")
    assert (all_["counts"]["articles"], all_["counts"]["start_pages_failed"]) == (450, 10)
    assert (some["counts"]["articles"], some["finish_reason"]) == (5, "max_articles")


def test_more_portals_than_files_may_be_open_are_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "addresses.txt"
    file.write_text("\n".join(f"http://blatt{number}.example/" for number in range(300)), encoding="utf-8")
    few = Surroundings(limits={"NOFILE": 400})
    ended = scrapy_in(few, "crawl", "portal", "-L", "ERROR", "-a", f"urls_file={file}", data=tmp_path / "data")
    assert ended.code == 2
    (line,) = ended.lines
    assert "300 portals" in line
    assert "400" in line


DATES = {
    "de": ("2025-12-01T00:10:00", "2025-11-30T23:50:00"),
    "ja": ("2025-12-01T00:10:00+09:00", "2025-11-30T23:50:00+09:00"),
    "en": ("2025-12-01T00:10:00-05:00", "2025-11-30T23:50:00-05:00"),
}


@pytest.mark.parametrize("language", DATES)
def test_a_day_begins_where_the_dates_are_written(language: str, tmp_path: Path) -> None:
    def with_language(page: str) -> str:
        return page.replace('lang="de"', f'lang="{language}"')

    pages = {
        path(number): with_language(article(title(number), text=text(number), date=date))
        for number, date in enumerate(DATES[language])
    }
    with TinyPortal({"/": with_language(listing("Ufer", *links(0, 1))), **pages}) as portal:
        for run in ("first", "second"):
            ended = crawl(data=tmp_path, url=portal.url(), since="2025-12-01")
            assert ended.code == 0, run + ended.err
    assert [record["headline"] for record in records(tmp_path, "articles")] == [title(0)]
    assert portal.log.count(path(1)) == (2 if language == "en" else 1), "too old, and known to be so"


def test_the_embedded_portal_needs_no_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with TinyPortal({}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.origin)
        ended = crawl(data=tmp_path, max_articles=3)
    assert ended.code == 0, ended.err
    assert len(records(tmp_path, "articles")) == 3
    assert proxy.log == []


def test_a_pidfile_works_together_with_arguments(tmp_path: Path) -> None:
    file = tmp_path / "crawl.pid"
    with TinyPortal({"/": listing("Ufer", *links(0)), **site(1)}) as portal:  # type: ignore[dict-item]
        ended = crawl("--pidfile", str(file), data=tmp_path / "data", url=portal.url())
        assert ended.code == 0, ended.err
        assert int(file.read_text()) > 1
        file.unlink()
        wrong = crawl("--pidfile", str(file), data=tmp_path / "data", url="nichts")
    assert wrong.code == 2
    assert not file.exists()


@pytest.mark.parametrize("kilobytes", [0, 16, 48, 96])
def test_a_disk_that_is_full_at_the_start_is_one_line(kilobytes: int, tmp_path: Path) -> None:
    """A limit of the size of files replaces the full disk: the same calls fail."""
    with TinyPortal({"/": listing("Ufer", *links(0, 1)), **site(2)}) as portal:  # type: ignore[dict-item]
        command = ("crawl", "portal", "-L", "ERROR", "-a", f"url={portal.url()}", "-a", "render=never")
        ended = scrapy_in(Surroundings(limits={"FSIZE": kilobytes * 1024}), *command, data=tmp_path)
        assert "Traceback" not in ended.err
        assert ended.code == 1, ended.err
        assert "can't be" in ended.err or "can be" in ended.err, ended.err
        again = scrapy(*command, data=tmp_path)
    assert again.code == 0, again.err
    ids = [record["id"] for record in records(tmp_path, "articles")]
    assert len(ids) == len(set(ids)) == 2
