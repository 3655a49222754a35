"""What makes the parser, or our reading, slower than linear: documents that grow, written down and random ones.

    python benchmarks/fuzz.py [--largest 40000] [--random 300] [--seed 1] [--write]

Each document is made of one unit that is repeated, twice as often again and again. The parser is asked directly, also
for documents that the crawl refuses (``too_complex``); of these nothing is read. CPU time, the least of two.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from itertools import pairwise

from lxml import etree
from places import machine, write_section
from scrapy.http import HtmlResponse

from portalcrawl.extraction.dom.complexity import is_too_complex
from portalcrawl.extraction.needs_browser import needs_browser
from portalcrawl.extraction.page import Page
from portalcrawl.extraction.pagination import next_page
from portalcrawl.loaders.article import load_article
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.loaders.teaser import load_teasers
from portalcrawl.profiles.catalog import generic_profile

URL = "https://www.portal.example/region/ein-anderer-artikel-der-hier-steht-481500.html"
PROFILE = generic_profile(URL)
CRAWL = CrawlContext(run="20251205T101500Z-abcdef")
LEAST = 0.02
"""CPU seconds below which a growth says nothing."""
FAST = 3.0
"""Growth at a doubling, twice in a row, from which a document is named: 2 is linear, 4 the square."""

UNITS: dict[str, tuple[str, str, str]] = {
    # start, what is repeated (# is its number), end
    "attributes of one element": ("<p ", "a#=1 ", ">x"),
    "attributes without value": ("<p ", "a# ", ">x"),
    "attributes with a > each": ("<p ", "a#='>' ", ">x"),
    "one attribute again and again": ("<p ", "a=1 ", ">x"),
    "attributes of html": ("", "<html a#=1>", "<p>x"),
    "attributes of an end tag": ("<p>x</p ", "a#=1 ", ">"),
    "an attribute that never ends": ("", "<p a='x>", ""),
    "elements in each other": ("", "<div>", "x"),
    "elements, wrongly ended": ("", "<div></p></span></b>", ""),
    "unclosed formatting": ("", "<p><b>", "x"),
    "formatting over paragraphs": ("", "<b><p>x</b>", ""),
    "links in links": ("", "<a href='/x'>y ", ""),
    "unknown elements": ("", "<x-#>y</x-#>", ""),
    "tables in tables": ("", "<table><tr><td>", "x"),
    "rows": ("<table>", "x<tr><td>y", ""),
    "lists": ("", "<ul><li>x", ""),
    "options": ("<select>", "<option>x", ""),
    "forms": ("", "<form><input type=email></form>", ""),
    "frames": ("", "<iframe src='/x'></iframe>", ""),
    "a frame that never ends": ("", "<iframe src='/x'>", ""),
    "a script": ("<script>", "if (a<b) </scrip ", "</script>"),
    "scripts that never end": ("", "<script><!--<script>", ""),
    "a style": ("<style>", "a{b:c} </styl ", "</style>"),
    "a title": ("<title>", "x &amp; </titl ", "</title>"),
    "a text area": ("<textarea>", "</textare ", ""),
    "comments": ("", "<!-- x -->", "<p>x"),
    "comments that never end": ("", "<!--x- ", ""),
    "wrong comments": ("", "<!x --!> <?y >", "<p>x"),
    "CDATA": ("", "<![CDATA[x", ""),
    "angle brackets": ("<p>", "< ", ""),
    "ends of nothing": ("<p>", "</", ""),
    "entities": ("<p>", "&amp;&notit&#65;", ""),
    "one entity": ("<p>&", "a", ";"),
    "one text": ("<p>", "Der Rat tagt ", ""),
    "one word": ("<p>", "x", ""),
    "spaces": ("<p>x", " ", "x"),
    "line ends": ("<p>x", "\r\n", "x"),
    "one attribute": ("<p title='", "x&amp;\r\n", "'>y"),
    "a name": ("<", "x", ">"),
    "prefixes": ("", "<p xmlns:a#='x'><a#:b>y", ""),
    "ids": ("", "<p id=a#>x", ""),
    "base elements": ("", "<base href='/x/#/'>", "<a href='y'>x</a>"),
    "meta refreshes": ("", "<meta http-equiv=refresh content='5;url=/y#'>", "<p>x"),
    "charsets": ("", "<meta charset=utf-8>", "<p>x"),
    "headings": ("", "<h1>x", ""),
    "headings, closed": ("", "<h1>Der Rat tagt</h1>", ""),
    "a list of links": ("<ul>", "<li><a href='/region/a-b-c-48150#.html'>Der Rat tagt zum Thema #</a>", ""),
    "JSON-LD, deep": ("<script type='application/ld+json'>", '{"a":[', "</script>"),
    "JSON-LD, long": (
        '<script type="application/ld+json">[',
        '{"@type":"NewsArticle","headline":"x#"},',
        "{}]</script>",
    ),
    "JSON-LD, broken": (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"',
        'a"b\\',
        '"}</script>',
    ),
    "bylines in a row": ("<h1>T</h1><div class='author'>", "Montag <hr>", ""),
    "bylines in boxes": ("<h1>T</h1><div class='author'>", "<div class='author'>Von Ada Muster <strong>", ""),
}
TAGS = (
    *("p", "div", "span", "b", "i", "a", "h1", "h2", "ul", "li", "dl", "dt", "dd", "table", "tr", "td", "article"),
    *("section", "header", "footer", "nav", "aside", "figure", "figcaption", "img", "picture", "source", "video"),
    *("iframe", "form", "input", "button", "select", "option", "textarea", "label", "time", "meta", "link", "base"),
    *("script", "style", "noscript", "title", "body", "br", "hr", "svg", "blockquote", "pre", "font", "address"),
)
GIVEN = (
    *("class='teaser'", "class='author'", "hidden", "style='display:none'", "id=a#", "itemprop=author", "itemscope"),
    *("href='/region/a-b-c-d-48150#.html'", "datetime='2025-12-02T18:15'", "content='x y'", "property='og:title'"),
    *("name=author", "rel=canonical", "src='/a#.jpg'", "srcset='/a.jpg 1x, /b.jpg 2x'", "alt='Bild'", "type=email"),
    *("type='application/ld+json'", "title='x'"),
)
TEXTS = (
    *(
        "Der Rat der Stadt hat am Mittwoch beschlossen. ",
        "Wort# ",
        "2. Dezember 2025 ",
        "vor 2 Stunden ",
        "1",
        "a",
        "ä",
    ),
    *("02.12.25 18:15 Uhr ", "Von Ada# Muster ", "Berlin (dpa) - ", ".", ",", "–", "|", "·", ": ", "\t", "(", "]", "/"),
    *("&nbsp;", "&lt;p&gt;", "Mehr ", "Foto: ", "© ", "Anzeige", "3 Kommentare", "[…]", "😀", "Stand: ", "gestern"),
    *("Montag ", "http://a.b/c ", "*", '"', "'", "{", "}", "<!--x-->", "\\", "Dr. ", " und "),
    '{"@type":"NewsArticle","headline":"a"}',
)
STARTS = (
    "",
    "<html><body><h1>Der Rat tagt heute</h1>",
    "<html><body><article><h1>Der Rat tagt heute</h1><p>",
    "<h1>T</h1><div class='author'>",
    "<ul><li>",
    "<div hidden>",
    "<title>",
    "<a href='/region/a-b-c-d-481501.html'>",
    "<meta name=description content='",
    '<script type=\'application/ld+json\'>{"@type":"NewsArticle","headline":"',
)


def document(start: str, unit: str, end: str) -> Callable[[int], str]:
    """Return a function that makes a document with a given number of units."""
    if "#" in unit:
        return lambda size: start + "".join(unit.replace("#", str(number)) for number in range(size)) + end
    return lambda size: start + unit * size + end


def random_document(seed: int) -> Callable[[int], str]:
    """Return a function that makes a random document: up to three units of up to six parts, one after the other."""
    chance = random.Random(seed)

    def part() -> str:
        kind = chance.random()
        if kind < 0.4:
            return f"<{' '.join([chance.choice(TAGS), *chance.sample(GIVEN, chance.choice([0, 0, 1, 1, 2]))])}>"
        return f"</{chance.choice(TAGS)}>" if kind < 0.6 else chance.choice(TEXTS)

    start = chance.choice(STARTS)
    units = [
        "".join(part() for _ in range(chance.choice([1, 1, 2, 2, 3, 4, 6]))) for _ in range(chance.choice([1, 1, 2, 3]))
    ]
    makers = [document("", unit, "") for unit in units]
    return lambda size: start + "".join(make(size // len(makers)) for make in makers)


def costs(markup: bytes) -> tuple[float, float]:
    """Return the CPU seconds that parsing takes, and all else that a crawl does with the page."""
    began = time.process_time()
    etree.fromstring(markup, parser=etree.HTMLParser(encoding="utf-8", huge_tree=True))
    parsed = time.process_time() - began
    page = Page(HtmlResponse(URL, body=markup, encoding="utf-8"), PROFILE)
    began = time.process_time()
    needs_browser(page)
    if page.page_type == "article":
        load_article(page, CRAWL)
    load_teasers(page, CRAWL)
    next_page(page)
    return parsed, time.process_time() - began


def measure(make: Callable[[int], str], largest: int) -> tuple[list[float], list[float], bytes]:
    """Return the costs of a quarter, half and all of the units, of parsing and of reading, and the largest document."""
    parsing, reading, markup = [], [], b""
    for size in (largest // 4, largest // 2, largest):
        markup = make(size).encode("utf-8", "ignore")
        both = [costs(markup) for _ in range(2)]
        parsing.append(min(parsed for parsed, _ in both))
        reading.append(min(read for _, read in both))
    return parsing, reading, markup


def is_fast_growing(found: list[float]) -> bool:
    """Return whether a cost grew faster than the document at both doublings."""
    return found[-1] >= LEAST and all(after >= FAST * max(before, LEAST / 8) for before, after in pairwise(found))


def shown(found: list[float]) -> str:
    growth = f"{found[-1] / found[-2]:.1f}" if found[-1] >= LEAST else "–"
    return f"{found[-1]:.3f} | {growth}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=40_000, help="repetitions at most (default: %(default)s)")
    parser.add_argument("--random", type=int, default=300, help="random documents (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="number of the first of them")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    args = parser.parse_args()
    lines = ["| page | MB | parser, CPU s | growth | reading, CPU s | growth | |", "|---|---:|---:|---:|---:|---:|---|"]
    for name, unit in UNITS.items():
        parsing, reading, markup = measure(document(*unit), args.largest)
        said = "refused" if is_too_complex(markup) else ""
        said = said or ("faster than linear" if is_fast_growing(parsing) or is_fast_growing(reading) else "")
        lines.append(f"| {name} | {len(markup) / 1e6:.1f} | {shown(parsing)} | {shown(reading)} | {said} |")
        print(lines[-1], flush=True)
    fast = []
    for seed in range(args.seed, args.seed + args.random):
        parsing, reading, markup = measure(random_document(seed), args.largest)
        if not is_too_complex(markup) and (is_fast_growing(parsing) or is_fast_growing(reading)):
            fast.append(f"document {seed} (parser {shown(parsing)}, reading {shown(reading)})")
            print(fast[-1], random_document(seed)(3), flush=True)
    head = f"## Documents that grow\n\nMade by `python benchmarks/fuzz.py --write`: {machine('lxml')}"
    note = f"""Each page repeats one unit {args.largest:,} times. The growth is that of the last doubling: 2 is
linear, 4 quadratic, – too fast to measure. Refused pages (`too_complex`) are parsed by this program only.
Of {args.random} random documents, {len(fast)} cost more than linear: {", ".join(fast) or "none"}."""
    if args.write:
        write_section("fuzz", "\n\n".join([head, note, "\n".join(lines)]))


if __name__ == "__main__":
    main()
