"""Profile files: every key of the format is read, and everything else is a fault in one line."""

from __future__ import annotations

from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from portalcrawl.profiles.model import DiscoveryRules, Politeness, Profile, RenderRules, Rule
from portalcrawl.profiles.profile_file import read_profile
from portalcrawl.profiles.regular_expressions import Pattern

SMALLEST = 'name = "x"\nhosts = ["www.x.example"]\n'
FULL = r"""
name = "x"
description = "A portal"
hosts = ["www.X.example", "localhost:8080", "x.example:443"]
language = "de-AT"
timezone = "Europe/Vienna"
start_urls = ["https://www.x.example/", "http://localhost:8080/neu"]
search_url = "https://www.x.example/suche?q={query}"
agencies = ["dpa", "APA"]
caption_over_snippet = true
recrawl_ages = [3600, 86400]
[sources]
"Austria Presse Agentur" = "APA"
[article]
url = '^/\d{4}/(?P<id>\d+)$'
headline = ["css: h1::text", "xpath: //h2//text()", "text: ^Titel: (.+)$"]
keywords = "text: ^Themen: (.+)$"
[[teasers]]
block = "latest"
root = "css: aside li"
headline = "xpath: //h3"
[[teasers]]
block = "most read"
root = "xpath: //ol/li"
[render]
mode = "always"
wait_for = "main"
consent = "button:has-text('Zustimmen')"
click = ".more"
click_times = 3
scroll = 2
block_resources = ["image", "font"]
cookies = [{name = "consent", value = "yes"}]
[politeness]
delay = 1
concurrency = 2
max_depth = 0
"""


def read(text: str, name: str = "x") -> Profile:
    profile, faults = read_profile(dedent(text).encode(), name, f"{name}.toml")
    assert (faults, profile is None) == ([], False)
    assert profile
    return profile


def faults_of(text: str, name: str = "x") -> list[str]:
    profile, faults = read_profile(dedent(text).encode(), name, "x.toml")
    assert profile is None
    return [str(fault) for fault in faults]


def test_everything_is_read() -> None:
    profile = read(FULL)
    assert profile.hosts == ("www.x.example", "localhost:8080", "x.example")
    assert (profile.language, profile.timezone) == ("de-AT", ZoneInfo("Europe/Vienna"))
    assert profile.start_urls == ("https://www.x.example/", "http://localhost:8080/neu")
    assert profile.search_url == "https://www.x.example/suche?q={query}"
    assert (profile.description, profile.agencies) == ("A portal", ("dpa", "APA"))
    assert profile.source_agencies == {"Austria Presse Agentur": "APA"}
    assert (profile.caption_over_snippet, profile.recrawl_ages) == (True, (3600, 86400))
    assert profile.native_id("https://x.example/2025/77") == "77"
    assert profile.politeness == Politeness(delay=1.0, concurrency=2, max_depth=0)


def test_rules_are_read() -> None:
    profile = read(FULL)
    assert profile.article.fields == {
        "headline": (
            Rule("css", "h1::text"),
            Rule("xpath", "//h2//text()"),
            Rule("text", "^Titel: (.+)$"),
        ),
        "keywords": (Rule("text", "^Themen: (.+)$"),),
    }
    first, second = profile.teasers
    assert (first.block, first.root) == ("latest", Rule("css", "aside li"))
    assert first.fields == {"headline": (Rule("xpath", ".//h3"),)}, "relative to the teaser, not the page"
    assert (second.block, second.fields) == ("most read", {})


def test_patterns_stand_for_their_names() -> None:
    profile = read(
        SMALLEST
        + r"""
        [patterns]
        day = 'A day|a night'
        # spaces count only without (?x)
        days = '''(?x) {day} (?: \ and\  {day} ){0,2}  # up to three'''
        [article]
        url = '^/{days}/(?P<id>\d{2})$'
        headline = '''text: (?x) ^ {days} \p{Lu} \{x} $'''
        """
    )
    assert profile.native_id("https://x.example/A day and a night/77") == "77"
    (rule,) = profile.article.fields["headline"]
    assert Pattern(rule.expression).find("A day and A day and a nightÄ{x}", "headline")
    assert not Pattern(rule.expression).find("AdayÄ{x}", "headline")


