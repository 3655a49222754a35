"""The one walk over a page: blocks, boxes, links, times, and what is hidden."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from portalcrawl.extraction.dom.blocks import Block, Box, Place
from portalcrawl.extraction.dom.name_roles import (
    HEAD,
    PART,
    WHOLE,
    content_words,
    last_words,
    name_shape,
    names_role,
    possible_kind,
)
from portalcrawl.extraction.dom.walk import Walk, walk_page
from portalcrawl.urls import BaseUrl

BASE = BaseUrl("https://www.seenbote.example/hafen/", "utf-8")


def walk(markup: str) -> Walk:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = etree.fromstring(f"<html><body>{markup}".encode(), parser=parser)
    return walk_page(root, BASE)


def texts(markup: str) -> list[str]:
    return [block.text for block in walk(markup).blocks if block.text]


def kinds(markup: str) -> list[str]:
    return [block.kind for block in walk(markup).blocks]


def only(markup: str) -> Block:
    (block,) = walk(markup).blocks
    return block


def box_of(found: Walk, tag: str) -> Box:
    return next(box for box in found.boxes if box.tag == tag)


def test_a_line_ends_at_blocks_and_breaks() -> None:
    markup = "Vorweg<div>Eins <b>zwei</b><br>drei<p>vier</p>f&uuml;nf</div>danach"
    assert texts(markup) == ["Vorweg", "Eins zwei", "drei", "vier", "fünf", "danach"]


def test_line_breaks_before_a_line_are_counted() -> None:
    assert [block.breaks for block in walk("<p>a<br>b<br><br>c</p><p>d</p>").blocks] == [0, 1, 2, 0]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p> Der\n\t Rat&nbsp; tagt </p>", "Der Rat tagt"),
        ("<p>Bundes\u00adtag\u200b berät\ufeff</p>", "Bundestag berät"),
        ("<p>Ein<!-- x --> Wort</p>", "Ein Wort"),
        ("<p><span>H</span>eute im Hafen</p>", "Heute im Hafen"),
        ("<p>Satz mit <x-term>Begriff</x-term> darin</p>", "Satz mit Begriff darin"),
        ("<p>市政厅\u3000开会</p>", "市政厅 开会"),
    ],
)
def test_text_is_normalised(markup: str, text: str) -> None:
    assert only(markup).text == text


def test_parts_of_a_row_are_parted_outside_of_texts_only() -> None:
    assert texts("<div><span>Kicker</span><span>Titel</span></div>") == ["Kicker Titel"]
    assert texts("<p><b>Wort</b><i>teil</i></p>") == ["Wortteil"]


def test_text_of_styles_and_data_counts_nowhere() -> None:
    found = walk(
        "<div><style>a{color:red}</style>Text<script>{}</script><template><p>x</p></template>"
        "<svg><text>y</text></svg><textarea>z</textarea></div>"
    )
    assert [block.text for block in found.blocks if block.text] == ["Text"]
    assert found.boxes[0].chars == 4


def test_objects_are_blocks_of_their_own() -> None:
    markup = "<h2>T</h2><img src='a.jpg'><hr><video></video><iframe></iframe><input><input type='hidden'>"
    assert kinds(markup) == ["heading", "picture", "rule", "media", "media", "control"]


def test_a_picture_does_not_end_a_line() -> None:
    assert [(block.kind, block.text) for block in walk("<p>Ein <img src='a.gif'> Bild</p>").blocks] == [
        ("picture", ""),
        ("line", "Ein Bild"),
    ]


def test_a_noscript_picture_counts_if_no_other_is_beside_it() -> None:
    found = walk("<p>a</p><noscript><img src='lead.jpg'><p>x</p></noscript><p>b</p>")
    assert [(block.kind, block.text) for block in found.blocks] == [("line", "a"), ("picture", ""), ("line", "b")]
    assert kinds("<div><img src='a.jpg'><noscript><img src='a.jpg'></noscript></div>") == ["picture"]


def test_headings_keep_their_level_in_inner_boxes() -> None:
    found = walk("<h3><div>Innen</div></h3><div role='heading' aria-level='4'>Zwei</div><p>Text</p>")
    assert [(block.kind, block.level) for block in found.blocks] == [("heading", 3), ("heading", 2), ("line", 0)]


def test_a_link_over_several_blocks_is_known_to_all() -> None:
    found = walk("<p>vor</p><a href='../x?a=1'><h3>Titel</h3><p>Text</p><img src='a'></a><p>nach</p>")
    (link,) = found.links
    assert (link.first, link.last) == (1, 4)
    assert [link in block.links for block in found.blocks] == [False, True, True, True, False]
    assert link.href == "../x?a=1"
    assert [block.link_share for block in found.blocks] == [0, 1, 1, 0, 0]


def test_links_within_a_line_have_their_share() -> None:
    found = walk("<p>Der <a href='/a'>Rat</a> und <a href='/b'>das <b>Amt</b></a><a name='x'>ok</a></p>")
    (block,) = found.blocks
    assert [link.href for link in block.links] == ["/a", "/b"]
    assert (block.link_chars, block.link_share) == (9, 9 / 17)
    assert [(link.first, link.last) for link in found.links] == [(0, 1), (0, 1)]


def test_links_reach_their_line_over_pictures_in_it() -> None:
    found = walk("<p><a href='/a'>Rat <img src='a'></a> und <a href='/b'>Amt</a><img src='b'><img src='c'></p>")
    line = found.blocks[-1]
    assert [block.kind for block in found.blocks] == ["picture", "picture", "picture", "line"]
    assert all(link.first <= line.index < link.last for link in line.links)


def test_bold_elements_hold_whole_lines_or_parts() -> None:
    found = walk("<p><b>Ganz <i>fett</i></b></p><p>Halb <strong>fett</strong></p><p><em>schräg</em></p>")
    assert [block.is_bold for block in found.blocks] == [True, False, False]


def test_times_for_machines_are_found_with_their_place() -> None:
    found = walk(
        "<p>vor</p><div><time datetime='2025-03-04'></time>Text <b data-time='1741064760'>x</b></div><p>nach</p>"
    )
    assert [(time.attribute, time.value, time.block) for time in found.times] == [
        ("datetime", "2025-03-04", 1),
        ("data-time", "1741064760", 1),
    ]
    assert len(found.times_in(1, 2)) == 2


def test_places_are_inherited() -> None:
    found = walk(
        "<main><article><ul><li><p>a</p></ul><table><tr><td>b</td></tr></table><figure><img><figcaption>c</figcaption>"
        "</figure></article></main><div role='navigation'>d</div>"
    )
    a, b, picture, c, d = found.blocks
    assert a.box.places & Place.ARTICLE
    assert b.box.places & Place.CELL
    assert picture.box.places & Place.FIGURE
    assert c.box.places & Place.CAPTION
    assert d.box.places & Place.NAV
    assert not d.box.places & Place.MAIN
    assert [box.tag for box in a.box.chain()] == ["p", "li", "ul", "article", "main", "body", "html"]


def test_boxes_hold_blocks_and_sum_them_up() -> None:
    found = walk(
        "<div id='x'><h2>Titel</h2><p>Ein Satz.</p><p><a href='/a'>Mehr</a></p><img></div><div></div><div><p></p></div>"
    )
    box = next(box for box in found.boxes if box.element.get("id") == "x")
    assert (box.headings, box.lines, box.pictures, box.links) == (1, 2, 1, 1)
    assert (box.chars, box.link_chars) == (18, 4)
    assert (box.first, box.last) == (0, 4)
    assert [box.tag for box in found.boxes] == ["html", "body", "div", "h2", "p", "p"]
    assert all(found.boxes[box.index] is box for box in found.boxes)
    assert box.holds(found.blocks[3])
    assert [child.tag for child in found.children(box)] == ["h2", "p", "p"]


def test_similar_boxes_are_found_despite_numbers_and_states_in_their_names() -> None:
    found = walk(
        "<ul>" + "".join(f"<li class='card card-{n}{' is-first' * (n == 1)}'>x</li>" for n in range(1, 5)) + "<li>y"
    )
    box = box_of(found, "li")
    assert len(found.alike(box)) == 4


@pytest.mark.parametrize(
    "opening",
    [
        "<div hidden>",
        "<div style='display: none'>",
        "<div class='sr-only'>",
        "<dialog>",
        "<p style='position:absolute;left:-9999px'>",
    ],
)
def test_hidden_elements_are_not_read(opening: str) -> None:
    found = walk(
        f"<section><p>a</p>{opening}<b>x</b></section><p>b</p>".replace(
            "</section>", f"</{opening[1:].split()[0].rstrip('>')}></section>"
        )
    )
    assert [block.text for block in found.blocks] == ["a", "b"]


def test_elements_that_scripts_show_are_read() -> None:
    found = walk("<div class='hidden'><p>Der lange Text des Artikels steht hier.</p></div><p>Fuß</p>")
    assert len(found.blocks) == 2
    assert texts("<dialog open><p>offen</p></dialog>") == ["offen"]
    assert texts("<div hidden id='S:1a'>gestreamt</div>") == ["gestreamt"]


def test_the_walk_marks_hidden_elements_and_changes_nothing_else() -> None:
    root = etree.fromstring("<html><body><p class='sr-only'>x</p><p hidden>y</p>z", parser=etree.HTMLParser())
    walk_page(root, BASE)
    for element in root.iter("p"):
        assert element.attrib.pop("hidden") == ""
    assert [dict(element.attrib) for element in root.iter("p")] == [{"class": "sr-only"}, {}]


def test_names_have_roles() -> None:
    found = walk("<div class='related-articles'><ul class='teaser-list'><li>a</ul></div><p>b</p>")
    assert box_of(found, "ul").role == ("teaser", HEAD)


@pytest.mark.parametrize(
    "names",
    [
        *("cmp-text", "use-lightbox", "paywall-on", "elementor-widget-container", "news-banner", "duration-200"),
        *("md:hidden", "has-sidebar", "story--with-newsletter", "tag-werbung", "is-related"),
    ],
)
def test_names_out_of_context_have_no_role(names: str) -> None:
    assert names_role(names).name == ""


@pytest.mark.parametrize(
    ("names", "role", "strength"),
    [
        ("comments", "comments", WHOLE),
        ("UserComments", "comments", HEAD),
        ("article__related", "related", WHOLE),
        ("related-articles", "related", PART),
        ("styles_comments__a1B2c", "comments", HEAD),
        ("col-6 newsletter-signup", "subscription", HEAD),
        ("ad-banner", "ad", HEAD),
        ("author-name", "byline", PART),
        ("widget", "aside", WHOLE),
    ],
)
def test_the_last_word_of_a_name_decides_its_role(names: str, role: str, strength: int) -> None:
    assert names_role(names) == (role, strength)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ("story_photo", "picture"),
        ("l-sidebar-2", "aside"),
        *((name, "") for name in ("elementor-widget", "cmp-text", "use-lightbox", "card-with-image", "w-4")),
    ],
)
def test_ambiguous_names_may_have_a_kind(names: str, kind: str) -> None:
    assert names_role(names).name == ""
    assert possible_kind(names) == kind


def test_names_are_read_without_variants_hashes_and_numbers() -> None:
    assert content_words("Header_sub-nav__FqkkN") == ("header", "sub", "nav")
    assert content_words("card_card__title") == content_words("duet--page--title") == ("title",)
    assert content_words("teaser__Headline__x7Yz1") == ("headline",)
    assert name_shape("card card-12 lg:w-1/2 card--big") == ".card"
    assert last_words("teaser__kicker-wrapper") == ("kicker",)


SHAPES = {
    "nested boxes": lambda n: "<div>Wort " * n,
    "nested inline elements": lambda n: "<p>" + "<b><span>" * (n // 2) + "x",
    "nested links": lambda n: "<div><a href='/a'>x" * n,
    "siblings": lambda n: f"<div>{'<p class=a>Der Rat <a href=b>tagt</a>.</p>' * n}</div>",
    "hidden boxes": lambda n: "<div hidden><p>x</p></div>" * n,
    "nested hidden boxes": lambda n: "<div class='hidden'><p>x</p>" * n,
    "breaks": lambda n: "<p>" + "x<br>" * n,
    "pictures in noscripts": lambda n: "<noscript><img src=a></noscript>" * n,
    "one line": lambda n: "<p>" + "<span>Wort</span>" * n,
}


class Counted:
    """Counts the calls that a walk makes."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, *_: object) -> None:
        self.calls += 1


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_as_the_page(shape: str) -> None:
    works = []
    for size in (1_000, 2_000, 4_000):
        root = etree.fromstring(
            f"<html><body>{SHAPES[shape](size)}".encode(), parser=etree.HTMLParser(encoding="utf-8", huge_tree=True)
        )
        counted = Counted()
        sys.setprofile(counted)
        try:
            found = walk_page(root, BASE)
            _ = [box.role for box in found.boxes]
            for box in found.boxes:
                found.alike(box), box.chars, box.link_share
        finally:
            sys.setprofile(None)
        works.append(counted.calls)
    assert all(after <= 2.2 * before for before, after in pairwise(works))


