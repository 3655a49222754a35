"""The next page of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlsplit

from portalcrawl.page.teasers.texts import whole_text
from portalcrawl.urls import absolute
from portalcrawl.vocabulary import either, path_words

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.page.page import Page

REL_NEXT = "//link[@rel='next']/@href | //a[contains(concat(' ', @rel, ' '), ' next ')]/@href"
NEXT_WORDS = re.compile(
    rf"{either('pointers.next_page')}\b|{either('pointers.next_page_alone')}$|[»›→>]$", re.IGNORECASE
)
"""Opening words (or sole sign) of links to the next page, in the languages of large news markets."""
_PAGE_NUMBER = re.compile(rf"(?:/{path_words('page_numbers')})?[/_-]?\d+(?:\.html?)?$")
LONGEST_WORDS = 40


def next_page(page: Page) -> str | None:
    """Return the address of the list's next page; None where the page names none.

    Taken in this order: a link that says so (``rel=next``, HTML Living Standard 4.6.7.17), a link whose address is
    this page's with the page number one higher, a link whose words say so.
    """
    if page.root is None:
        return None
    links = [url for href in cast("list[str]", page.root.xpath(REL_NEXT)) if (url := _own(page, href))]
    return next(iter(links), None) or _by_number(page) or _by_words(page)


def _own(page: Page, href: str) -> str | None:
    url = absolute(page.base_url, href)
    return url if url and page.profile.owns(url) and url.split("#")[0] != page.url.split("#")[0] else None


def _by_number(page: Page) -> str | None:
    """Return the link that differs from this page only in a number that is one higher (2 where this has none)."""
    here = page.url.split("#")[0]
    for anchor in page.root.iter("a") if page.root is not None else ():
        text = _words(anchor)
        if not text.isdecimal() or len(text) > 6:
            continue
        url = _own(page, anchor.get("href") or "")
        if url and int(text) == _number(here, url) + 1:
            return url
    return None


def _number(here: str, other: str) -> int:
    """Return this page's number: the number in its address that stands elsewhere in *other*'s, else 1."""
    mine, theirs = (dict(parse_qsl(urlsplit(url).query)) for url in (here, other))
    for name in theirs:
        if name in mine and mine[name] != theirs[name] and mine[name].isdecimal() and len(mine[name]) < 7:
            return int(mine[name])
    parts = zip(urlsplit(here).path.split("/"), urlsplit(other).path.split("/"), strict=False)
    differing = [(a, b) for a, b in parts if a != b]
    for a, b in differing:
        numbers = re.findall(r"\d{1,6}", a)
        if numbers and re.sub(r"\d+", "", a) == re.sub(r"\d+", "", b):
            return int(numbers[-1])
    return 1


def _by_words(page: Page) -> str | None:
    for anchor in page.root.iter("a") if page.root is not None else ():
        said = (_words(anchor), anchor.get("aria-label") or "", anchor.get("title") or "")
        if any(len(text) <= LONGEST_WORDS and NEXT_WORDS.match(text.strip()) for text in said):
            url = _own(page, anchor.get("href") or "")
            if url and _is_same_list(page.url, url):
                return url
    return None


def _is_same_list(here: str, other: str) -> bool:
    """Tell whether *other* looks like another page of the list *here*: same path, but for its end, or same query."""
    mine, theirs = urlsplit(here).path.rstrip("/"), urlsplit(other).path.rstrip("/")
    mine = _PAGE_NUMBER.sub("", mine)
    return theirs.startswith(mine.removesuffix(".html"))


def _words(anchor: _Element) -> str:
    return " ".join(whole_text(anchor).split())[: LONGEST_WORDS + 1]
