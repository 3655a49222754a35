"""Determines which article of the portal a link leads to."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from portalcrawl import urls
from portalcrawl.vocabulary import path_words

if TYPE_CHECKING:
    from portalcrawl.extraction.teasers.page_runs import PageRuns
    from portalcrawl.profiles.model import Profile

_HOST = re.compile(r"\s*[Hh][Tt][Tt][Pp][Ss]?://([^/?#\\\s]+)")
_COMMENT = re.compile(rf"#(?:div-)?{path_words('comments')}[-_]?\d+$", re.IGNORECASE)
"""Fragment of a link to a reader's comment instead of the article."""
_ID = re.compile(r"\d{5,20}|[0-9a-f]{8,40}")
_PAGE_OF = re.compile(rf"[-_,](?:{path_words('page_numbers', 'part_numbers')}?[-_]?\d{{1,2}}|{path_words('wholes')})$")
_NUMBER = re.compile(r"\d{2}")
_MIN_JOINTS = 3
_MIN_ALIKE = 3
"""Fewest headlines that link to URLs of one form that says little alone (``/node/481``)."""
_SIGN = re.compile(r"[^\x00-/:-\x7f]")
"""A digit or a letter that is not ASCII."""
_JOINTS = re.compile(r"[-_.,%+][^-_.,%+]*[-_.,%+]")
"""Without a pattern of the profile, the URL of an article contains a match of this or of :data:`_SIGN`."""


class Targets:
    """Maps each ``href`` of a page to an article; results are cached."""

    def __init__(self, runs: PageRuns, profile: Profile, canonical: str | None) -> None:
        self.base_url = runs.walk.base_url
        self.profile = profile
        self.own = {str(self.base_url), canonical or str(self.base_url)}
        self.own_ids = frozenset(number for address in self.own for number in _ids(address))
        self.own_names = frozenset(map(_name, self.own))
        self.own_queries = frozenset(
            query for own in self.own if (query := own.partition("?")[2]) and _NUMBER.search(query)
        )
        self.own_stems = frozenset(stem for own in self.own if (stem := _stem(own)).count("-") >= _MIN_JOINTS)
        self.owns = cache(profile.owns)
        """Whether scheme and host, as written at the beginning of a URL, are the portal's."""
        self.known: dict[str, tuple[str, str] | None] = {}
        self.heading_urls: set[str] = set()
        """URLs of articles whose form does not say so, by the headings that link to them."""
        if profile.article.url is None:
            self.add_headings(runs)

    def add_headings(self, runs: PageRuns) -> None:
        """Record the links of headings whose URLs repeat the text, or are several of one form that says little."""
        alike: dict[str, dict[str, str]] = {}
        for block in runs.walk.blocks:
            for link in block.links if block.level else ():
                address = self.parse(link.href)
                if address is None or not self.owns(f"{address.scheme}://{address.netloc}") or self.is_article(address):
                    continue
                url = str(address)
                if urls.slug_repeats(url, block.text):
                    self.heading_urls.add(url)
                elif urls.can_be_article(url, block.text):
                    alike.setdefault(address.path.rstrip("/").rpartition("/")[0], {})[url] = block.text
        for found in alike.values():
            if len(set(found.values())) >= _MIN_ALIKE:
                self.heading_urls.update(found)

    def of(self, href: str) -> tuple[str, str] | None:
        """Return the canonical and the absolute URL of the article that *href* leads to; None if there is none."""
        if href not in self.known:
            self.known[href] = self.judge(href)
        return self.known[href]

    def may_lead(self, href: str) -> bool:
        """Return False for links to other sites and URLs that can't be an article's; a cheap test."""
        match = _HOST.match(href)
        if match and not self.owns(match[0].strip()):
            return False
        start = match.end() if match else 0
        return bool(self.profile.article.url or _SIGN.search(href, start) or _JOINTS.search(href, start))

    def judge(self, href: str) -> tuple[str, str] | None:
        if _COMMENT.search(href) or not (self.heading_urls or self.may_lead(href)):
            return None
        address = self.parse(href)
        if address is None or not (self.is_article(address) or str(address) in self.heading_urls):
            return None
        target = urls.canonical_of(address, self.profile.hosts)
        return None if self.is_own(target) else (target, str(address))

    def parse(self, href: str) -> urls.UrlParts | None:
        """Return the URL of *href* without fragment, None if it is not usable."""
        address = urls.resolve(self.base_url, href)
        return address and address._replace(fragment="")

    def is_article(self, address: urls.UrlParts) -> bool:
        """Return whether the URL has the form of an article's on this portal."""
        if self.profile.article.url is not None:
            return self.profile.is_article_url(str(address))
        return self.owns(f"{address.scheme}://{address.netloc}") and urls.article_path(address.path, address.query)

    def is_own(self, target: str) -> bool:
        """Return whether *target* is the page itself, or an action on it: print, mail or comment."""
        path, _, query = target.partition("?")
        if query in self.own_queries or self.has_own_id(query) or _stem(path) in self.own_stems:
            return True
        is_near = _name(path) in self.own_names or self.has_own_id(path)
        is_under = any(path.startswith(own.partition("?")[0].rstrip("/")) for own in self.own)  # ``/seite-2``
        return (is_near or is_under) and any(target == own or urls.same_article(target, own) for own in self.own)

    def has_own_id(self, text: str) -> bool:
        """Return whether *text* contains one of the page's own ids as a whole."""
        return any(map(text.__contains__, self.own_ids)) and not self.own_ids.isdisjoint(_ID.findall(text))


def _ids(address: str) -> list[str]:
    return _ID.findall(address.partition("?")[0])


def _name(address: str) -> str:
    """Return the last segment of the path of *address*, without its extension."""
    return address.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2].partition(".")[0]


def _stem(address: str) -> str:
    """Return *address* without extension and suffix of an article's page (``-2``, ``-seite-2``, ``-komplett``)."""
    bare = address.partition("?")[0].partition("#")[0].rstrip("/")
    path, _, name = bare.rpartition("/")
    return f"{path}/{_PAGE_OF.sub('', name.partition('.')[0])}"
