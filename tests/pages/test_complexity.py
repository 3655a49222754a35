"""Pages that the parser would need too long for are recognised by their bytes; other pages are not refused."""

from __future__ import annotations

import time

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from portalcrawl.extraction.dom.complexity import MOST_ATTRIBUTES, is_too_complex
from portalcrawl.extraction.page import Page
from portalcrawl.middlewares.charset import CharsetMiddleware
from portalcrawl.profiles.catalog import generic_profile

URL = "https://www.seenbote.example/region/der-damm-wird-erhoeht-481500.html"
MANY = range(MOST_ATTRIBUTES + 1)
PLAIN = " ".join(f"a{number}" for number in MANY)
QUOTED = " ".join(f"a{number}='>'" for number in MANY)

COMPLEX = {
    "names": f"<p {PLAIN}>x",
    "values that hold the end of a tag": f"<html><body><p {QUOTED}>x",
    "double quotes": f"<x-y {QUOTED.replace(chr(39), chr(34))}/>",
    "no space between": "<p " + "".join(f'a{number}="x"' for number in MANY) + ">",
    "slashes between": f"<p/{PLAIN.replace(' ', '/')}>",
    "line ends between": "<style>a<b</style><p\n" + PLAIN.replace(" ", "\r\n") + ">",
    "never ended": f"<p {PLAIN}",
    "spaces around the sign": f"<p a = '1' {PLAIN}>",
    "behind a comment": f"<!-- x --><p {PLAIN}>",
    "behind an empty comment": f"<!--><p {PLAIN}>",
    "behind a script": f"<script>if (a<b) x</script><p {PLAIN}>",
    "of a script": f"<SCRIPT {PLAIN}></SCRIPT>",
    "behind a doctype": f"<!doctype html><?x <p ?><p {PLAIN}>",
}
SIMPLE = {
    "in a script": f"<script>if (a<b {PLAIN}</script>",
    "in a comment": f"<!-- <p {PLAIN}>-->",
    "in a text": f"<p>{PLAIN}",
    "in a value": f"<p title='{PLAIN}'>",
    "on many elements": "<p a=1>" * 5000,
    "of an end tag": f"</p {PLAIN}>",
    "cut off": "<titl",
    "a bracket": "<",
    "nothing": "",
}


@pytest.mark.parametrize("name", COMPLEX)
def test_too_many_attributes_are_seen(name: str) -> None:
    assert is_too_complex(COMPLEX[name].encode())


@pytest.mark.parametrize("name", SIMPLE)
def test_text_that_looks_like_attributes_does_not_count(name: str) -> None:
    assert not is_too_complex(SIMPLE[name].encode())


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_complex_page_is_refused_in_any_charset(charset: str) -> None:
    headers = {"Content-Type": f"text/html; charset={charset}"}
    page = Page(HtmlResponse(URL, body=COMPLEX["names"].encode(charset), headers=headers), generic_profile(URL))
    assert (page.refusal, page.is_html, page.page_type) == ("too_complex", False, "other")


@pytest.mark.parametrize(
    "unit", ["<", "<p ", "<p a='", '<p a="x>', "<!-", "<!--x", "<script>", "<script <style>", "a=", "/"]
)
def test_the_search_takes_linear_time(unit: str) -> None:
    def cost(size: int) -> float:
        markup = (unit * size).encode()
        began = time.process_time()
        is_too_complex(markup)
        return time.process_time() - began

    assert cost(400_000) < 40 * max(cost(40_000), 0.01)


@pytest.mark.parametrize("codec", ["punycode", "idna", "zlib", "rot13", "unicode_escape"])
def test_a_codec_that_is_no_charset_counts_as_utf_8(codec: str) -> None:
    headers = {"Content-Type": f"text/html; charset={codec}"}
    response = HtmlResponse(URL, body="<h1>Der Damm wird erhöht</h1>".encode(), headers=headers)
    assert CharsetMiddleware().process_response(Request(URL), response).encoding == "utf-8"  # type: ignore[attr-defined]
    page = Page(response, generic_profile(URL))
    assert page.layout.lines[0].text == "Der Damm wird erhöht"
