"""What readers can't see is in no text of an article or teaser, however the markup hides it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import html

from portalcrawl import Reading, read_page
from portalcrawl.extraction.dom.visibility import is_within_hidden
from portalcrawl.extraction.dom.walk import walk_page
from portalcrawl.extraction.rules.profile_rules import read_article
from portalcrawl.extraction.rules.selector_match import lines_of
from portalcrawl.profiles.profile_file import read_profile
from portalcrawl.urls import BaseUrl

URL = "https://www.kuestenbote.example/region/deich-wird-hoeher-481500.html"
FETCHED = datetime(2025, 11, 5, 9, 0, tzinfo=UTC)
TEXT = (
    "Der Deich bei Norderhafen wird bis zum Herbst um einen halben Meter erhöht, wie das Amt am Dienstag mitteilte.",
    "Gebaut wird zuerst am alten Siel, danach bis zur Mole; die Straße dorthin bleibt so lange gesperrt.",
    "Die Kosten von vier Millionen Euro teilen sich Land und Gemeinde, die Anwohner zahlen nichts dazu.",
)
HIDING = (
    *("hidden", "hidden='until-found'", "style='display:none'", "style='color:red; DISPLAY : none !important'"),
    *("style='visibility: hidden'", "style='visibility:collapse'", "class='sr-only'", "class='visually-hidden'"),
    *("class='visuallyhidden'", "class='u-visually-hidden'", "class='screen-reader-text'", "class='screenReaderText'"),
    *("class='hidden'", "class='x d-none'", "class='hide'", "class='is-hidden'", "class='off-screen'"),
    *("class='d-none d-print-block'", "style='position:absolute;left:-9999px'", "style='text-indent:-10000px'"),
    *("style='position:absolute;clip:rect(0 0 0 0)'", "style='clip: rect(1px, 1px, 1px, 1px)'"),
    *("style='clip-path:inset(50%)'", "style='clip-path: inset(100%)'"),
)
SHOWN = (
    *(
        "aria-hidden='true'",
        "class='hidden md:block'",
        "class='d-none d-md-flex'",
        "class='md:hidden'",
        "class='unhide'",
    ),
    *("style='overflow:hidden'", "style='height:0;overflow:hidden;padding-bottom:56%'", "style='left:-12px'"),
    *(
        "hidden id='S:1'",
        "style='display:block'",
        "class='hidden-xs'",
        "class='no-hidden'",
    ),
)


def article(headline: str = "Deich wird höher", body: str = "", more: str = "") -> Reading:
    text = body or "".join(f"<p>{each}</p>" for each in TEXT)
    page = f"<html lang='de'><body><main><article><h1>{headline}</h1>{text}</article></main>{more}</body></html>"
    return read_page(page, URL, fetched=FETCHED, profile=None)


def texts_of(found: Reading) -> str:
    assert found.article is not None
    return " ".join(filter(None, (found.article.headline, found.article.description, found.article.article_body)))


@pytest.mark.parametrize("how", HIDING)
@pytest.mark.parametrize("tag", ["span", "a", "b", "div", "small"])
def test_hidden_text_is_in_neither_headline_nor_body(tag: str, how: str) -> None:
    unseen = f"<{tag} {how}>Geheim </{tag}>"
    body = f"<p>{TEXT[0]}</p><p>{unseen}{TEXT[1]}</p><div {how}><p>Geheim {TEXT[2]}</p></div><p>{TEXT[2]}</p>"
    found = article(f"{unseen}Deich wird höher", body)
    assert "Geheim" not in texts_of(found)
    assert found.article is not None
    assert found.article.headline == "Deich wird höher"
    assert TEXT[1] in texts_of(found)
    assert TEXT[2] in texts_of(found)


@pytest.mark.parametrize("how", SHOWN)
def test_visible_elements_stay(how: str) -> None:
    body = f"<p>{TEXT[0]}</p><p>{TEXT[1]}<span {how}> Offen liegt nur der Weg am Watt.</span></p><p>{TEXT[2]}</p>"
    assert "Offen liegt nur der Weg am Watt." in texts_of(article(body=body))


@pytest.mark.parametrize("how", HIDING[:12])
def test_a_hidden_element_hides_its_descendants(how: str) -> None:
    inner = (
        f"<section {how}><div><blockquote><p>Geheim ist hier ein ganzer Satz, den niemand sieht.</p></blockquote></div>"
    )
    body = f"<p>{TEXT[0]}</p>{inner}</section><p>{TEXT[1]}</p><p>{TEXT[2]}</p>"
    assert "Geheim" not in texts_of(article(body=body))


@pytest.mark.parametrize(
    "closed",
    [
        "<dialog><p>Geheim: {}</p></dialog>",
        "<noscript><p>Geheim: {}</p></noscript>",
        "<template><p>Geheim: {}</p></template>",
        "<ul class='dropdown-menu'><li>Geheim: {}</li></ul>",
        "<div role='dialog' aria-hidden='true'><p>Geheim: {}</p></div>",
        "<ul role='menu' aria-hidden='true'><li>Geheim: {}</li></ul>",
        "<nav hidden><p>Geheim: {}</p></nav>",
    ],
)
def test_closed_dialogs_menus_and_elements_that_browsers_never_show(closed: str) -> None:
    body = f"<p>{TEXT[0]}</p><p>{TEXT[1]}</p>{closed.format(TEXT[2])}<p>{TEXT[2]}</p>"
    assert "Geheim" not in texts_of(article(body=body))


@pytest.mark.parametrize("how", ["hidden", "style='display:none'", "class='d-none'", "class='sr-only'"])
def test_hidden_text_is_in_no_field_of_a_teaser(how: str) -> None:
    card = (
        "<li><a href='/region/neue-meldung-vom-siel-48160{n}.html'><span {how}>Geheim </span><b>Siel</b>"
        "<h3><i {how}>Geheim </i>Meldung Nummer {n} vom alten Siel</h3></a>"
        "<p {how}>Geheim: Text, den niemand sieht.</p><time {how}>vor 2 Stunden</time>"
        "<p>Am Siel wird wieder gebaut, und der Weg ist zu.<span {how}> Geheim</span></p></li>"
    )
    found = article(more=f"<ul>{''.join(card.format(n=n, how=how) for n in (1, 2, 3))}</ul>")
    assert len(found.teasers) == 3
    for number, teaser in enumerate(found.teasers, 1):
        assert teaser.headline == f"Meldung Nummer {number} vom alten Siel"
        assert teaser.snippet == "Am Siel wird wieder gebaut, und der Weg ist zu."
        assert teaser.kicker == "Siel"
        assert teaser.date_published_raw is None


@pytest.mark.parametrize(
    "around", ["<div hidden>", "<dialog>", "<ul class='dropdown-menu'>", "<div style='display:none'>"]
)
def test_links_in_a_closed_menu_are_no_teasers(around: str) -> None:
    links = "".join(
        f"<li><a href='/region/meldung-aus-dem-menue-48170{n}.html'>Eine Meldung Nummer {n} aus dem Menü</a></li>"
        for n in (1, 2, 3)
    )
    assert article(more=f"{around}{links}</{around.strip('<>').split()[0]}>").teasers == []


def test_a_page_that_its_scripts_show_is_read() -> None:
    text = "".join(f"<p>{each}</p>" for each in TEXT)
    for opening, closing in (
        ("<div class='wrapper' style='visibility:hidden'>", "</div>"),
        ("<div hidden>", "</div>"),
        ("<div hidden id='S:0'>", "</div>"),
        ("<section class='hide'>", "</section>"),
    ):
        page = f"<body style='display:none'>{opening}<article><h1>Deich wird höher</h1>{text}</article>{closing}</body>"
        assert TEXT[2] in texts_of(read_page(page, URL, fetched=FETCHED))


def test_a_hidden_consent_dialog_longer_than_the_article_stays_hidden() -> None:
    asking = "<p>Geheim: Wir und unsere Partner verarbeiten Daten auf Ihrem Gerät für viele Zwecke.</p>" * 30
    assert "Geheim" not in texts_of(article(more=f"<div class='cookie-banner' hidden>{asking}</div>"))


def test_profile_rules_find_no_hidden_text() -> None:
    rules = (
        '[article]\nheadline = ["xpath: //h1//text()"]\nkicker = ["css: .kicker"]\narticle_body = ["css: .body p"]\n'
    )
    source = f'name = "kueste"\nhosts = ["www.kuestenbote.example"]\n{rules}'
    profile, faults = read_profile(source.encode(), "kueste", "kueste.toml")
    assert profile is not None
    assert not faults
    root = html.fromstring(
        "<body><div hidden><b class='kicker'>Geheim</b></div>"
        "<h1><i class='sr-only'>Geheim: </i>Deich <b>wird höher</b></h1>"
        "<div class='body'><p>Es wird gebaut.<span hidden>Geheim</span></p><p class='hidden'>Geheim</p></div></body>"
    )
    walk_page(root, BaseUrl(URL, "utf-8"))
    found = read_article(root, profile, URL)
    assert (found.headline, found.kicker, found.body) == ("Deich wird höher", None, ("Es wird gebaut.",))


def test_lines_and_elements_around() -> None:
    root = html.fromstring(
        "<div><p>a<span hidden>x</span><span style='color: red; DISPLAY : none'>y</span><p hidden>z</p>b</div>"
    )
    walk_page(root, BaseUrl(URL, "utf-8"))
    assert lines_of(root) == ["a", "b"]
    assert [is_within_hidden(each) for each in root.iter("span")] == [True, True]
    assert not is_within_hidden(root)


def test_many_hidden_elements_take_no_more_work_than_their_number() -> None:
    many = html.fromstring("<div>" + "<div hidden><p>Text in einem Absatz</p></div>" * 20_000 + "</div>")
    walk_page(many, BaseUrl(URL, "utf-8"))
    assert len(many.xpath("//*[@hidden]")) == 20_000