def test_rendering_is_read() -> None:
    assert read(FULL).render == RenderRules(
        mode="always",
        wait_for="main",
        consent="button:has-text('Zustimmen')",
        click=".more",
        click_times=3,
        scroll=2,
        block_resources=("image", "font"),
        cookies=({"name": "consent", "value": "yes"},),
    )


def test_name_and_hosts_are_enough() -> None:
    profile = read(SMALLEST)
    assert (profile.start_urls, profile.article.url, profile.teasers, profile.generic) == ((), None, (), False)
    assert profile.render == RenderRules()


def test_a_byte_order_mark_is_allowed() -> None:
    profile, faults = read_profile(b"\xef\xbb\xbf" + SMALLEST.encode(), "x", "x.toml")
    assert profile
    assert not faults


@pytest.mark.parametrize(
    ("line", "key", "cause"),
    [
        ("zone = 'x'", "zone", "unknown key"),
        ("start_url = 'x'", "start_url", "did you mean start_urls?"),
        ("language = 3", "language", "must be a language tag like de or de-AT, is 3"),
        ("description = 3", "description", "must be a string that is not blank, is 3"),
        ("language = 'deutsch!'", "language", "language tag"),
        ("timezone = 'Europe/Berlinn'", "timezone", "IANA"),
        ("timezone = '../etc/passwd'", "timezone", "IANA"),
        ("timezone = ''", "timezone", "IANA"),
        ("description = ' '", "description", "not blank"),
        ("start_urls = 'https://www.x.example/'", "start_urls", "must be an array"),
        ("start_urls = ['www.x.example']", "start_urls", "must be an http or https URL"),
        ("start_urls = ['https://y.example/']", "start_urls", "on one of the hosts"),
        ("search_url = 'https://www.x.example/q'", "search_url", "{query}"),
        ("agencies = ['dpa', 'dpa']", "agencies", "listed twice"),
        ("agencies = ['dpa', 3]", "agencies", "value 2 must be a string"),
        ("caption_over_snippet = 'yes'", "caption_over_snippet", "true or false"),
        ("recrawl_ages = [60, 30]", "recrawl_ages", "grow"),
        ("recrawl_ages = [0]", "recrawl_ages", "from 1"),
        ("sources = {dpa = 1}", "sources.dpa", "must be a string"),
        ("article = 'x'", "article", "must be a table"),
        ("[article]\nurl = '^/(?P<id>'", "article.url", "bad regular expression"),
        ("[article]\nurl = '^/a/(\\d+)$'", "article.url", "(?P<id>...)"),
        ("[article]\nheadline = 'h1'", "article.headline", "must start with css:, xpath: or text:"),
        ("[article]\nheadline = []", "article.headline", "has no rule"),
        ("[article]\nheadline = 'css: h1['", "article.headline", "bad CSS selector"),
        ("[article]\nheadline = 'css: h1:nonsense'", "article.headline", "bad CSS selector"),
        ("[article]\nheadline = 'xpath: //h1['", "article.headline", "bad XPath"),
        ("[article]\nheadline = 'xpath: nonsense(//h1)'", "article.headline", "bad XPath"),
        ("[article]\nheadline = 'text: (a'", "article.headline", "bad regular expression"),
        ("[article]\nheadline = 'css: '", "article.headline", "nothing after css:"),
        ("[patterns]\nday = '(a'", "patterns.day", "bad regular expression"),
        ("[patterns]\nday = 3", "patterns.day", "must be a string"),
        ("[patterns]\nd = 'a'", "patterns.d", "two or more of a-z"),
        ("[patterns]\nday = '{month}'\nmonth = 'a'", "patterns.day", "no pattern month above"),
        ("[article]\nheadline = 'text: {day}'", "article.headline", "no pattern day above"),
        ("[article]\ntitle = 'css: h1'", "article.title", "unknown key"),
        ("[[teasers]]\nroot = 'css: li'", "teasers[1].block", "is missing"),
        ("[[teasers]]\nblock = 'a'", "teasers[1].root", "is missing"),
        ("[[teasers]]\nblock = 'a'\nroot = 'text: x'", "teasers[1].root", "css: or xpath:"),
        ("[teasers]\nblock = 'a'", "teasers", "array of tables"),
        ("[render]\nmode = 'sometimes'", "render.mode", "auto, never, always"),
        ("[render]\nconsent = '#['", "render.consent", "bad CSS selector"),
        ("[render]\nclick_times = -1", "render.click_times", "from 0"),
        ("[render]\nscroll = true", "render.scroll", "from 0"),
        ("[render]\nblock_resources = ['picture']", "render.block_resources", "must be one of"),
        ("[render]\ncookies = [{name = 'a'}]", "render.cookies[1].value", "is missing"),
        ("[render]\ncookies = [{name = 'a', value = 'b', age = '1'}]", "render.cookies[1].age", "unknown key"),
        ("[politeness]\ndelay = '1'", "politeness.delay", "must be seconds"),
        ("[politeness]\ndelay = nan", "politeness.delay", "must be seconds"),
        ("[politeness]\nconcurrency = 0", "politeness.concurrency", "from 1"),
        ("[politeness]\nmax_depth = 1.5", "politeness.max_depth", "whole number"),
        ("=", "TOML", "line 3"),
    ],
)
def test_a_fault_is_one_line_with_file_key_and_cause(line: str, key: str, cause: str) -> None:
    (fault,) = faults_of(SMALLEST + line)
    assert fault.startswith(f"x.toml: {key}: ")
    assert cause in fault
    assert "\n" not in fault


