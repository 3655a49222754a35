"""Rules of a profile on a page: selectors, text patterns, fields in the form that they need."""

from __future__ import annotations

from textwrap import dedent

import pytest
from lxml import html

from portalcrawl.extraction.parts import ArticleParts, ImageParts, TeaserParts
from portalcrawl.extraction.rules.profile_rules import read_article, read_teasers
from portalcrawl.extraction.rules.selector_match import lines_of
from portalcrawl.profiles.model import Profile
from portalcrawl.profiles.profile_file import read_profile

URL = "https://www.x.example/a/b"
PAGE = """<html><head><title>Titel der Seite</title></head><body>
<h1>Rat <em>beschließt</em> Haushalt</h1><h1>Zweite</h1>
<div id=meta>3. Mai 2025, 10:15 Uhr &middot; Quelle: Abendblick</div>
Von Ada Muster und Jo Beispiel<br>Der Rat hat getagt.<br>
<div id=text>Erster Absatz.<br><br>Zweiter <b>Absatz</b>.<p>Dritter Absatz.</p><script>weg()</script></div>
<p>Politik / Rhein/Main / Haushalt</p><p>[3 Kommentare]</p>
<ul id=tags><li>Eins<li> Zwei <li>Eins</ul>
<img src="/a.jpg" alt="Der&nbsp;Saal"><img data-src="b.jpg"><img alt="ohne Adresse">
<time datetime="2025-05-03T10:15">gestern</time></body></html>"""


def profile_of(text: str) -> Profile:
    profile, faults = read_profile(f'name = "x"\nhosts = ["www.x.example"]\n{dedent(text)}'.encode(), "x", "x")
    assert (faults, profile is None) == ([], False)
    assert profile
    return profile


def article(rules: str, page: str = PAGE) -> ArticleParts:
    return read_article(html.fromstring(page), profile_of("[article]\n" + rules), URL)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("css: h1", "Rat beschließt Haushalt"),
        ("css: h1::text", "Rat Haushalt"),
        ("xpath: //h1//text()", "Rat beschließt Haushalt"),
        ("xpath: string(//h1[2])", "Zweite"),
        ("xpath: count(//h1)", "2"),
        ("css: time::attr(datetime)", "2025-05-03T10:15"),
        ("xpath: //*[re:test(name(), '^h1$')][2]", "Zweite"),
        (r"text: Quelle: (\w+)", "Abendblick"),
        (r"text: ^Von (?P<headline>\w+)", "Ada"),
        (r"text: (?<=Haushalt\n)Zweite\n\d+", "Zweite 3"),
        ("text: Titel der Seite", None),
        (r"text: ^Quelle", None),
        ("text: weg", None),
        ("css: h6", None),
    ],
)
def test_a_rule(rule: str, found: str | None) -> None:
    assert article(f"headline = '''{rule}'''").headline == found


def test_the_first_rule_that_finds_anything_counts() -> None:
    rules = '["css: h6", "text: ^Nichts$", "css: h1:nth-of-type(2)", "css: h1"]'
    assert article(f"headline = {rules}").headline == "Zweite"


def test_a_rule_that_fails_on_the_page_finds_nothing() -> None:
    rules = """headline = ["xpath: //h1[re:test('x', string(.))]", "css: h1"]"""
    assert article(rules, "<h1>Rat tagt (</h1>").headline == "Rat tagt ("


@pytest.mark.parametrize(
    "rule",
    ["css: #text", r"text: Getagt|^Der Rat hat getagt\.\n(?:(?P<article_body>[^\n/]+)\n)+(?=Politik)"],
)
def test_paragraphs(rule: str) -> None:
    found = article(f"article_body = '''{rule}'''").body
    assert found == ("Erster Absatz.", "Zweiter Absatz.", "Dritter Absatz.")


def test_lists_of_names() -> None:
    found = article(
        r"""
        keywords = 'text: ^\w+ / .+$'
        authors = 'text: ^Von (.+)$'
        """
    )
    assert found.keywords == ("Politik", "Rhein/Main", "Haushalt")
    assert found.authors == ("Ada Muster", "Jo Beispiel")
    assert article("keywords = 'css: #tags li'").keywords == ("Eins", "Zwei")
    assert article(r"keywords = 'text: Eins\n.+\n.+'").keywords == ("Eins", "Zwei")


