"""The next page of a list, and where a list ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

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
"""First words, or the only character, of links to the next page in the languages of large news markets."""
_PAGE_NUMBER = re.compile(rf"(?:/{path_words('page_numbers', 'part_numbers')})?[/_-]?\d+(?:\.html?)?$")
_DIGITS = re.compile(r"\d+")
LONGEST_WORDS = 40


class ListPages:
    """Follows the pages of one list, each once, until a page has no new article.

    Links to the next page may point back, to the same page, or beyond the last page for ever: sites answer a page
    number that is too high with the last page, the first page or a redirect.
    """

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._read: set[str] = set()
        self._links: set[str] = set()

    def is_read(self, page: Page) -> bool:
        """Return whether the page was read before, maybe under another spelling of its URL; remember it as read."""
        address = _spelling(page, page.url)
        if address in self._read:
            return True
        self._read.add(address)
        return False

    def next_page(self, page: Page) -> str | None:
        """Return the URL of the page after *page*; None if the list ends, i.e. *page* links to no new article.

        URLs requested before are skipped: on the last page, the "next" link may point back.
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
    """Return *url* without scheme and ``www`` and with sorted, unique parameters: equal for all its spellings."""
    address = resolve(page.url, canonical_url(url, page.profile.hosts))
    return f"{stem(address)}{address.path}?{'&'.join(sorted(set(address.query.split('&'))))}" if address else url


def next_page(page: Page) -> str | None:
    """Return the URL of the list's next page; None if *page* has no link to one."""
    return next(next_pages(page), None)


def next_pages(page: Page) -> Iterator[str]:
    """Yield candidates for the URL of the list's next page, the most reliable first.

    In this order: links with ``rel=next`` (HTML Living Standard 4.6.7.17), links whose URL is this page's with a page
    number that is one higher, links whose text means "next page".
    """
    rel = (_own(page, href) for href in cast("list[str]", page.root.xpath(REL_NEXT)))
    yield from filter(None, chain(rel, _by_number(page), _by_words(page)))


def _own(page: Page, href: str) -> str | None:
    url = absolute(page.base_url, href)
    return url if url and page.profile.owns(url) and url.split("#")[0] != page.url.split("#")[0] else None


def _by_number(page: Page) -> Iterator[str]:
    """Yield links whose URL differs from the page's only in a number that is one higher (2 if the page's has none)."""
    for anchor in page.root.iter("a"):
        text = _words(anchor)
        url = _own(page, anchor.get("href") or "") if text.isdecimal() else None
        if url and _is_number_after(page.url.split("#")[0], url, text):
            yield url


def _is_number_after(here: str, url: str, number: str) -> bool:
    """Return whether *url*, which a link with the text *number* leads to, is the page after *here*.

    The two differ only in that number; the second page also comes after one without a number.
    """
    if _DIGITS.sub("", here) != _DIGITS.sub("", url):
        return number == "2"
    return re.sub(rf"(?<!\d){number}(?!\d)", str(int(number) - 1), url) == here


def _by_words(page: Page) -> Iterator[str]:
    for anchor in page.root.iter("a"):
        said = (_words(anchor), anchor.get("aria-label") or "", anchor.get("title") or "")
        if any(len(text) <= LONGEST_WORDS and NEXT_WORDS.match(text.strip()) for text in said):
            url = _own(page, anchor.get("href") or "")
            if url and _is_same_list(page.url, url):
                yield url


def _is_same_list(here: str, other: str) -> bool:
    """Return whether *other* looks like another page of the list *here*: its path begins with the path of *here*.

    A page number and ``.html`` at the end of *here* are ignored.
    """
    mine, theirs = urlsplit(here).path.rstrip("/"), urlsplit(other).path.rstrip("/")
    mine = _PAGE_NUMBER.sub("", mine)
    return theirs.startswith(mine.removesuffix(".html"))


def _words(anchor: _Element) -> str:
    return " ".join(whole_text(anchor).split())[: LONGEST_WORDS + 1]
