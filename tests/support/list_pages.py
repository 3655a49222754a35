"""List pages as portals write them: front page, section, topic, archive, search result; texts of our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SUBJECTS = (
    ("hafenbecken-wird-tiefer-gegraben", "Hafenbecken wird tiefer gegraben", "Schifffahrt"),
    ("schule-am-deich-bekommt-neues-dach", "Schule am Deich bekommt neues Dach", "Bildung"),
    ("wanderer-retten-reh-aus-dem-kanal", "Wanderer retten Reh aus dem Kanal", "Natur"),
    ("kantine-streicht-das-schnitzel-vom-plan", "Kantine streicht das Schnitzel vom Plan", "Alltag"),
    ("chor-der-feuerwehr-gewinnt-wettbewerb", "Chor der Feuerwehr gewinnt Wettbewerb", "Musik"),
    ("neue-faehre-legt-zur-ersten-fahrt-ab", "Neue Fähre legt zur ersten Fahrt ab", "Verkehr"),
    ("imker-meldet-ernte-wie-seit-jahren-nicht", "Imker meldet Ernte wie seit Jahren nicht", "Land"),
    ("rathausuhr-geht-seit-gestern-wieder-richtig", "Rathausuhr geht seit gestern wieder richtig", "Stadt"),
)
SNIPPET = (
    "Lange war darüber gestritten worden, nun ging es überraschend schnell: {} Die Beteiligten zeigen sich zufrieden, "
    "doch wer am Ende die Rechnung bezahlt, steht noch nicht fest."
)


@dataclass(frozen=True)
class ListPage:
    """A page by its address and HTML."""

    path: str
    html: str


def cards(card: Callable[[int, str, str, str, str], str]) -> str:
    return "".join(
        card(number, f"/region/{slug}-{481500 + number}.html", title, SNIPPET.format(title + "."), kicker)
        for number, (slug, title, kicker) in enumerate(SUBJECTS)
    )


def document(head: str, body: str) -> str:
    menu = "".join(
        f"<li><a href='/{name}/'>{name.title()}</a></li>" for name in ("region", "sport", "kultur", "wissen")
    )
    return f"<html><head>{head}</head><body><nav><ul>{menu}</ul></nav>{body}<footer>Impressum</footer></body></html>"


def front_page() -> ListPage:
    def card(_: int, url: str, title: str, snippet: str, kicker: str) -> str:
        inside = f"<span class='kicker'>{kicker}</span><h2>{title}</h2><p>{snippet}</p>"
        return f"<article><a href='{url}'>{inside}</a></article>"

    head = "<title>Küstenbote</title><meta property='og:type' content='website'>"
    return ListPage("/", document(head, f"<main><section><h2>Aktuell</h2>{cards(card)}</section></main>"))


def section_typed_as_article() -> ListPage:
    def card(_: int, url: str, title: str, snippet: str, kicker: str) -> str:
        return f"<div class='teaser'><div>{kicker}</div><h3><a href='{url}'>{title}</a></h3><p>{snippet}</p></div>"

    head = "<title>Region | Küstenbote</title><meta property='og:type' content='article'>"
    return ListPage("/region/", document(head, f"<main><h1>Region</h1>{cards(card)}</main>"))


def section_with_a_long_address() -> ListPage:
    def card(number: int, url: str, title: str, snippet: str, _: str) -> str:
        when = f"<time datetime='2025-11-0{number + 1}T08:00:00+01:00'>0{number + 1}.11.2025</time>"
        return f"<li><a href='{url}'>{title}</a>{when}<p>{snippet}</p></li>"

    head = (
        "<title>Hafen und Meer</title><meta property='og:type' content='article'>"
        '<script type="application/ld+json">{"@type": "CollectionPage", "name": "Hafen und Meer"}</script>'
    )
    body = f"<main><h1>Hafen und Meer</h1><p>Alles vom Wasser.</p><ul>{cards(card)}</ul></main>"
    return ListPage("/region/nachrichten-vom-hafen-und-vom-meer-der-kueste-10023/", document(head, body))


def old_list_of_lines() -> ListPage:
    def card(number: int, url: str, title: str, snippet: str, _: str) -> str:
        return f"<a href='{url}'>{title}</a><br>{snippet} [...] (0{number})<br>vor {number + 1} Stunden<br><br>"

    body = f"<table><tr><td><b>Nachrichten</b><br><br>{cards(card)}</td></tr></table>"
    return ListPage("/nachrichten/", document("<title>Nachrichten</title>", body))


def archive_of_a_blog() -> ListPage:
    def card(number: int, url: str, title: str, snippet: str, kicker: str) -> str:
        meta = f"<p class='meta'>Veröffentlicht am {number + 1}. November 2025 von <a href='/author/jo/'>Jo</a></p>"
        more = f"<a class='more-link' href='{url}'>Weiterlesen</a>"
        text = f"<div class='entry-summary'><p>{snippet} {snippet} {more}</p></div>"
        topic = f"<footer><a href='/category/{kicker.lower()}/'>{kicker}</a></footer>"
        return f"<article class='post'><h2><a href='{url}'>{title}</a></h2>{meta}{text}{topic}</article>"

    body = f"<main><header><h1>Kategorie: Küste</h1></header>{cards(card)}</main>"
    pages = (
        "<nav class='pagination'><a href='/category/kueste/page/2/'>2</a><a href='/category/kueste/page/3/'>3</a></nav>"
    )
    return ListPage("/category/kueste/", document("<title>Küste</title>", body + pages))


def search_results() -> ListPage:
    def card(_: int, url: str, title: str, snippet: str, kicker: str) -> str:
        return f"<div class='hit'><p><a href='{url}'>{title}</a></p><p>{snippet}</p><p>{kicker} | 4.11.2025</p></div>"

    form = "<form><input name='q' value='Fähre'></form><p>8 Treffer für Fähre</p>"
    return ListPage("/suche?q=F%C3%A4hre", document("<title>Suche</title>", f"{form}<div>{cards(card)}</div>"))


def topic_page() -> ListPage:
    def card(_: int, url: str, title: str, snippet: str, kicker: str) -> str:
        link = f"<a class='overlay' href='{url}' aria-label='{title}'></a>"
        texts = f"<small>{kicker}</small><strong class='title'>{title}</strong><em>{snippet}</em>"
        return f"<li class='tile'>{link}{texts}</li>"

    intro = (
        "<p>Auf dieser Seite finden Sie alle Berichte über die Fähren der Küste, von der Planung bis zum Betrieb.</p>"
    )
    body = f"<main><h1>Fähren</h1>{intro}<ol>{cards(card)}</ol></main>"
    return ListPage("/thema/faehren", document("<meta property='og:type' content='article'>", body))


LIST_PAGES = (
    front_page,
    section_typed_as_article,
    section_with_a_long_address,
    old_list_of_lines,
    archive_of_a_blog,
    search_results,
    topic_page,
)