def test_numbers_and_flags() -> None:
    found = article(
        r"""
        comment_count = 'text: ^\[.+ Kommentare\]$'
        is_accessible_for_free = "xpath: string(count(//b) = 0)"
        """
    )
    assert (found.comment_count, found.is_accessible_for_free) == (3, False)
    assert article("comment_count = 'css: h1'").comment_count is None


def test_images() -> None:
    found = article("images = 'css: img'").images
    assert found == (
        ImageParts("https://www.x.example/a.jpg", "Der Saal"),
        ImageParts("https://www.x.example/a/b.jpg"),
    )


def test_other_fields() -> None:
    found = article(
        r"""
        date_published = 'text: \d+\. Mai \d{4}, \d\d:\d\d Uhr'
        source = 'text: Quelle: (\w+)'
        section = 'text: ^(\w+) /'
        """
    )
    assert (found.date_published, found.source, found.section) == ("3. Mai 2025, 10:15 Uhr", "Abendblick", "Politik")


def test_no_rules_find_nothing() -> None:
    assert article("") == ArticleParts()


TEASERS = """<div><ul class=new>
<li><a href="/artikel/1"><img src="/1.jpg" alt="Saal"></a><h3>Erster</h3><p>Anfang […]&nbsp;(04)</p>
<i>vor 3 Minuten</i></li>
<li><h3>Ohne Link</h3></li>
<li><h3><a href="/artikel/2">Zweiter</a></h3><span>Plus</span> [7 Kommentare]</li></ul>
<ol><li><a href="/thema/x">Thema</a> <a href="https://x.example/artikel/3">Dritter</a></li></ol></div>"""
RULES = r"""
[article]
url = '^/artikel/(?P<id>\d+)$'
[[teasers]]
block = "new"
root = "css: ul.new li"
headline = "xpath: //h3"
snippet = "css: p"
date_published = "text: ^vor .+$"
image_url = "css: img"
image_caption = "css: img::attr(alt)"
label = "text: ^(Plus)"
comment_count = 'text: \[(\d+) Kommentare\]'
[[teasers]]
block = "more"
root = "xpath: //ol/li"
url = "css: a:last-child"
headline = "css: a:last-child"
"""


def test_teasers() -> None:
    found = read_teasers(html.fromstring(TEASERS), profile_of(RULES), URL)
    host = "https://www.x.example"
    assert found == [
        TeaserParts(
            url=f"{host}/artikel/1",
            headline="Erster",
            snippet="Anfang",
            is_truncated=True,
            date_text="vor 3 Minuten",
            comment_count=4,
            image_url=f"{host}/1.jpg",
            image_caption="Saal",
            block="new",
            position=1,
            source="profile",
        ),
        TeaserParts(
            url=f"{host}/artikel/2",
            headline="Zweiter",
            comment_count=7,
            label="Plus",
            block="new",
            position=2,
            source="profile",
        ),
        TeaserParts(url="https://x.example/artikel/3", headline="Dritter", block="more", position=1, source="profile"),
    ]


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("<p>a<b>b</b> c<br>d<!-- x -->e<p>f", ["ab c", "de", "f"]),
        ("<table><tr><td>1<td>2</table>tail", ["1", "2", "tail"]),
        ("<p>a<script>x</script>b<style>y</style><template>z</template>", ["ab"]),
        ("<p>a\u00a0\u00ad\u200b  b\n\tc<br><br> <br>", ["a b c"]),
        ("a<img alt=x>b<input value=y>", ["ab"]),
        ("", []),
    ],
)
def test_visible_lines(markup: str, lines: list[str]) -> None:
    assert lines_of(html.fromstring(f"<html><body>{markup}</body></html>")) == lines


def test_the_text_after_an_element_is_not_its_own() -> None:
    root = html.fromstring("<p><b>fett</b> danach</p>")
    assert lines_of(root[0]) == ["fett"]


def test_deep_trees_are_read() -> None:
    root = html.Element("div")
    inner = root
    for _ in range(20_000):
        inner = html.etree.SubElement(inner, "div")
    inner.text = "tief"
    assert lines_of(root) == ["tief"]
