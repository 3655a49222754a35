"""One article stays one article, however a portal changes URLs and their content."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest
from support import states
from support.commandline import crawl, doubled, let_time_pass, manifests, records, runs
from support.tinyportal import Answer, TinyPortal, article, listing, page, teasers

pytestmark = pytest.mark.usefixtures("each_state")

SOON = ("-s", "RECRAWL_AGES=" + ",".join(map(str, range(1, 600))), "-s", "RETRY_FAILED_AFTER=1", "-a", "render=never")

NEWS = {
    "seilbahn": (
        "Seilbahn zum Fichtelkopf fährt ab Mai wieder",
        "Die Gondeln hängen schon am Seil, sagt der Betreiber.",
    ),
    "orgel": ("Orgel der Jakobikirche klingt nach Umbau tiefer", "Zwölf Register kamen neu hinzu, gebaut in Kemnitz."),
    "hochwasser": (
        "Hochwasser an der Elze sinkt langsamer als gedacht",
        "Pegelstand und Keller bleiben unter Beobachtung.",
    ),
    "imkerin": ("Imkerin aus Velbrück züchtet ruhige Bienen", "Ihre Völker überwintern auf dem Dach der Sparkasse."),
}
MORE_NEWS = {
    "brauerei": ("Brauerei in Kemnitz endet nach zweihundert Jahren", "Der letzte Sud ist abgefüllt und bestellt."),
    "windpark": ("Windpark vor Ahlsdorf darf um drei Anlagen wachsen", "Der Abstand zum Dorf bleibt, wie er war."),
}
"""For tests that need as many articles again as change."""
ALL_NEWS = {**NEWS, **MORE_NEWS}


def told(name: str, more: str = "") -> str:
    """A text that no other article here has."""
    opening = ALL_NEWS[name][1]
    return (
        f"{opening} Rund um {name} fanden sich am Wochenende viele Neugierige ein, zählte der Verein {name.title()}. "
        f"Über die Kosten von {len(name)} Millionen Euro soll der Kreistag im Herbst beraten. {more}"
    )


def story(name: str, *links: str, head: str = "", title: str = "", more: str = "") -> str:
    shown = title or ALL_NEWS[name][0]
    paragraphs = "".join(f"<p>{part}</p>" for part in (told(name, more), f"Nachfragen zu {name} beantwortet das Amt."))
    body = f'<article><h1>{shown}</h1><time datetime="2025-12-05T10:00:00+01:00">5.12.2025</time>{paragraphs}</article>'
    meta = '<meta property="og:type" content="article">' + head
    return page(shown, body + teasers(*links), meta)


def link(address: str, name: str, title: str = "") -> str:
    return f"{address}|{title or ALL_NEWS[name][0]}"


def plain(name: str) -> str:
    return "/land/" + "-".join(
        ALL_NEWS[name][0].lower().replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").split()[:5]
    )


def numbered(name: str) -> str:
    return f"{plain(name)}-{880_100 + list(ALL_NEWS).index(name)}.html"


def again(data: Path, portal: TinyPortal, *args: str, url: str = "/") -> dict[str, int]:
    let_time_pass(data, 10)
    ended = crawl(*SOON, *args, data=data, url=portal.url(url))
    assert ended.code == 0, ended.err
    counts: dict[str, int] = runs(data)[-1]["counts"]
    return counts


def known(data: Path) -> dict[str, dict[str, Any]]:
    """What the state knows, by the last part of the address."""
    rows = states.rows(data, "SELECT * FROM articles")
    return {(row["canonical_url"] or row["url"]).rpartition("/")[2]: row for row in rows}


def teased_and_stored(data: Path) -> set[str]:
    """Ids of articles that teasers link to, but that are in no feed."""
    return {t["article_id"] for t in records(data, "teasers")} - {a["id"] for a in records(data, "articles")}


def site(
    address: Callable[[str], str], names: Collection[str] = NEWS
) -> dict[str, str | Answer | Callable[[], Answer]]:
    return {
        "/": listing("Landbote", *(link(address(name), name) for name in names)),
        **{address(name): story(name) for name in names},
    }


def led_away(how: str, target: str) -> Answer:
    if how == "meta":
        return Answer(page("Weiter", "", f'<meta http-equiv="refresh" content="0; url={target}">'))
    return Answer("", int(how), {"Location": target})


LEADS_AWAY = {"seilbahn": ("301", "orgel"), "hochwasser": ("302", "brauerei"), "imkerin": ("meta", "windpark")}
"""Articles that are deleted: how each leads to which other one."""


@pytest.mark.parametrize("address", [plain, numbered], ids=["slugs alone", "with ids"])
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_a_deleted_article_that_leads_to_another_is_not_revised(
    tmp_path: Path, address: Callable[[str], str], is_known: bool
) -> None:
    first = dict(site(address, ALL_NEWS))
    if not is_known:
        first["/"] = listing("Landbote", *(link(address(name), name) for name in LEADS_AWAY))
    with TinyPortal(first) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
        portal.site |= {address(name): led_away(how, address(target)) for name, (how, target) in LEADS_AWAY.items()}
        again(tmp_path, portal)
        found = known(tmp_path)
        for name in LEADS_AWAY:
            gone = found[address(name).rpartition("/")[2]]
            assert (gone["status"], gone["revision"]) == ("moved", 1)
            assert gone["next_visit"] is not None
        portal.site |= {address(name): story(name) for name in LEADS_AWAY}
        let_time_pass(tmp_path, 10)
        again(tmp_path, portal)
    articles = records(tmp_path, "articles")
    assert sorted(a["headline"] for a in articles) == sorted(title for title, _ in ALL_NEWS.values())
    assert {a["revision"] for a in articles} == {1}
    found = known(tmp_path)
    assert {found[address(name).rpartition("/")[2]]["status"] for name in LEADS_AWAY} == {"stored"}
    assert not teased_and_stored(tmp_path)


def test_a_link_that_never_was_an_article_is_another_address_of_one(tmp_path: Path) -> None:
    short = "/kurz/seilbahn-fichtelkopf-faehrt-wieder-ab-mai"
    with TinyPortal(site(plain)) as portal:
        portal.site[short] = Answer("", 302, {"Location": plain("seilbahn")})
        portal.site["/"] = listing("Landbote", link(short, "seilbahn"), link(plain("orgel"), "orgel"))
        crawl(*SOON, data=tmp_path, url=portal.url())
        again(tmp_path, portal)
    assert len(records(tmp_path, "articles")) == 2
    assert known(tmp_path)[short.rpartition("/")[2]]["reason"] == "alias"


def test_a_front_page_for_a_while_is_as_a_404(tmp_path: Path) -> None:
    """By a redirect, as the page itself, and as a page of a maintenance: each at first, and in place of an article."""
    pages = site(plain, ALL_NEWS)
    away = (Answer("", 302, {"Location": "/"}), pages["/"], page("Pause", "<p>Pause.</p>"))
    before, after = ("imkerin", "brauerei", "windpark"), ("orgel", "seilbahn", "hochwasser")
    with TinyPortal(pages) as portal:
        portal.site |= {plain(name): answer for name, answer in zip(before, away, strict=True)}
        crawl(*SOON, data=tmp_path, url=portal.url())
        assert len(records(tmp_path, "articles")) == 3
        portal.site |= {plain(name): story(name) for name in before}
        portal.site |= {plain(name): answer for name, answer in zip(after, away, strict=True)}
        again(tmp_path, portal)
        assert len(records(tmp_path, "articles")) == 6
        portal.site |= {plain(name): story(name, more="Nun steht auch das Konzert fest.") for name in after}
        let_time_pass(tmp_path, 10)
        again(tmp_path, portal)
    last = records(tmp_path, "articles")[6:]
    assert {(each["headline"], each["revision"]) for each in last} == {(NEWS[name][0], 2) for name in after}


LOST = (
    "Der Inhalt, den Sie suchen, wurde leider entfernt. Nutzen Sie bitte die Suche, oder gehen Sie zum Anfang zurück."
)
ERRORS = {
    "a line": page("Fehler", "<h1>Hoppla</h1><p>Da ging etwas schief.</p>"),
    "declared as article": page(
        "Fehler",
        f"<article><h1>Inhalt entfernt</h1><p>{LOST}</p></article>",
        '<meta property="og:type" content="article">',
    ),
    "names the address": page(
        "Fehler",
        f"<article><h1>Nicht da</h1><p>/land/seilbahn-zum-fichtelkopf-faehrt-ab gibt es nicht. {LOST}</p></article>",
    ),
    "many words": page(
        "Ihre Wahl",
        "<article><h1>Ihre Einwilligung</h1>"
        + "".join(
            f"<p>{LOST} Partner Nummer {n} verarbeitet Daten auf Ihrem Gerät und misst Werbung.</p>" for n in range(12)
        )
        + "</article>",
    ),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_an_error_page_with_status_200_is_neither_article_nor_revision(tmp_path: Path, error: str) -> None:
    with TinyPortal(site(plain)) as portal:
        portal.site[plain("imkerin")] = error
        crawl(*SOON, data=tmp_path, url=portal.url())
        assert len(records(tmp_path, "articles")) == 3
        portal.site |= {plain(name): error for name in NEWS}
        counts = again(tmp_path, portal)
        assert counts.get("failed/error_page", 0) + counts.get("skipped/no_article", 0) == 4
        portal.site |= {plain(name): story(name) for name in NEWS}
        let_time_pass(tmp_path, 10)
        again(tmp_path, portal)
    articles = records(tmp_path, "articles")
    assert sorted(a["headline"] for a in articles) == sorted(title for title, _ in NEWS.values())
    assert {a["revision"] for a in articles} == {1}


def test_a_rewritten_article_is_its_own_next_revision(tmp_path: Path) -> None:
    with TinyPortal(site(plain)) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
        new = "Hochwasser: Elze fällt, die Keller werden leergepumpt"
        portal.site[plain("hochwasser")] = article(new, text="Der Pegel der Elze liegt wieder unter vier Metern.")
        again(tmp_path, portal)
    last = records(tmp_path, "articles")[-1]
    assert (last["headline"], last["revision"]) == (new, 2)


@pytest.mark.parametrize("change", ["slash", "html", "query", "amp"])
def test_a_known_article_is_known_in_every_spelling(tmp_path: Path, change: str) -> None:
    spelled = {"slash": "{}/", "html": "{}.html", "query": "{}?back=/land/&il=c3", "amp": "/amp{}"}[change]
    with TinyPortal(site(plain)) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
        portal.site |= {spelled.format(plain(name)): story(name) for name in NEWS}
        portal.site["/"] = listing("Landbote", *(link(spelled.format(plain(name)), name) for name in NEWS))
        again(tmp_path, portal)
    assert len(records(tmp_path, "articles")) == len(records(tmp_path, "teasers")) == 4


def test_a_slug_follows_the_headline_while_the_id_stays(tmp_path: Path) -> None:
    old, new = "/880177-orgel-klingt-nach-umbau-tiefer", "/880177-jakobikirche-spielt-zum-advent"
    title = "Jakobikirche spielt zum Advent auf der tieferen Orgel"
    with TinyPortal({"/": listing("Landbote", link(old, "orgel")), old: story("orgel")}) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
        portal.site |= {"/": listing("Landbote", link(new, "orgel", title)), new: story("orgel", title=title)}
        portal.site[old] = Answer("", 301, {"Location": new})
        again(tmp_path, portal)
        again(tmp_path, portal)
    articles = records(tmp_path, "articles")
    assert [(a["revision"], a["headline"]) for a in articles] == [(1, NEWS["orgel"][0]), (2, title)]
    assert len({a["id"] for a in articles} | {t["article_id"] for t in records(tmp_path, "teasers")}) == 1


@pytest.mark.parametrize("gone", [404, 410, 302])
@pytest.mark.parametrize("seen_before", [True, False], ids=["seen before it is due", "seen when it is due"])
def test_the_old_slug_of_a_native_id_leads_nowhere(tmp_path: Path, gone: int, seen_before: bool) -> None:
    slugs = [f"/news/{slug}-8801777.html" for slug in ("orgel-klingt-tiefer", "orgel-spielt-zum-advent", "orgel-ruht")]
    titles = [f"{NEWS['orgel'][0]}, Teil {number}" for number in range(3)]
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    data = tmp_path / "data"
    with TinyPortal({}) as portal:
        profile = f"""name = "landbote"
            hosts = ["{portal.origin.removeprefix("http://")}"]
            language = "de"
            timezone = "Europe/Berlin"
            start_urls = ["{portal.url()}"]
            [article]
            url = '^/news/.+-(?P<id>\\d{{7}})\\.html$'"""
        (profiles / "landbote.toml").write_text(profile, encoding="utf-8")
        for at, (slug, title) in enumerate(zip(slugs, titles, strict=True)):
            portal.site |= {old: Answer("", gone, {"Location": "/"} if gone == 302 else {}) for old in slugs[:at]}
            portal.site |= {"/": listing("Landbote", link(slug, "orgel", title)), slug: story("orgel", title=title)}
            for is_due in (False, True) if seen_before else (True,):
                let_time_pass(data, 100 if is_due else 0)
                arguments = ("-s", f"PORTAL_PROFILES={profiles}", "-a", "portal=landbote")
                assert crawl(*SOON, *arguments, data=data).code == 0
    articles = records(data, "articles")
    assert [(each["id"], each["revision"], each["headline"]) for each in articles] == [
        ("landbote:8801777", number + 1, title) for number, title in enumerate(titles)
    ]
    assert articles[-1]["url"] == portal.url(slugs[-1])
    assert known(data)[slugs[-1].rpartition("/")[2]]["status"] == "stored"


def test_two_articles_that_share_a_number_stay_two(tmp_path: Path) -> None:
    """A number before the slug may name a topic."""
    paths = {name: f"/990011/{name}-im-landkreis-heute" for name in NEWS}
    with TinyPortal(
        {"/": listing("Landbote", link(paths["orgel"], "orgel")), paths["orgel"]: story("orgel")}
    ) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
        portal.site |= {paths[name]: story(name) for name in NEWS}
        portal.site["/"] = listing("Landbote", *(link(paths[name], name) for name in NEWS))
        again(tmp_path, portal)
    articles = records(tmp_path, "articles")
    assert sorted(a["headline"] for a in articles) == sorted(title for title, _ in NEWS.values())
    assert len({a["id"] for a in articles}) == 4


def test_the_same_agency_text_under_two_ids_is_two_articles(tmp_path: Path) -> None:
    twin = "/agentur/seilbahn-zum-fichtelkopf-faehrt-wieder-880999.html"
    with TinyPortal(site(numbered)) as portal:
        portal.site |= {
            "/": listing("L", link(numbered("seilbahn"), "seilbahn"), link(twin, "seilbahn")),
            twin: story("seilbahn"),
        }
        crawl(*SOON, data=tmp_path, url=portal.url())
    articles = records(tmp_path, "articles")
    assert len({a["id"] for a in articles}) == 2
    assert sum(a["duplicate_of"] is not None for a in articles) == 1


@pytest.mark.parametrize("parameter", ["sid", "CFID", "rnd", "weiter"])
def test_a_new_parameter_in_every_link_writes_nothing_twice(tmp_path: Path, parameter: str) -> None:
    """Also where nothing but the query names the article, and no address of the portal is canonical."""
    numbers = {name: 51 + at for at, name in enumerate(NEWS)}

    def links() -> list[str]:
        return [link(f"/artikel.php?id={n}&{parameter}={secrets.token_hex(12)}", name) for name, n in numbers.items()]

    class Portal(TinyPortal):
        def answer(self, handler: Any) -> None:
            number = handler.path.partition("id=")[2].partition("&")[0]
            name = next((name for name, n in numbers.items() if str(n) == number), None)
            text = story(name, *links()) if name else listing("Landbote", *links())
            self.site[handler.path] = text if name or handler.path == "/" else Answer("", 404)
            super().answer(handler)

    with Portal({}) as portal:
        ended = crawl(*SOON, data=tmp_path, url=portal.url())
    assert ended.code == 0
    assert manifests(tmp_path)[-1]["finish_reason"] == "finished"
    assert len(records(tmp_path, "articles")) == 4
    assert len(portal.log) < 60


def test_folders_that_nest_without_end_end(tmp_path: Path) -> None:
    names = list(NEWS)

    class Portal(TinyPortal):
        def answer(self, handler: Any) -> None:
            name = next((name for name in names if handler.path.endswith(plain(name))), None)
            links = [link(plain(other)[1:], other) for other in names]
            self.site[handler.path] = story(name, *links) if name else listing("Landbote", *links)
            super().answer(handler)

    with Portal({}) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
    assert manifests(tmp_path)[-1]["finish_reason"] == "finished"
    assert len(records(tmp_path, "articles")) == 4
    assert not doubled([r["id"] for r in records(tmp_path, "teasers")])


def test_one_text_under_ever_new_addresses_is_bounded(tmp_path: Path) -> None:
    words = map("".join, itertools.permutations("abdeilmnorst", 6))
    title = NEWS["orgel"][0]

    class Portal(TinyPortal):
        def answer(self, handler: Any) -> None:
            links = [
                link(
                    f"/{secrets.token_hex(4)}/lage-{next(words)}-im-ueberblick",
                    "orgel",
                    f"{title}, Teil {n}",
                )
                for n in range(3)
            ]
            self.site[handler.path] = story("orgel", *links) if handler.path != "/" else listing("Landbote", *links)
            super().answer(handler)

    with Portal({}) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
    counts = manifests(tmp_path)[-1]["counts"]
    assert manifests(tmp_path)[-1]["finish_reason"] == "finished"
    assert counts["failed/same_text"] > 0
    assert manifests(tmp_path)[-1]["verdict"]["level"] == "warning"
    assert len(portal.log) < 100


def test_several_queries_on_one_page_are_one_target(tmp_path: Path) -> None:
    address = numbered("imkerin")
    links = [
        link(address + query, "imkerin") for query in ("", "?hpt=hp_c1", "?pgtype=Homepage&il=2", "?back=%2Fland%2F")
    ]
    with TinyPortal({"/": listing("Landbote", *links), address: story("imkerin")}) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
        assert [each.partition("?")[0] for each in portal.log].count(address) == 1
    (teaser,) = records(tmp_path, "teasers")
    assert teaser["url"] == portal.url(address)


def test_daily_reports_under_the_number_of_their_topic_are_articles_of_their_own(tmp_path: Path) -> None:
    days = {4: "Donnerstag", 5: "Freitag", 6: "Samstag"}
    with TinyPortal({}) as portal:
        for day, name in days.items():
            title, path = f"Pegel der Elze am {name} gefallen", f"/pegel/840011/elze-faellt-am-{name.lower()}.html"
            text = f"Am {name} stand der Pegel bei {day} Metern. Gemessen wird am Wehr, um sechs Uhr früh."
            report = article(title, text=text, date=f"2025-12-0{day}T08:00:00+01:00")
            portal.site |= {"/": listing("Landbote", f"{path}|{title}"), path: report}
            again(tmp_path, portal)
    assert len({a["id"] for a in records(tmp_path, "articles")}) == 3
    assert not teased_and_stored(tmp_path)


@pytest.mark.parametrize(
    "paths",
    [
        ("/artikel.php?id=5001", "/artikel.php?id=5002"),
        ("/2025/12/05/orgel-klingt-tiefer/", "/2025/12/06/orgel-klingt-tiefer/"),
    ],
    ids=["numbers in queries", "days in paths"],
)
def test_the_same_text_under_another_number_or_day_is_marked(tmp_path: Path, paths: tuple[str, str]) -> None:
    with TinyPortal({"/": listing("L", *(link(path, "orgel") for path in paths))}) as portal:
        portal.site |= {path: story("orgel") for path in paths}
        crawl(*SOON, data=tmp_path, url=portal.url())
    articles = records(tmp_path, "articles")
    assert len({a["id"] for a in articles}) == 2
    assert sum(a["duplicate_of"] is not None for a in articles) == 1


def test_a_canonical_that_names_another_article_counts_where_the_text_is_that_ones(tmp_path: Path) -> None:
    wrong = f'<link rel="canonical" href="{plain("orgel")}">'
    with TinyPortal(site(plain)) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
        # One address shows the other article; the other declares it by mistake.
        portal.site |= {plain("seilbahn"): story("orgel", head=wrong), plain("imkerin"): story("imkerin", head=wrong)}
        again(tmp_path, portal)
    assert len(records(tmp_path, "articles")) == 4
    found = known(tmp_path)
    assert found[plain("seilbahn").rpartition("/")[2]]["status"] == "moved"
    assert found[plain("imkerin").rpartition("/")[2]]["status"] == "stored"


def test_a_notice_in_place_of_articles_with_short_headlines_binds_no_address(tmp_path: Path) -> None:
    headlines = {f"/news/47110{n}.html": title for n, title in enumerate(("Brand in Ulm", "Unfall auf A7"), 30)}
    notice = "/hinweise/wartung-an-unserer-seite-dauert-bis-mitternacht.html"
    name = dict(zip(headlines, ("orgel", "imkerin"), strict=True))
    with TinyPortal({"/": listing("L", *(f"{path}|{title}" for path, title in headlines.items()))}) as portal:
        portal.site |= dict.fromkeys(headlines, Answer("", 302, {"Location": notice}))
        portal.site[notice] = story("seilbahn", title="Wartung an unserer Seite dauert bis Mitternacht")
        crawl(*SOON, data=tmp_path, url=portal.url())
        portal.site |= {path: story(name[path], title=title) for path, title in headlines.items()}
        let_time_pass(tmp_path, 10)
        again(tmp_path, portal)
        portal.site |= dict.fromkeys(headlines, ERRORS["many words"])
        again(tmp_path, portal)
    stored = {a["headline"]: a["revision"] for a in records(tmp_path, "articles")}
    assert {title: stored.get(title) for title in headlines.values()} == dict.fromkeys(headlines.values(), 1)
    assert not teased_and_stored(tmp_path)


def test_news_that_are_rewritten_wholly_are_revised_where_the_teaser_says_so(tmp_path: Path) -> None:
    path, title = "/news/4711050.html", "Nach dem Brand im Sägewerk Ermittler finden die Ursache"
    with TinyPortal({"/": listing("L", link(path, "seilbahn")), path: story("seilbahn")}) as portal:
        crawl(*SOON, data=tmp_path, url=portal.url())
        text = " ".join(["Die Ermittler haben im Sägewerk eine Ursache gefunden, den Brand löste ein Lager aus."] * 6)
        portal.site |= {"/": listing("L", f"{path}|{title}"), path: article(title, text=text, date=None)}
        again(tmp_path, portal)
        let_time_pass(tmp_path, 10)  # it may have been asked for before its teaser was read: then the next visit knows
        again(tmp_path, portal)
    assert [(a["revision"], a["headline"]) for a in records(tmp_path, "articles")] == [
        (1, NEWS["seilbahn"][0]),
        (2, title),
    ]


def test_articles_that_are_too_old_are_no_repeats(tmp_path: Path) -> None:
    paths = {n: f"/land/meldung-{n}-vom-lande-88{n:04}.html" for n in range(45)}
    pages = {path: article(f"Meldung {n} vom Lande", date="2020-01-01T10:00:00+01:00") for n, path in paths.items()}
    last = "/land/noch-eine-meldung-vom-lande-889999.html"
    pages[last] = article("Noch eine Meldung vom Lande", date=None)
    links = (f"{path}|{n}. Meldung vom Lande" for n, path in [*paths.items(), (99, last)])
    with TinyPortal({"/": listing("L", *links), **pages}) as portal:
        crawl(*SOON, "-a", "since=2025-01-01", data=tmp_path, url=portal.url())
    assert [a["headline"] for a in records(tmp_path, "articles")] == ["Noch eine Meldung vom Lande"]
    assert manifests(tmp_path)[-1]["verdict"]["level"] == "ok"
