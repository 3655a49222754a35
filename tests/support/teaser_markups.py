"""Ways in which portals write one and the same list of teasers; texts of our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Shown:
    """A teaser as a portal shows it."""

    slug: str
    title: str
    snippet: str
    count: int
    ago: str | None
    picture: str | None = None
    """Text of the picture, where it differs from the title."""

    @property
    def url(self) -> str:
        return f"/news/{self.slug}-70N{len(self.slug):04x}beef{len(self.title):04x}.html"

    @property
    def cut(self) -> str:
        return f"{escape(self.snippet)} […]&nbsp;({self.count:02d})"

    @property
    def alt(self) -> str:
        return escape(self.picture or self.title)


LONG = (
    Shown(
        "stadtrat-beschliesst-neue-buslinie-am-hafen",
        "Stadtrat beschließt neue Buslinie am Hafen",
        "Kiel - Nach vier Stunden Debatte steht fest: Ab dem Frühjahr fährt ein Bus alle zehn Minuten vom Bahnhof zum "
        "Hafen und zurück. Die Mehrheit im Rat war knapp, die Kosten trägt zur Hälfte das Land, und die Opposition",
        0,
        "vor 12 Minuten",
        "Bus am Hafen (Archiv)",
    ),
    Shown(
        "forscher-finden-unbekannten-kaefer-im-moor",
        "Forscher finden unbekannten Käfer im Moor: Was nun daraus folgt",
        "Emden (dpa) - Ein Käfer, den niemand kannte, hält den Bau einer Straße auf. Biologen entdeckten ihn bei einer "
        "Zählung im Moor, nun prüft die Behörde, ob die Trasse verlegt werden muss und wer die Mehrkosten übernimmt",
        4,
        "vor 1 Stunde",
        "Käfer auf einem Blatt",
    ),
    Shown(
        "orchester-spielt-vor-leeren-raengen",
        "Orchester spielt vor leeren Rängen",
        "(BANG) - Das Orchester der Stadt hat sein Konzert vor leeren Rängen gegeben, weil die Karten mit dem falschen "
        "Datum gedruckt waren. Die Musiker nahmen es mit Humor und spielten eine Zugabe für die Platzanweiser, die",
        12,
        "vor 2 Stunden",
        "Dirigentin im leeren Saal",
    ),
)
SHORT = (
    Shown(
        "weizenpreis-faellt-auf-tiefsten-stand-seit-jahren",
        "Weizenpreis fällt auf tiefsten Stand seit Jahren",
        "Hamburg - Der Preis für Weizen ist nach vorläufigen Angaben der Börse am […]".removesuffix(" […]"),
        0,
        None,
    ),
    Shown(
        "torwart-wechselt-nach-zwoelf-jahren-den-verein",
        "Torwart wechselt nach zwölf Jahren den Verein",
        "Bremen (dpa) - Zwölf Jahre stand er im selben Tor, nun geht der Kapitän zu",
        3,
        None,
    ),
    Shown(
        "museum-zeigt-funde-aus-dem-watt",
        "Museum zeigt Funde aus dem Watt",
        "Husum, 05.12.2025 (lifePR) - Scherben, Münzen und ein Schuh aus dem Mittelalter sind",
        1,
        None,
    ),
)
Markup = Callable[[Sequence[Shown]], str]


def img(shown: Shown) -> str:
    return f'<img src="/bilder/{shown.slug}.jpg" alt="{shown.alt}">'


def link(shown: Shown, inner: str, more: str = "") -> str:
    return f'<a href="{shown.url}"{more}>{inner}</a>'


def ago(shown: Shown, tag: str = "span", more: str = "") -> str:
    return f"<{tag}{more}>{shown.ago}</{tag}>" if shown.ago else ""


def each(shown: Sequence[Shown], card: Callable[[Shown], str], between: str = "") -> str:
    return between.join(map(card, shown))


def list_items(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<li><h3>{link(s, s.title)}</h3><p>{s.cut}</p>{ago(s)}</li>"

    return f"<ul>{each(shown, card)}</ul>"


def whole_card_is_link(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return link(s, f"{img(s)}<h4>{s.title}</h4><p>{s.cut}</p>{ago(s, 'time')}")

    return f"<div class='x1'>{each(shown, card)}</div>"


def image_and_title_links(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<article>{link(s, img(s))}<div><b>{link(s, s.title)}</b><br>{s.cut}<br>{ago(s, 'i')}</div></article>"

    return f"<section>{each(shown, card)}</section>"


def empty_overlay(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        texts = f"<header><strong>{s.title}</strong></header><p>{s.cut}</p>{ago(s, 'small')}"
        return f"<article>{link(s, '')}<figure>{img(s)}</figure>{texts}</article>"

    return f"<div>{each(shown, card)}</div>"


def table_rows(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<tr><td>{link(s, img(s))}</td><td>{link(s, s.title)}<br>{s.cut}</td><td>{s.ago or ''}</td></tr>"

    return f"<table>{each(shown, card)}</table>"


def rows_of_a_table(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        head = f"<tr><td rowspan=2>{link(s, img(s))}</td><td>{link(s, s.title)}</td></tr>"
        return f"{head}<tr><td>{s.cut}</td></tr><tr><td>{s.ago or '&nbsp;'}</td></tr>"

    return f"<table>{each(shown, card)}</table>"


def flat_siblings(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<h3>{link(s, s.title)}</h3><p>{s.cut}</p>{ago(s)}"

    return f"<div>{each(shown, card)}</div>"


def flat_time_first(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"{ago(s, 'div', ' class=when')}<div class='t'>{link(s, s.title)}</div><div class='s'>{s.cut}</div>"

    return f"<div>{each(shown, card)}</div>"


def flat_paragraphs(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<p>{link(s, s.title)}</p><p>{s.cut}</p>{ago(s, 'p')}"

    return f"<div>{each(shown, card)}</div>"


def flat_images(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"{link(s, img(s))}<h3>{link(s, s.title)}</h3><p>{s.cut}</p>{ago(s)}"

    return f"<div>{each(shown, card)}</div>"


def single_breaks(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"{link(s, s.title)}<br>{s.cut}<br>{s.ago or ''}<br>"

    return f"<table><tr><td>{each(shown, card)}</td></tr></table>"


def blank_lines(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"{link(s, s.title)}<br>{s.cut}<br>{s.ago or ''}"

    return f"<div>{each(shown, card, '<br><br>')}</div>"


def one_paragraph_each(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<p><b>{link(s, s.title)}</b> {s.cut} <i>{s.ago or ''}</i></p>"

    return f"<div>{each(shown, card)}</div>"


def text_after_link(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<div>{link(s, s.title)} {s.cut}<br>{s.ago or ''}</div>"

    return f"<div>{each(shown, card)}</div>"


def definition_list(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<dt>{link(s, s.title)}</dt><dd>{s.cut}</dd>{ago(s, 'dd')}"

    return f"<dl>{each(shown, card)}</dl>"


def nested_columns(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        left = f"<div class='col-4'><div class='pic'>{link(s, img(s))}</div></div>"
        texts = f"<div><span>{link(s, s.title)}</span></div><div><span>{s.cut}</span></div>{ago(s)}"
        right = f"<div class='col-8'>{texts}</div>"
        return f"<div class='row'>{left}{right}</div>"

    return f"<div class='box'>{each(shown, card)}</div>"


def carousel(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        copy = f"<noscript>{img(s)}</noscript>"
        inner = (
            f"<div class='slide-in'><img data-src='/bilder/{s.slug}.jpg' src='data:image/gif;base64,AA' alt='{s.alt}'>"
        )
        texts = f"{copy}<span class='headline'>{s.title}</span><span class='text'>{s.cut}</span></div>{ago(s)}"
        return f"<div class='slide'>{link(s, inner + texts)}</div>"

    buttons = "<button>zurück</button><button>weiter</button>"
    return f"<div class='swiper'><div class='wrap'>{each(shown, card)}</div>{buttons}</div>"


def read_on_link(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<div class='item'><h2>{s.title}</h2><p>{s.cut}</p>{ago(s)}{link(s, 'Weiterlesen')}</div>"

    return f"<div>{each(shown, card)}</div>"


def advertisements_between(shown: Sequence[Shown]) -> str:
    def card(s: Shown) -> str:
        return f"<div class=item><h3>{link(s, s.title)}</h3><p>{s.cut}</p>{ago(s)}</div>"

    offer = "<a href='https://ads.example.net/1234567-x'>Jetzt sparen beim Strom</a>"
    return f"<div>{each(shown, card, f'<div class=slot><small>Anzeige</small>{offer}</div>')}</div>"


MARKUPS: tuple[Markup, ...] = (
    list_items,
    whole_card_is_link,
    image_and_title_links,
    empty_overlay,
    table_rows,
    rows_of_a_table,
    flat_siblings,
    flat_time_first,
    flat_paragraphs,
    flat_images,
    single_breaks,
    blank_lines,
    one_paragraph_each,
    text_after_link,
    definition_list,
    nested_columns,
    carousel,
    read_on_link,
    advertisements_between,
)
