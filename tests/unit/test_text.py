"""Strings, datelines and names: the examples in the docstrings, and the forms that portals use."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import portalcrawl.extraction.article.article_images
import portalcrawl.loaders.processors
import portalcrawl.plurals
import portalcrawl.text.datelines
import portalcrawl.text.normalize
import portalcrawl.text.person_names
from portalcrawl.loaders.processors import topics
from portalcrawl.text.datelines import AGENCIES, Dateline, agency_name, read_dateline
from portalcrawl.text.normalize import clean, fold, language_tag, plain
from portalcrawl.text.person_names import agency_in, is_name, people
from portalcrawl.text.titles import without_site

MODULES = (
    portalcrawl.plurals,
    portalcrawl.text.normalize,
    portalcrawl.text.datelines,
    portalcrawl.loaders.processors,
    portalcrawl.text.person_names,
    portalcrawl.extraction.article.article_images,
)
REST = "In zahlreichen Städten sind am Freitag Leute unterwegs gewesen."


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted
    assert results.failed == 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\u00a0\u2009 b\t\nc", "a b c"),
        ("Bundes\u00adtag", "Bundestag"),
        ("\ufeffRat\u200b\u2060haus\u200e", "Rathaus"),
        ("Zeile\u2028zwei\u0085drei", "Zeile zwei drei"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("Fa\u200dmilie \u200c", "Familie"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\ud800 lone", "lone"),
        ("", ""),
    ],
)
def test_clean(text: str, wanted: str) -> None:
    assert clean(text) == wanted


@given(st.text())
def test_clean_is_final(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(mark in once for mark in "\n\r\t\x00\x85\u2028\u2029\u00ad\u200b")


def test_plain_keeps_text_that_only_looks_like_a_tag() -> None:
    assert plain("3 < 4 und 5 > 2 &lt;b&gt;fett&lt;/b&gt;") == "3 < 4 und 5 > 2 fett"


@pytest.mark.parametrize(
    ("headline", "names", "wanted"),
    [
        ("Rat tagt - Seenbote", ["Seenbote"], "Rat tagt"),
        ("Rat tagt | seenbote.de", ["Seenbote", "seenbote.de"], "Rat tagt"),
        ("Seenbote: Rat tagt", ["Seenbote"], "Rat tagt"),
        ("Rat tagt im Seenbote", ["Seenbote"], "Rat tagt im Seenbote"),
        ("Seenbote", ["Seenbote"], "Seenbote"),
        ("Rat tagt - Der Seenbote", ["Seenbote", "Der Seenbote"], "Rat tagt"),
        ("Rat tagt", ["", "Rat"], "Rat tagt"),
        ("Rat tagt -", [], "Rat tagt"),
    ],
)
def test_without_site(headline: str, names: list[str], wanted: str) -> None:
    assert without_site(headline, names) == wanted


@pytest.mark.parametrize(
    ("declared", "tag"),
    [("de", "de"), ("de_CH", "de-CH"), ("EN-us", "en-US"), ("zh-hans-cn", "zh-Hans-CN"), ("Deutsch", None), ("", None)],
)
def test_language_tag(declared: str, tag: str | None) -> None:
    assert language_tag(declared) == tag


@pytest.mark.parametrize(
    ("head", "place", "agency"),
    [
        ("Berlin - ", "Berlin", None),
        ("Frankfurt am Main – ", "Frankfurt am Main", None),
        ("Wien/Graz — ", "Wien/Graz", None),
        ("Los Angeles (dpa) - ", "Los Angeles", "dpa"),
        ("(BANG) - ", None, "BANG"),
        ("Karlsruhe, 05.12.2025 (lifePR) - ", "Karlsruhe", "lifePR"),
        ("BERLIN (dpa-AFX) - ", "BERLIN", "dpa-AFX"),
        ("Bonn (dts Nachrichtenagentur) - ", "Bonn", "dts"),
        ("München (dpa/lby) - ", "München", "dpa"),
        ("LONDON, Dec 5 (Reuters) - ", "LONDON", "Reuters"),
        ("WASHINGTON (AP) — ", "WASHINGTON", "AP"),
        ("Brüssel (AFP/dpa) - ", "Brüssel", "AFP"),
        ("Genf (Reuters/AFP) - ", "Genf", "Reuters"),
        ("Neighbourhood Associations Demand Comprehensive Traffic Planning - ", None, None),
        ("Video - ", None, None),
        ("Ada Muster (CDU) - ", None, None),
        ("", None, None),
    ],
)
def test_dateline(head: str, place: str | None, agency: str | None) -> None:
    assert read_dateline(head + REST) == Dateline(place, agency)


@pytest.mark.parametrize(
    "text", ["Paris Saint-Germain - Bayern", "Muster - der frühere Rat sagte, dass er gehe.", "Rat - "]
)
def test_no_dateline(text: str) -> None:
    assert read_dateline(text) == Dateline()


def test_agencies_of_a_profile() -> None:
    assert read_dateline(f"Lindenau (LBP) - {REST}", ("lbp",)) == Dateline("Lindenau", "lbp")
    assert agency_name("LBP") is None
    assert read_dateline(f"Lindenau (Bild und Wort) - {REST}", ("Bild und Wort",)) == Dateline(
        "Lindenau", "Bild und Wort"
    )


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ada Muster für die Nachrichtenagentur", ["Ada Muster"]),
        ("Zentrum für Presse und Bild", []),
        ("Ada Muster schreibt heute", []),
        ("Alles Neue Im Alten Rathaus Von Lindenau", []),
        ("Donaudampfschifffahrtskapitän Siebenundzwanzigfingerkraut-Hagebutte", []),
    ],
)
def test_people(line: str, names: list[str]) -> None:
    assert people([line]) == names


@pytest.mark.parametrize(
    "words", ["Sign In", "Privacy Policy", "More Articles", "Jetzt Anmelden", "Más Artículos", "注册", "我来说两句"]
)
def test_words_of_menus_are_no_name(words: str) -> None:
    assert not is_name(words)


def test_words_of_the_calendar_are_no_name() -> None:
    assert not is_name("Montag Dienstag")
    assert is_name("Ada Sonntag")


@pytest.mark.parametrize(
    ("signed", "agency"),
    [
        *(("Deutsche Presse-Agentur", "dpa"), ("dpa AFX", "dpa-AFX"), ("dts Nachrichtenagentur", "dts")),
        *(("Agence France-Presse", "AFP"), ("The Associated Press", "AP"), ("Thomson Reuters", "Reuters")),
        *(("Austria Presse Agentur", "APA"), ("SDA", "Keystone-SDA"), ("Sport-Informations-Dienst", "SID")),
        *(("Katholische Nachrichten-Agentur", "KNA"), ("Evangelischer Pressedienst", "epd"), ("pressetext", "pte")),
        *(("BANG Showbiz", "BANG"), ("news aktuell", "ots"), ("spot on news AG", "spot on")),
        *(("Bloomberg News", "Bloomberg"), ("Dow Jones Newswires", "Dow Jones"), ("Agencia EFE", "EFE")),
        *(("PA Media", "PA"), ("Australian Associated Press", "AAP"), ("The Canadian Press", "CP")),
        *(("Kyodo News", "Kyodo"), ("Press Trust of India", "PTI"), ("Belga News Agency", "Belga")),
        *(("TT Nyhetsbyrån", "TT"), ("CTK", "ČTK"), ("Anadolu Ajansı", "Anadolu")),
    ],
)
def test_agencies_by_the_names_they_sign_with(signed: str, agency: str) -> None:
    assert agency_name(signed) == agency


def test_no_alias_names_two_agencies() -> None:
    names = [alias.casefold() for short, aliases in AGENCIES.items() for alias in (short, *aliases)]
    assert len(names) == len(set(names))


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=4))
def test_any_names(text: str, others: list[str]) -> None:
    read_dateline(text)
    agency_in([text, *others])
    assert all(name == clean(name) and "@" not in name for name in people([text], others))
    assert all(fold(word) or word for word in topics([text, *others]))
