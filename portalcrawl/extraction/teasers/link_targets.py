"""Which article of the portal a link leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from portalcrawl import urls
from portalcrawl.vocabulary import path_words

if TYPE_CHECKING:
    from portalcrawl.extraction.teasers.page_runs import PageRuns
    from portalcrawl.profiles.model import Profile

_HOST = re.compile(r"\s*[Hh][Tt][Tt][Pp][Ss]?://([^/?#\\\s]+)")
_COMMENT = re.compile(rf"#(?:div-)?{path_words('comments')}[-_]?\d+$", re.IGNORECASE)
"""What leads to one reader's comment rather than to the article."""
_ID = re.compile(r"\d{5,20}|[0-9a-f]{8,40}")
_PAGE_OF = re.compile(rf"[-_,](?:{path_words('page_numbers', 'part_numbers')}?[-_]?\d{{1,2}}|{path_words('wholes')})$")
_NUMBER = re.compile(r"\d{2}")
_MIN_JOINTS = 3
_LOWEST_HEADING = 4
_SIGN = re.compile(r"[^\x00-/:-\x7f]")
"""A digit or a letter that is not ASCII."""
_JOINTS = re.compile(r"[-_.,%+][^-_.,%+]*[-_.,%+]")
"""One or the other has the address of an article somewhere, where no pattern of a profile says otherwise."""


class Targets:
    """Which article each ``href`` of a page leads to; every ``href`` is judged once."""

    def __init__(self, runs: PageRuns, profile: Profile, canonical: str | None) -> None:
        self.base_url = runs.walk.base_url
        self.profile = profile
        self.own = (str(self.base_url), canonical) if canonical else (str(self.base_url),)
        self.own_bare = [(address.partition("?")[0].rstrip("/"), address) for address in self.own]
        self.own_ids = frozenset(number for address in self.own for number in _ids(address))
        self.own_names = frozenset(_name(address) for address in self.own)
        self.own_queries = frozenset(
            query for own in self.own if (query := own.partition("?")[2]) and _NUMBER.search(query)
        )
        self.own_stems = tuple(stem for address in self.own if (stem := _stem(address)).count("-") >= _MIN_JOINTS)
        self.owned: dict[str, bool] = {}
        """By scheme and host, as they stand at the beginning of an address."""
        self.seen: dict[str, tuple[urls.UrlParts | None, bool]] = {}
        self.known: dict[str, tuple[str, str] | None] = {}
        self.told: set[str] = set()
        """Addresses that say little, but repeat the heading that leads to them."""
        if profile.article.url is None:
            self.hear_headings(runs)

    def hear_headings(self, runs: PageRuns) -> None:
        """Take in the links of headings whose addresses repeat what the heading says."""
        for block in runs.walk.blocks:
            for link in block.links if 2 <= block.level <= _LOWEST_HEADING else ():
                address, is_article = self.look_at(link.href) if self.may_lead(link.href) else (None, False)
                if address is not None and not is_article and urls.slug_repeats(str(address), block.text):
                    self.told.add(str(address))

    def of(self, href: str) -> tuple[str, str] | None:
        """Return the canonical and the absolute address of the article *href* leads to; None where it leads to none."""
        if href not in self.known:
            self.known[href] = self.judge(href) if self.may_lead(href) else None
        return self.known[href]

    def may_lead(self, href: str) -> bool:
        """Rule out at little cost what leads to another site, and what has no sign of an article's address."""
        match = _HOST.match(href) if href[:1] != "/" else None
        if match:
            if not self.owns(match[0].strip()):
                return False
            href = href[match.end() :]
        return bool(self.profile.article.url or _SIGN.search(href) or _JOINTS.search(href))

    def owns(self, origin: str) -> bool:
        """Return whether scheme and host are the portal's own."""
        known = self.owned.get(origin)
        if known is None:
            known = self.owned[origin] = self.profile.owns(origin)
        return known

    def judge(self, href: str) -> tuple[str, str] | None:
        if href[:1] == "#" or _COMMENT.search(href):
            return None
        address, is_article = self.look_at(href)
        if address is None or not (is_article or (self.told and str(address) in self.told)):
            return None
        target = urls.canonical_of(address, self.profile.hosts)
        return None if self.is_own(target) else (target, str(address))

    def look_at(self, href: str) -> tuple[urls.UrlParts | None, bool]:
        """Return the address that *href* names, without fragment, and whether it alone says that it is an article's."""
        if href not in self.seen:
            address = urls.resolve(self.base_url, href)
            address = address._replace(fragment="") if address and address.fragment else address
            self.seen[href] = address, address is not None and self.is_article(address)
        return self.seen[href]

    def is_article(self, address: urls.UrlParts) -> bool:
        """Return whether the address alone says that it is one of the portal's articles."""
        if self.profile.article.url is not None:
            return self.profile.is_article_url(str(address))
        return self.owns(f"{address.scheme}://{address.netloc}") and urls.article_path(address.path, address.query)

    def is_own(self, target: str) -> bool:
        """Return whether *target* is the page itself, or an action on it: to print, mail or comment."""
        path, _, query = target.partition("?")
        if path.startswith(self.own_stems) and _stem(path) in self.own_stems:
            return True
        if query and (query in self.own_queries or self.has_own_id(query)):
            return True
        near: Iterable[str] = self.own
        if _name(path) not in self.own_names and not self.has_own_id(path):
            bare = path.rstrip("/")  # one address may go on where the other ends (``/seite-2``)
            near = [own for other, own in self.own_bare if bare.startswith(other) or other.startswith(bare)]
        return any(target == own or urls.same_article(target, own) for own in near)

    def has_own_id(self, text: str) -> bool:
        """Return whether one of the page's own ids stands in *text* as a whole."""
        return any(map(text.__contains__, self.own_ids)) and not self.own_ids.isdisjoint(_ID.findall(text))


def _ids(address: str) -> list[str]:
    return _ID.findall(address.partition("?")[0])


def _name(address: str) -> str:
    """Return the last segment of the path of *address*, without ending."""
    return address.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2].partition(".")[0]


def _stem(address: str) -> str:
    """Return *address* up to what names a page of its article (``-2``, ``-seite-2``, ``-komplett``), without ending."""
    bare = address.partition("?")[0].partition("#")[0].rstrip("/")
    path, _, name = bare.rpartition("/")
    return f"{path}/{_PAGE_OF.sub('', name.partition('.')[0])}"
