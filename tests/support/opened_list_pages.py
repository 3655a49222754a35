"""List pages that could be taken for an article, since they have much text of their own or of their articles."""

from __future__ import annotations

from support.list_pages import SUBJECTS, ListPage, cards, document

DAYS = (
    "Die Arbeiten begannen im Frühjahr und dauerten länger als geplant, weil der Boden an vielen Stellen nachgab.",
    "Wer am Kai wohnt, hörte die Bagger bis in die Nacht, und mancher zog für Wochen zu Verwandten ins Hinterland.",
    "Am Ende fanden die Taucher sogar einen Anker aus der Zeit der Segler, der nun vor dem Museum liegen soll.",
    "Die Stadt rechnet damit, dass die ersten großen Schiffe im Sommer festmachen, wenn auch die Kräne stehen.",
    "Bis dahin bleibt die Brücke für Autos gesperrt; Fußgänger kommen über einen Steg aus Holz ans andere Ufer.",
    "Wer wissen will, was das alles kostet, findet die Rechnung im Rathaus an der Wand, neben dem Plan der neuen Kais.",
    "Die Möwen scheint der Umbau nicht zu stören: Sie sitzen auf den Baggern wie vorher auf den Pfählen der Fischer.",
    "Im Rat war die Sache umstritten, doch zuletzt stimmten alle zu, auch jene, die ein kleineres Becken wollten.",
)


def _paragraphs(number: int) -> str:
    return "".join(f"<p>{text}</p>" for text in DAYS[:number])


def _simple(_: int, url: str, title: str, snippet: str, kicker: str) -> str:
    return f"<article><b>{kicker}</b><h3><a href='{url}'>{title}</a></h3><p>{snippet}</p></article>"


def _dated(number: int, url: str, title: str, snippet: str, _: str) -> str:
    when = f"<span class='date'>0{number + 1}.11.2025</span>"
    return f"<div class='entry'>{when}<h3><a href='{url}'>{title}</a></h3><p>{snippet}</p></div>"


def _line(number: int, url: str, title: str, _: str, __: str) -> str:
    return f"<li>0{number + 1}.11.2025 <a href='{url}'>{title}</a></li>"


def page_of_an_author() -> ListPage:
    """Says who she is, and lists what she wrote."""
    about = f"<section><h1>Jo Muster</h1><p>Redakteurin, Ressort Hafen</p>{_paragraphs(8)}</section>"
    head = "<title>Jo Muster | Küstenbote</title><meta property='og:type' content='profile'>"
    return ListPage("/autoren/jo-muster", document(head, f"<main>{about}<h2>Artikel</h2>{cards(_dated)}</main>"))


def page_of_an_author_in_lines() -> ListPage:
    """The articles are only dated headlines, so that most of the text is about the author."""
    about = f"<section><h1>Jo Muster</h1><p>Redakteurin</p>{_paragraphs(8)}</section>"
    return ListPage("/autoren/jo-muster", document("", f"<main>{about}<h2>Artikel</h2><ul>{cards(_line)}</ul></main>"))


def topic_with_an_introduction() -> ListPage:
    """The introduction has a date of its last change."""
    intro = f"<header><h1>Hafenbecken</h1><p>Stand: 4. November 2025</p>{_paragraphs(8)}</header>"
    head = "<title>Hafenbecken: alle Nachrichten</title><meta property='og:type' content='website'>"
    return ListPage("/thema/hafenbecken", document(head, f"<main>{intro}{cards(_simple)}</main>"))


def section_with_an_introduction_after_its_list() -> ListPage:
    """There is a text for search engines under the list."""
    body = f"<main><h1>Hafen</h1>{cards(_dated)}<section><h2>Über den Hafen</h2>{_paragraphs(8)}</section></main>"
    return ListPage("/hafen/", document("<title>Hafen | Küstenbote</title>", body))


def month_of_an_archive() -> ListPage:
    body = f"<main><h1>November 2025</h1><p>Alle Meldungen des Monats.</p><ul>{cards(_line)}</ul></main>"
    return ListPage("/archiv/2025/11/", document("<title>Archiv</title>", body))


def news_ticker() -> ListPage:
    """Each message with its time and most of its text."""

    def card(number: int, url: str, title: str, snippet: str, kicker: str) -> str:
        text = f"<p>{snippet}</p><p>{DAYS[number % 8]}</p>"
        return f"<li><time>1{number}:05 Uhr</time> <h3><a href='{url}'>{kicker}: {title}</a></h3>{text}</li>"

    body = f"<main><h1>Newsticker</h1><p>Mittwoch, 5. November 2025</p><ul>{cards(card)}</ul></main>"
    return ListPage("/newsticker/", document("<title>Newsticker</title>", body))


def section_with_one_article_opened() -> ListPage:
    """The page has the whole first article, and the others as cards."""
    slug, title, _ = SUBJECTS[0]
    opened = (
        f"<article class='top'><h2><a href='/region/{slug}-481500.html'>{title}</a></h2>"
        f"<p class='meta'>Von Jo Muster | 4. November 2025, 18:15 Uhr</p>{_paragraphs(8)}{_paragraphs(8)}</article>"
    )
    rest = cards(_simple).partition("</article>")[2]
    return ListPage("/region/", document("<title>Region</title>", f"<main><h1>Region</h1>{opened}{rest}</main>"))


def blog_of_whole_posts() -> ListPage:
    """Posts in full length, each with a headline that links to it, a day and an author."""

    def card(number: int, url: str, title: str, _: str, kicker: str) -> str:
        meta = f"<p class='meta'>{number + 1}. November 2025 von Jo Muster</p>"
        text = "".join(f"<p>{kicker} {part}: {line}</p>" for part, line in enumerate(DAYS))
        return f"<article class='post'><h2><a href='{url}'>{title}</a></h2>{meta}{text}</article>"

    return ListPage("/blog/", document("<title>Blog</title>", f"<main><h1>Blog</h1>{cards(card)}</main>"))


def search_results_in_long_pieces() -> ListPage:
    def card(number: int, url: str, title: str, snippet: str, _: str) -> str:
        found = f"… {snippet} … {DAYS[number % 8]} …"
        return f"<li><h3><a href='{url}'>{title}</a></h3><p>{found}</p><small>0{number + 1}.11.2025</small></li>"

    form = "<form><input name='q' value='Hafen'></form><h1>Suche nach Hafen</h1><p>8 Treffer</p>"
    return ListPage("/suche/?q=Hafen", document("<title>Suche</title>", f"<main>{form}<ol>{cards(card)}</ol></main>"))


OPENED_LIST_PAGES = (
    page_of_an_author,
    page_of_an_author_in_lines,
    topic_with_an_introduction,
    section_with_an_introduction_after_its_list,
    month_of_an_archive,
    news_ticker,
    section_with_one_article_opened,
    blog_of_whole_posts,
    search_results_in_long_pieces,
)
