"""URLs: their canonical spelling, their portal, what they say about a page; no URL raises."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portalcrawl import urls

PRIVATE = """
    127.0.0.1 127.1 0x7f.1 0177.0.0.1 2130706433 0 10.1.2.3 192.168.0.1:80 172.31.0.9 169.254.169.254
    100.64.0.1 224.0.0.1 255.255.255.255 [::1] ::1 [::1]:8080 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::a00:1
    2002:7f00:1:: fe80::1%eth0 fc00::1 localhost LOCALHOST. a.localhost printer.local db.internal intranet
    １２７.０.０.１ 127.0.0.1. router.home.arpa %31%32%37.0.0.1 999.1.1.1
"""
BASE = "https://www.example.org/news/page.html"
WEIRD = st.one_of(
    st.text(),
    st.text(alphabet="htps:/\\?#&=;@[]%.0123456789abcxmw-_ \t\n\u00e4\u3002\uff11").map(lambda tail: "http://" + tail),
    st.from_regex(r"https?://[a-z.]{1,12}/[a-z0-9/.;%-]{0,40}\??[a-z0-9=&%_]{0,30}", fullmatch=True),
)


@pytest.mark.parametrize(
    ("href", "result"),
    [
        ("a/b.html", "https://www.example.org/news/a/b.html"),
        ("//m.example.org/a", "https://m.example.org/a"),
        ("?page=2", "https://www.example.org/news/page.html?page=2"),
        ("#comments", "https://www.example.org/news/page.html#comments"),
        (" \n/a\tb\r\n ", "https://www.example.org/ab"),
        ("/a b?q=ä", "https://www.example.org/a%20b?q=%C3%A4"),
        ("\\a\\b", "https://www.example.org/a/b"),
        ("HTTPS://User:pw@EXAMPLE.org:443/../x/./y/..", "https://example.org/x/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("http://example.org.:80", "http://example.org/"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://[::FFFF:7f00:1]/", "http://[::ffff:7f00:1]/"),
        ("/%7euser/%c3%a4%2f", "https://www.example.org/~user/%C3%A4%2F"),
        ("/100%", "https://www.example.org/100%25"),
    ],
)
def test_absolute(href: str, result: str) -> None:
    assert urls.absolute(BASE, href) == result


@pytest.mark.parametrize(
    "href",
    [
        "",
        "  ",
        "javascript:void(0)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "mailto:a@example.org",
        "tel:+49123",
        "data:text/html,x",
        "ftp://example.org/",
        "file:///etc/passwd",
        "whatsapp://send",
        "http://",
        "http:///path",
        "http://[::1",
        "http://[nonsense]/",
        "http://example.org:port/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://exa mple.org/",
        "http://a..b/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "https://example.org/" + "a" * urls.MAX_URL_LENGTH,
    ],
)
def test_absolute_refuses(href: str) -> None:
    assert urls.absolute(BASE, href) is None


@pytest.mark.parametrize("base", ["", "about:blank", "http://[", "mailto:x"])
def test_absolute_with_a_broken_base(base: str) -> None:
    assert urls.absolute(base, "/a") is None
    assert urls.absolute(base, "https://example.org/a") == "https://example.org/a"


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("https://EXAMPLE.org", "https://example.org/"),
        ("https://example.org/a?utm_source=x&id=7&fbclid=abc&wt_mc=r.1#top", "https://example.org/a?id=7"),
        ("https://example.org/a?b=&a=1&b=2", "https://example.org/a?b=&a=1&b=2"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?cid=12&sid=4&nid=5&p=9", "https://example.org/a?cid=12&sid=4&nid=5&p=9"),
        (
            "https://example.org/a?gclid=1&at_medium=x&xtor=RSS-1&icid=z&cmp=q&_ga=2.1&pk_campaign=a&itm_x=1",
            "https://example.org/a",
        ),
        ("https://example.org/a;jsessionid=0A1B?x=1", "https://example.org/a?x=1"),
        ("https://example.org/list?source=agency", "https://example.org/list?source=agency"),
        (
            "https://example.org/what-the-council-said-about-it-123456?source=rss&ref=home",
            "https://example.org/what-the-council-said-about-it-123456",
        ),
        (
            "https://example.org/what-the-council-said-about-it-123456?ref=4711&section=town&il=bb-2&back=/a/b.html",
            "https://example.org/what-the-council-said-about-it-123456",
        ),
        (
            "https://example.org/news/what-the-council-said-about-all-of-it.html?newsid=77&hpt=hp_t2",
            "https://example.org/news/what-the-council-said-about-all-of-it.html?newsid=77",
        ),
        (
            "https://example.org/what-the-council-said-about-it-123456/amp/",
            "https://example.org/what-the-council-said-about-it-123456/",
        ),
        (
            "https://example.org/amp/what-the-council-said-about-it-123456",
            "https://example.org/what-the-council-said-about-it-123456",
        ),
        (
            "https://example.org/what-the-council-said-about-it-123456.amp.html",
            "https://example.org/what-the-council-said-about-it-123456.html",
        ),
        (
            "https://example.org/what-the-council-said-about-it-a-123456-amp",
            "https://example.org/what-the-council-said-about-it-a-123456",
        ),
        (
            "https://example.org/what-the-council-said-about-it-123456/print",
            "https://example.org/what-the-council-said-about-it-123456",
        ),
        ("https://example.org/a?amp=1&outputType=amp&print=true&mobile=1", "https://example.org/a"),
        ("https://example.org/guitars/amp/", "https://example.org/guitars/amp/"),
        ("https://m.example.org/a", "https://m.example.org/a"),
        ("  mailto:a@example.org ", "mailto:a@example.org"),
        ("http://[::1/", "http://[::1/"),
    ],
)
def test_canonical_url(url: str, result: str) -> None:
    assert urls.canonical_url(url) == result


@pytest.mark.parametrize(
    ("url", "hosts", "result"),
    [
        ("https://m.example.org/a", ["www.example.org"], "https://www.example.org/a"),
        ("https://amp.example.org/a", ["example.org"], "https://example.org/a"),
        ("https://example.org/a", ["www.example.org"], "https://www.example.org/a"),
        ("https://example.org/a", ["www.example.org", "example.org"], "https://example.org/a"),
        ("https://m.example.org/a", ["m.example.org"], "https://m.example.org/a"),
        ("https://m.example.org/a", ["m.example.org", "www.example.org"], "https://www.example.org/a"),
        ("https://sport.example.org/a", ["www.example.org"], "https://sport.example.org/a"),
        ("http://m.example.org:8080/a", ["www.example.org:8080"], "http://www.example.org:8080/a"),
        ("http://m.example.org:8080/a", ["www.example.org"], "http://m.example.org:8080/a"),
        ("https://m.example.co.uk/a", ["www.example.co.uk"], "https://www.example.co.uk/a"),
    ],
)
def test_canonical_host(url: str, hosts: list[str], result: str) -> None:
    assert urls.canonical_url(url, hosts) == result


@settings(deadline=None)
@given(WEIRD)
def test_canonical_url_is_idempotent(url: str) -> None:
    once = urls.canonical_url(url)
    assert urls.canonical_url(once) == once
    with_hosts = urls.canonical_url(url, ["www.example.org"])
    assert urls.canonical_url(with_hosts, ["www.example.org"]) == with_hosts


@settings(deadline=None)
@given(WEIRD, WEIRD)
@example("http\u017f://a.example/", "http\u017f://b.example/")  # a long s, which patterns without case take for an s
def test_nothing_raises(a: str, b: str) -> None:
    result = urls.absolute(a, b)
    assert result is None or result.startswith(("http://", "https://"))
    assert isinstance(urls.host_of(a), str)
    assert isinstance(urls.looks_like_article(a), bool)
    assert isinstance(urls.is_private_host(a), bool)
    assert isinstance(urls.same_portal(a, [b]), bool)
    assert urls.same_article(a, b) == urls.same_article(b, a)
    assert isinstance(urls.mask_secrets(a), str)


@settings(deadline=None)
@given(WEIRD, WEIRD)
def test_absolute_needs_no_second_look(base: str, href: str) -> None:
    once = urls.absolute(base, href)
    if once is not None:
        assert urls.absolute(BASE, once) == once


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.org/a", "example.org"),
        ("https://example.org:443/", "example.org"),
        ("http://www.example.org:8080/", "example.org:8080"),
        ("https://www.de/", "www.de"),
        ("https://me:pw@example.org./", "example.org"),
        ("http://[::1]:81/", "[::1]:81"),
        ("example.org", ""),
        ("mailto:a@example.org", ""),
    ],
)
def test_host_of(url: str, host: str) -> None:
    assert urls.host_of(url) == host


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://me:pw@Example.org:443/a?b", "https://example.org"),
        ("http://example.org:8080", "http://example.org:8080"),
        ("http://[::1", ""),
        ("/a", ""),
    ],
)
def test_site_of(url: str, site: str) -> None:
    assert urls.site_of(url) == site


def test_same_portal() -> None:
    hosts = ["www.example.org", "127.0.0.1:8080"]
    assert urls.same_portal("http://example.org/a", hosts)
    assert urls.same_portal("https://m.example.org/a", hosts)
    assert urls.same_portal("http://127.0.0.1:8080/", hosts)
    assert not urls.same_portal("http://127.0.0.1/", hosts)
    assert not urls.same_portal("https://sport.example.org/", hosts)
    assert not urls.same_portal("https://example.org.evil.example/", hosts)
    assert not urls.same_portal("https://example.org:8443/", hosts)
    assert not urls.same_portal("no address", hosts)


@pytest.mark.parametrize(
    "host",
    [*PRIVATE.split(), "", "exa mple.org"],
)
def test_private_addresses(host: str) -> None:
    assert urls.is_private_host(host)


@pytest.mark.parametrize(
    "host", ["example.org", "www.example.org:8080", "8.8.8.8", "[2001:4860:4860::8888]", "10.example.org"]
)
def test_public_addresses(host: str) -> None:
    assert not urls.is_private_host(host)


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("https://me:p%40w@example.org/a?id=7", "https://***@example.org/a?id=7"),
        ("s3://key:sec@ret@bucket/x", "s3://***@bucket/x"),
        (
            "https://example.org/?access_token=abc&x=1&API-Key=k",
            "https://example.org/?access_token=***&x=1&API-Key=***",
        ),
        (
            "https://example.org/?X-Amz-Signature=1f&X-Amz-Credential=a/b",
            "https://example.org/?X-Amz-Signature=***&X-Amz-Credential=***",
        ),
        ("https://example.org/?password=a%26b#token=c", "https://example.org/?password=***#token=***"),
        ("https://example.org/a;jsessionid=0A?sig=x", "https://example.org/a;jsessionid=***"),
        (
            "https://example.org/?keyword=a&monkey=b&design=c&q=x@y",
            "https://example.org/?keyword=a&monkey=b&design=c&q=x@y",
        ),
        (
            "error at https://a:b@example.org/ and https://c@example.org/",
            "error at https://***@example.org/ and https://***@example.org/",
        ),
        ("no address", "no address"),
    ],
)
def test_mask_secrets(url: str, masked: str) -> None:
    assert urls.mask_secrets(url) == masked
    assert urls.mask_secrets(masked) == masked
