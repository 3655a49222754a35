"""The next page of a list, and where a list ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlsplit

from portalcrawl.extraction.dom.element_text import whole_text
from portalcrawl.urls import absolute, canonical_url, resolve
from portalcrawl.urls.hosts import stem
from portalcrawl.vocabulary import either, path_words

if TYPE_CHECKING:
    from lxml.etree import _Element

    from portalcrawl.extraction.page import Page

REL_NEXT = "//link[@rel='next']/@href | //a[contains(concat(' ', @rel, ' '), ' next ')]/@href"
NEXT_WORDS = re.compile(
    rf"{either('pointers.next_page')}\b|{either('pointers.next_page_alone')}$|[»›→>]$", re.IGNORECASE
)
"""Opening words (or sole sign) of links to the next page, in the languages of large news markets."""
_PAGE_NUMBER = re.compile(rf"(?:/{path_words('page_numbers', 'part_numbers')})?[/_-]?\d+(?:\.html?)?$")
LONGEST_WORDS = 40


class ListPages:
    """The pages of one list as they are read, each once, until one brings nothing new.

    Links to the next page may lead back, stay, or go on for ever behind the last page: sites answer a page number that
    is too high with the last page, with the first, or by a redirect.
    """

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._read: set[str] = set()
        self._links: set[str] = set()

    def is_read(self, page: Page) -> bool:
        """Return whether the page was read before, perhaps under another spelling of its address; remember it."""
        address = _spelling(page, page.url)
        if address in self._read:
            return True
        self._read.add(address)
        return False

    def next_page(self, page: Page) -> str | None:
        """Return the address of the page after *page*; None where the list ends: at one that links to no new article.

        An address that was asked for before is passed over: on the last page, the words that lead on may lead back.
        """
        links = {canonical_url(teaser.url, page.profile.hosts) for teaser in page.teasers}
        if links <= self._links:
            return None
        self._links |= links
        for url in next_pages(page):
            address = _spelling(page, url)
            if address not in self._read and address not in self._asked:
                self._asked.add(address)
                return url
        return None


def _spelling(page: Page, url: str) -> str:
    """Return what all spellings of *url* have in common: neither scheme nor ``www``, each parameter once, in order."""
    address = resolve(page.url, canonical_url(url, page.profile.hosts))
    return f"{stem(address)}{address.path}?{'&'.join(sorted(set(address.query.split('&'))))}" if address else url


def next_page(page: Page) -> str | None:
    """Return the address of the list's next page; None where the page names none."""
    return next(next_pages(page), None)


def next_pages(page: Page) -> Iterator[str]:
    """Yield what may be the address of the list's next page, the most trusted first.

    In this order: links that say so (``rel=next``, HTML Living Standard 4.6.7.17), links whose address is this page's
    with the page number one higher, links whose words say so.
    """
    if page.root is None:
        return
    for href in cast("list[str]", page.root.xpath(REL_NEXT)):
        if url := _own(page, href):
            yield url
    yield from _by_number(page)
    yield from _by_words(page)


def _own(page: Page, href: str) -> str | None:
    url = absolute(page.base_url, href)
    return url if url and page.profile.owns(url) and url.split("#")[0] != page.url.split("#")[0] else None


def _by_number(page: Page) -> Iterator[str]:
    """Yield links that differ from this page only in a number that is one higher (2 where this has none)."""
    here = page.url.split("#")[0]
    for anchor in page.root.iter("a") if page.root is not None else ():
        text = _words(anchor)
        if not text.isdecimal() or len(text) > 6:
            continue
        url = _own(page, anchor.get("href") or "")
        if url and int(text) == _number(here, url) + 1:
            yield url


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


def _by_words(page: Page) -> Iterator[str]:
    for anchor in page.root.iter("a") if page.root is not None else ():
        said = (_words(anchor), anchor.get("aria-label") or "", anchor.get("title") or "")
        if any(len(text) <= LONGEST_WORDS and NEXT_WORDS.match(text.strip()) for text in said):
            url = _own(page, anchor.get("href") or "")
            if url and _is_same_list(page.url, url):
                yield url


def _is_same_list(here: str, other: str) -> bool:
    """Return whether *other* looks like another page of the list *here*: same path, but for its end, or same query."""
    mine, theirs = urlsplit(here).path.rstrip("/"), urlsplit(other).path.rstrip("/")
    mine = _PAGE_NUMBER.sub("", mine)
    return theirs.startswith(mine.removesuffix(".html"))


def _words(anchor: _Element) -> str:
    return " ".join(whole_text(anchor).split())[: LONGEST_WORDS + 1]
