"""Whether a page needs a browser, by its HTTP response: a script shell, placeholders, a missing text, a consent
wall."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse
from support.tinyportal import article, listing, page, teasers

from portalcrawl.extraction.needs_browser import needs_browser
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import generic_profile
from portalcrawl.profiles.model import Profile, RenderRules

ARTICLE = "https://bote.example/artikel/der-deich-haelt-auch-die-naechste-flut.html"
LIST = "https://bote.example/stadt/"
SCRIPT = "<script>start()</script>"
DECLARED = '{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Der Deich hält", %s "name": "x"}'
QUESTION = (
    "<h1>Ihre Zustimmung</h1><p>Wir verwenden Cookies. Dafür brauchen wir Ihre Einwilligung. Näheres steht im "
    "Datenschutz.</p><button>Alle akzeptieren</button>"
)
LINKS = [f"/artikel/der-deich-haelt-auch-die-flut-nummer-{n}.html|Der Deich hält Flut {n}" for n in range(5)]


def need(html: str, url: str, profile: Profile | None = None) -> str | None:
    response = HtmlResponse(url, body=html.encode(), encoding="utf-8")
    return needs_browser(Page(response, profile or generic_profile(url)))


def declared(more: str = "", body: str = "") -> str:
    data = f'<script type="application/ld+json">{DECLARED % more}</script>{SCRIPT}'
    return page("Der Deich hält", f"<h1>Der Deich hält</h1>{body}", data)


def with_rules(**rules: object) -> Profile:
    return Profile(name="bote", hosts=("bote.example",), render=RenderRules(**rules))  # type: ignore[arg-type]


@pytest.mark.parametrize("url", [ARTICLE, LIST])
def test_next_to_no_text_and_scripts(url: str) -> None:
    assert need(page("Bote", f'<div id="app"></div>{SCRIPT}'), url) == "script_shell"
    assert need(page("Bote", '<div id="app"></div>'), url) is None, "nothing would come"


def test_boxes_where_teasers_will_be() -> None:
    words = "<p>Die Stadt am Deich: Nachrichten aus allen Vierteln, jeden Tag neu und von hier.</p>" * 4
    boxes = '<div class="card skeleton"></div>' * 4
    assert need(page("Stadt", words + boxes + SCRIPT), LIST) == "placeholders"
    assert need(page("Stadt", words + boxes + teasers(*LINKS) + SCRIPT), LIST) is None, "the teasers are there"
    assert need(page("Stadt", words + boxes), LIST) is None, "no script would fill them"


def test_a_declared_article_without_text() -> None:
    assert need(declared(), ARTICLE) == "missing_body"
    assert need(declared('"articleBody": "%s",' % ("Der Deich hält. " * 40)), ARTICLE) is None
    assert need(declared('"isAccessibleForFree": false,'), ARTICLE) is None, "no way around a paywall"
    assert need(article("Der Deich hält", head=SCRIPT), ARTICLE) is None


def test_a_question_instead_of_the_content() -> None:
    assert need(page("Zustimmung", QUESTION), ARTICLE) == "consent_wall"
    assert need(page("Zustimmung", QUESTION), LIST) == "consent_wall"
    assert need(article("Der Deich hält").replace("</main>", f"{QUESTION}</main>"), ARTICLE) is None
    assert need(listing("Stadt", *LINKS, more=QUESTION), LIST) is None, "a banner over a list is no wall"


def test_more_than_the_page_shows_where_the_profile_knows_the_way() -> None:
    rows = listing("Stadt", *LINKS, more="<button class='mehr'>Mehr</button>")
    assert need(rows, LIST) is None
    assert need(rows, LIST, with_rules(click="button.mehr", click_times=3)) == "more_to_load"
    assert need(rows, LIST, with_rules(click="button.mehr", click_times=0)) is None
    assert need(listing("Stadt", *LINKS), LIST, with_rules(click="button.mehr", click_times=3)) is None
    assert need(rows, LIST, with_rules(click="b:focus-visible", click_times=3)) == "more_to_load", "it may be there"
    assert need(rows, LIST, with_rules(scroll=3)) == "more_to_load"
    paged = listing("Stadt", *LINKS, more='<a rel="next" href="/stadt/?seite=2">weiter</a>')
    assert need(paged, LIST, with_rules(scroll=3)) is None, "the next page is a link"
    assert need(article("Der Deich hält", *LINKS), ARTICLE, with_rules(scroll=3)) is None
