"""A profile's hosts, article ids, patterns and time zone."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from portalcrawl.profiles.catalog import Catalog, generic_profile
from portalcrawl.profiles.model import ArticleRules, Profile
from portalcrawl.profiles.regular_expressions import Pattern
from portalcrawl.profiles.time_zones import zone_of

RULES = ArticleRules(url=Pattern(r"^/artikel/.*-(?P<id>\d+)\.html$|^/show\?(?:.*&)?nr=(?P<id>\d+)"))
PORTAL = Profile(name="abendblick", hosts=("www.abendblick.example", "abendblick.example:8080"), article=RULES)


@pytest.mark.parametrize(
    ("url", "owned"),
    [
        ("https://www.abendblick.example/", True),
        ("HTTP://WWW.ABENDBLICK.EXAMPLE:80/x", True),
        ("https://www.abendblick.example:443/x", True),
        ("https://m.abendblick.example/x", True),
        ("https://abendblick.example/x", True),
        ("http://abendblick.example:8080/x", True),
        ("http://abendblick.example:8081/x", False),
        ("https://shop.abendblick.example/x", False),
        ("https://www.abendblick.example.evil.example/", False),
        ("https://evil.example/www.abendblick.example", False),
        ("ftp://www.abendblick.example/", False),
        ("//www.abendblick.example/", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_owns(url: str, owned: bool) -> None:
    assert PORTAL.owns(url) is owned


def test_a_named_portal_may_be_at_any_port() -> None:
    url = "http://www.abendblick.example:5000/artikel/x-12.html"
    assert PORTAL.owns_named(url)
    assert not PORTAL.owns_named("http://other.example:5000/")
    assert not PORTAL.owns(url)
    moved = PORTAL.with_origin(url)
    assert moved.owns(url)
    assert moved.article_id(url) == "abendblick:12"
    assert moved.hosts == (*PORTAL.hosts, "www.abendblick.example:5000")
    assert moved.with_origin(url) is moved


def test_an_origin_must_be_an_address() -> None:
    with pytest.raises(ValueError, match="mailto:x"):
        PORTAL.with_origin("mailto:x")


@pytest.mark.parametrize(
    ("path", "native"),
    [
        ("/artikel/haushalt-beschlossen-12.html", "12"),
        ("/artikel/haushalt-beschlossen-12.html?seite=2#k", "12"),
        ("/show?ressort=1&nr=77", "77"),
        ("/thema/haushalt", None),
        ("/artikel/" + "a-" * 5000 + "12.html", None),
    ],
)
def test_native_id(path: str, native: str | None) -> None:
    assert PORTAL.native_id("https://www.abendblick.example" + path) == native


def test_article_addresses_are_those_of_the_pattern() -> None:
    assert PORTAL.is_article_url("https://www.abendblick.example/artikel/x-1.html")
    assert not PORTAL.is_article_url("https://www.abendblick.example/politik/ein-langer-titel-ohne-nummer")
    assert not PORTAL.is_article_url("https://other.example/artikel/x-1.html")


def test_without_a_pattern_the_generic_rule_recognizes_articles() -> None:
    portal = Profile(name="x", hosts=("x.example",))
    assert portal.is_article_url("https://x.example/politik/haushalt-nach-langem-streit-beschlossen-4711")
    assert not portal.is_article_url("https://x.example/impressum")


def test_article_ids() -> None:
    assert PORTAL.article_id("https://www.abendblick.example/artikel/x-12.html") == "abendblick:12"
    generic = generic_profile("https://www.example.org/")
    assert generic.article_id("https://www.example.org/a") == "example.org:5fcc169d9cd23de0"


@pytest.mark.parametrize(
    "path",
    [
        "friedensperspektive-nato-70N692f1ec7225c4700015d6402",
        "ein-anderer-slug-70N692f1ec7225c4700015d6402",
    ],
)
def test_klamm_ids_do_not_depend_on_slugs(path: str) -> None:
    klamm = Catalog().get("klamm")
    assert klamm
    assert klamm.article_id(f"https://www.klamm.de/news/{path}.html") == "klamm:70N692f1ec7225c4700015d6402"


@pytest.mark.parametrize(
    ("native", "path"),
    [
        ("21N1770129983296", "/news/x-21N1770129983296.html"),
        ("52N175de", "/news/irrtuemlichen-52N175de.html"),
        (None, "/news/"),
        (None, "/news/thema/Politik"),
        (None, "/news/x-21N1770129983296.html.bak"),
    ],
)
def test_klamm_addresses(native: str | None, path: str) -> None:
    klamm = Catalog().get("klamm")
    assert klamm
    assert klamm.native_id("https://www.klamm.de" + path) == native


@pytest.mark.parametrize(
    ("host", "language", "zone"),
    [
        ("www.x.de", None, "Europe/Berlin"),
        ("x.at:8080", None, "Europe/Vienna"),
        ("x.ch", "de-DE", "Europe/Zurich"),
        ("x.co.uk", None, "Europe/London"),
        ("x.es", None, "Europe/Madrid"),
        ("x.com", "de-AT", "Europe/Vienna"),
        ("x.tv", "de-DE", "Europe/Berlin"),
        ("x.com", "de", "Europe/Berlin"),
        ("x.it", "de", "Europe/Rome"),
    ],
)
def test_zone_by_country(host: str, language: str | None, zone: str) -> None:
    assert zone_of(host, language) == ZoneInfo(zone)


@pytest.mark.parametrize("host", ["x.com", "x.us", "x.au", "x.tv", "localhost", "127.0.0.1:80", "[::1]", ""])
def test_no_zone_is_utc(host: str) -> None:
    assert zone_of(host) is UTC


def test_the_profile_s_zone_comes_first() -> None:
    assert Profile(name="x", hosts=("x.at",), timezone=ZoneInfo("Asia/Tokyo")).zone == ZoneInfo("Asia/Tokyo")


def test_a_pattern_has_a_deadline() -> None:
    assert Pattern(r"(?:a+)+$").find("a" * 40 + "b", "x") is None
    assert [*Pattern(r"(?:\w+\s?)*!").find_all(["wort " * 40] * 10_000, "x")] == []


def test_a_pattern_returns_its_named_or_first_group_else_all() -> None:
    assert Pattern(r"^Von (?:Dr\. )?(\w+)").find("Text\nVon Dr. Ada", "authors") == "Ada"
    assert Pattern(r"^(\d+) / (?P<authors>\w+)").find("7 / Ada", "authors") == "Ada"
    assert Pattern(r"\d+").find("nr 7", "id") == "7"
    assert [*Pattern(r"(?:(?P<n>\d),?)+").find_all(["1,2", "", "3"], "n")] == ["1", "2", "3"]


@pytest.mark.parametrize("expression", ["(", "*a", "(?P<a>x)(?P<1>y)", "[z-a]"])
def test_a_wrong_pattern_raises(expression: str) -> None:
    with pytest.raises(ValueError, match="bad regular expression"):
        Pattern(expression)