@pytest.mark.parametrize(
    ("text", "key", "cause"),
    [
        ('hosts = ["x.example"]', "name", "is missing"),
        ('name = "y"\nhosts = ["x.example"]', "name", "'y', the file's name says 'x'"),
        ('name = "x"', "hosts", "is missing"),
        ('name = "x"\nhosts = []', "hosts", "at least one"),
        ('name = "x"\nhosts = ["https://x.example/"]', "hosts", "host or host:port"),
        ('name = "x"\nhosts = ["x.example:http"]', "hosts", "host or host:port"),
        ('name = "x"\nhosts = ["x.example", "X.example:80"]', "hosts", "listed twice"),
    ],
)
def test_name_and_hosts_are_needed(text: str, key: str, cause: str) -> None:
    (fault,) = faults_of(text)
    assert fault.startswith(f"x.toml: {key}: ")
    assert cause in fault


def test_a_name_is_short_and_plain() -> None:
    assert "a name of a-z" in faults_of('name = "a b"\nhosts = ["x.example"]', name="a b")[0]


def test_all_faults_are_found_at_once() -> None:
    found = faults_of('name = "x"\nhosts = 3\nlanguage = 3\nstart_urls = ["https://y.example/"]\n[render]\nmod = 1')
    assert [fault.split(": ")[1] for fault in found] == ["hosts", "language", "render.mod"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"name = '\x00'", b"[" * 100_000, b'a = "' + b"x" * 100])
def test_invalid_toml(content: bytes) -> None:
    profile, faults = read_profile(content, "x", "x.toml")
    assert profile is None
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ('feeds = "auto"', DiscoveryRules("auto", None)),
        ('feeds = ["https://www.x.example/rss"]', DiscoveryRules(("https://www.x.example/rss",), None)),
        ('feeds = false\nsitemaps = "auto"', DiscoveryRules(None, "auto")),
        ("sitemaps = []", DiscoveryRules(None, None)),
    ],
)
def test_where_feeds_and_sitemaps_are(written: str, rules: DiscoveryRules) -> None:
    assert read(f"{SMALLEST}[discovery]\n{written}\n").discovery == rules


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("feeds = true", 'discovery.feeds: must be "auto", an array of URLs, or false, is True'),
        (
            'feeds = "https://www.x.example/rss"',
            'discovery.feeds: must be "auto", an array of URLs, or false, is ',
        ),
        ('sitemaps = ["https://y.example/s.xml"]', "discovery.sitemaps: value 1 must be on one of the hosts, is "),
        ("feed = false", "discovery.feed: unknown key; did you mean feeds?"),
    ],
)
def test_faults_of_feeds_and_sitemaps(written: str, fault: str) -> None:
    (found,) = faults_of(f"{SMALLEST}[discovery]\n{written}\n")
    assert found.startswith(f"x.toml: {fault}")
