"""Pages that no one would write: each shape takes how often something is repeated and gives the body of a page."""

from __future__ import annotations

from collections.abc import Callable

Shape = Callable[[int], str]
SENTENCE = "Der Rat der Stadt hat am Mittwoch beschlossen, das alte Rathaus zu sanieren. "


def link(number: int, text: str = "Der Hafen wird tiefer gegraben") -> str:
    return f'<a href="/region/der-artikel-mit-der-nummer-{481501 + number}.html">{text} {number}</a>'


def linked(start: str, unit: str, end: str) -> Shape:
    """Return a shape that is a block of JSON-LD."""
    return lambda n: f'<script type="application/ld+json">{start}{unit * n}{end}</script>'


def json_ld(field: str, unit: str) -> Shape:
    return linked(f'{{"@type":"NewsArticle","headline":"a","{field}":"', unit, '"}')


def text(unit: str) -> Shape:
    return lambda n: f"<h1>Der Rat tagt</h1><p>{unit * n}</p>"


NESTED: dict[str, Shape] = {
    "elements": lambda n: "<div>" * n + SENTENCE + link(1),
    "elements with text": lambda n: "<div>Wort " * n,
    "inline elements": lambda n: "<p>" + "<b><span>" * (n // 2) + SENTENCE,
    "links": lambda n: "".join(f"<div>{link(i)}" for i in range(n)),
    "lists": lambda n: "<ul><li>Wort" * n + link(1),
    "tables": lambda n: "<table><tr><td>" * n + SENTENCE,
    "hidden": lambda n: "<div hidden>" * n + SENTENCE,
    "articles": lambda n: f"<article>{SENTENCE}" * n,
    "items of microdata": lambda n: "<div itemscope itemtype='http://schema.org/NewsArticle'>" * n + SENTENCE,
    "objects of JSON-LD": linked("", '{"a":', ""),
    "arrays of JSON-LD": linked("", "[", ""),
    "sources of a picture": lambda n: "<picture>" + "<source srcset='/a.jpg'>" * n + "<img src='/b.jpg'>" + link(1),
    "times": lambda n: "<h1>T</h1><p>" + "<i>" * n + "</i><time datetime='2025-12-02T18:15'>2. Dezember</time>" * n,
    "questions for an address": lambda n: SENTENCE + "<div><input type='email'>" * n,
    "copies of the headline": lambda n: "<h1>Der Rat</h1>" + SENTENCE + "<div>" * n + "<a href='/a'>Der Rat</a> am 2.",
    "wrong order": lambda n: "<b><p></b><i></p></i>" * n + SENTENCE,
}
REPEATED: dict[str, Shape] = {
    "paragraphs": lambda n: f"<p>{SENTENCE * 3}</p>" * n,
    "teasers": lambda n: "".join(f"<div>{link(i)}<p>{SENTENCE}</p></div>" for i in range(n)),
    "teasers without wrapper": lambda n: "".join(f"<h3>{link(i)}</h3><p>{SENTENCE} […]</p>" for i in range(n)),
    "links to one article": lambda n: link(1) * n,
    "links in sentences": lambda n: "".join(f"<p>{SENTENCE}{link(i)} und {SENTENCE}</p>" for i in range(n)),
    "headings": lambda n: "<h1>Der Rat tagt im Saal</h1>" * n,
    "line breaks": lambda n: "<br>" * n + SENTENCE,
    "times": lambda n: "<time datetime='2025-12-02T18:15'>2. Dezember</time>" * n,
    "bylines": lambda n: "<h1>T</h1>" + "<p class='author'><a href='/autor/a'>Ada Muster</a></p>" * n,
    "pictures": lambda n: f"<figure><img src='/a.jpg'><figcaption>{SENTENCE}</figcaption></figure>" * n,
    "tags": lambda n: f"<p>{SENTENCE * 5}</p><div class='tags'>" + "<a href='/t'>Rat</a>" * n,
    "meta tags": lambda n: '<meta name="author" content="Ada Muster">' * n,
    "blocks of JSON-LD": lambda n: linked('{"@type":"NewsArticle","headline":"X"}', "", "")(1) * n,
    "pages to turn": lambda n: "".join(f"<a href='?page={i}'>{i}</a>" for i in range(n)),
    "class names": lambda n: f"<div class='{'teaser-title ' * n}'>{link(1)}</div>{link(2)}",
}
LONG: dict[str, Shape] = {
    "text": text(SENTENCE),
    "a word": text("xyz"),
    "spaces": text(" "),
    "digits": text("1"),
    "marks": text(". - · | "),
    "brackets": text("(["),
    "underscores": text("_"),
    "dates": text("01.02.2025, 12:30 Uhr "),
    "names": text("Von Ada Muster und "),
    "a trail": text("Rat / "),
    "a dateline": text("Berlin/"),
    "signs without width": text("\u200b"),
    "entities": text("&amp;lt;"),
    "a title": lambda n: f"<title>{'Rat | ' * n}</title><h1>Rat</h1>",
    "a description": lambda n: f"<meta name='description' content='{SENTENCE * n}'><p>{SENTENCE * n}</p>",
    "an address": lambda n: f"<a href='/region/{'a-' * n}481500.html'>Der Titel ist lang genug</a>",
    "an address in percents": lambda n: f"<a href='/region/{'%25' * n}481500.html'>Der Titel ist lang genug</a>",
    "a query": lambda n: f"<a href='/region/a-b-c-481500.html?{'a=b&' * n}'>Der Titel ist lang genug</a>",
    "a way up": lambda n: f"<a href='{'../' * n}a-b-c-481500.html'>Der Titel ist lang genug</a>",
    "a canonical address": lambda n: f"<link rel='canonical' href='/{'481500-' * n}'>" + "".join(map(link, range(50))),
    "a comment": lambda n: f"<!--{'-' * n}-->{SENTENCE}",
    "authors of JSON-LD": json_ld("author", "Ada Muster und "),
    "keywords of JSON-LD": json_ld("keywords", "rat, markt "),
    "a date of JSON-LD": json_ld("datePublished", "2025-12-01 "),
    "a text of JSON-LD": json_ld("articleBody", "&lt;p&gt;Rat&lt;/p&gt;"),
    "quotes in JSON-LD": json_ld("articleBody", 'a"b '),
    "backslashes in JSON-LD": json_ld("articleBody", "\\x"),
    "line breaks in JSON-LD": json_ld("articleBody", "\n"),
    "commas in JSON-LD": linked('{"@type":"NewsArticle","headline":"a"', ",,", "}"),
    "braces in JSON-LD": linked('{"@type":"NewsArticle"', "}{", ""),
    "comments in JSON-LD": linked("", "/* x */ // y\n", '{"@type":"NewsArticle"}'),
}
SHAPES = {
    f"{kind} {name}": shape
    for kind, shapes in (("nested", NESTED), ("many", REPEATED), ("long", LONG))
    for name, shape in shapes.items()
}