@pytest.mark.parametrize(
    "markup",
    [
        "<div>Wort " * 20_000,
        "<p>Der Rat tagt.</p>" * 100_000,
        "<p>" + "Der Rat der Stadt tagt im Saal. " * 330_000,
        "<p>" + "<b>x</b>" * 100_000,
    ],
    ids=["deep", "wide", "10 MB in one line", "one line of many parts"],
)
def test_large_pages_are_walked(markup: str) -> None:
    found = walk(markup)
    assert found.blocks
    assert found.boxes[0].chars == sum(len(block.text) for block in found.blocks)


MARKUP = st.recursive(
    st.sampled_from(
        ("Der Rat tagt. ", "x", " ", "\u200b", "市", "<br>", "<img src=a>", "<input>", "<hr>", "<!-- c -->")
    ),
    lambda inner: st.builds(
        lambda tag, names, parts: f"<{tag} {names}>{''.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(
            ("div", "p", "a href=/x", "b", "span", "h2", "li", "x-y", "time datetime=1", "noscript", "dialog", "td")
        ),
        st.sampled_from(("", "hidden", "class='teaser-list'", "style='display:none'", "role=heading")),
        st.lists(inner, max_size=4),
    ),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(MARKUP, max_size=5).map("".join))
def test_boxes_and_links_hold_the_blocks_that_they_name(markup: str) -> None:
    found = walk(f"{markup}<p>Ende")
    assert [block.index for block in found.blocks] == list(range(len(found.blocks)))
    for index, box in enumerate(found.boxes):
        assert box.index == index
        assert 0 <= box.first < box.last <= len(found.blocks)
        assert box.parent is None or (box.parent.index < index and box.parent.holds(box))
    for block in found.blocks:
        assert all(box.holds(block) for box in block.box.chain())
        assert all(link.first <= block.index < link.last for link in block.links)
        assert block.link_share <= 1


def test_a_link_of_invisible_characters_has_no_block() -> None:
    found = walk('<p><a href="/a">\xad</a></p><p>Text</p>')
    assert [(link.first, link.last) for link in found.links] == [(0, 0)]
