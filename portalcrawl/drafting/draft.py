"""Makes a profile file from evidence, and gives the evidence in comments."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portalcrawl.drafting.article_pattern import ArticlePattern, find_pattern
from portalcrawl.drafting.evidence import DocumentEvidence, Evidence
from portalcrawl.errors import PortalcrawlError
from portalcrawl.extraction.page_teasers import read_teasers
from portalcrawl.plurals import counted, noun
from portalcrawl.profiles.model import Profile
from portalcrawl.profiles.profile_file import read_profile
from portalcrawl.profiles.time_zones import zone_of
from portalcrawl.urls import mask_secrets

MOST_SHOWN = 5
"""Most hosts, paths or documents that are listed in comments."""
MIN_ON_HOST = 3
"""Number of articles on another host from which it counts as one of the portal's hosts."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Name and content of a valid profile file."""

    name: str
    text: str


class DraftError(PortalcrawlError):
    """No profile can be drafted: the front page can't be fetched, or the evidence leads to no valid profile."""


def make_draft(evidence: Evidence, names: Iterable[str]) -> Draft:
    """Return the draft of a profile; *names* are the names of existing profiles.

    The article pattern is left out if the fetched pages would have other teasers with it than without a profile.

    :raises DraftError: if the profile would not be valid.
    """
    name = profile_name(evidence.front.url, names)
    pattern = find_pattern(evidence.article_urls())
    text = _text(name, evidence, pattern)
    if pattern and not _reads_as_well(_profile(text, name), evidence, pattern):
        text = _text(name, evidence, None)
    _profile(text, name)
    return Draft(name, text)


def profile_name(url: str, names: Iterable[str]) -> str:
    """Return a name for the portal at *url* that is not in *names*: the second-level domain, or else the whole host.

    >>> profile_name("https://www.seenbote.de/", [])
    'seenbote'
    >>> profile_name("http://127.0.0.1:8998/", [])
    '127.0.0.1-8998'
    """
    netloc = urlsplit(url).netloc.rpartition("@")[2].lower().removeprefix("www.")
    whole = re.sub(r"[^a-z0-9._-]+", "-", netloc).strip("-._")
    labels = whole.split(".")
    short = labels[-2] if len(labels) > 1 and not re.search(r"\d$", labels[-1]) and len(labels[-2]) > 3 else whole
    taken = set(names)
    candidates = [short, whole, *(f"{whole}-{number}" for number in range(2, 100))]
    return next(each for each in candidates if each not in taken)


def _profile(text: str, name: str) -> Profile:
    profile, faults = read_profile(text.encode(), name, f"{name}.toml")
    if profile is None:
        raise DraftError("; ".join(map(str, faults)))
    return profile


def _reads_as_well(profile: Profile, evidence: Evidence, pattern: ArticlePattern) -> bool:
    """Return whether the pages have the same teasers with *profile* as without, except those that the draft lists."""
    for page in evidence.pages:
        found = {parts.url for parts in read_teasers(page.walk, profile, page.root).teasers}
        before = {parts.url for parts in page.teasers}
        if found - before or any(urlsplit(url).path not in pattern.others for url in before - found):
            return False
    return True


def _text(name: str, evidence: Evidence, pattern: ArticlePattern | None) -> str:
    made_from = f"{counted(evidence.requests, 'request')} to {_plain(mask_secrets(evidence.front.url))}"
    lines = [
        f"# Drafted from {made_from}: check each line.",
        f"name = {_quoted(name)}",
        *_hosts(evidence),
        *_language_and_zone(evidence),
        *_start_urls(evidence),
        "",
        *_article(evidence, pattern),
        "",
        *_discovery(evidence),
    ]
    return "\n".join(lines) + "\n"


def _hosts(evidence: Evidence) -> list[str]:
    own = urlsplit(evidence.front.url).netloc.lower()
    counts = evidence.hosts()
    others = [host for host, number in counts.most_common() if number >= MIN_ON_HOST and not _same(host, own)]
    seen = ", ".join(f"{host} {number}" for host, number in counts.most_common(MOST_SHOWN)) or "none"
    return [f"# The front page's host, and those of at least {MIN_ON_HOST} articles; articles by host: {seen}.",
            f"hosts = {_array([own, *others])}"]  # fmt: skip


def _same(host: str, own: str) -> bool:
    return host.removeprefix("www.") == own.removeprefix("www.")


def _language_and_zone(evidence: Evidence) -> list[str]:
    lines = []
    languages = evidence.languages()
    language = languages.most_common(1)[0][0] if languages else None
    if language:
        pages = f"{_shares(languages, len(evidence.pages))} {noun(len(evidence.pages), 'page')}"
        lines += [f"# Declared by {pages}.", f"language = {_quoted(language)}"]
    else:
        lines += ["# No page declares its language.", '# language = "de"']
    zone = zone_of(urlsplit(evidence.front.url).hostname or "", language)
    offsets = evidence.offsets()
    seen = ", ".join(f"{offset} {number}" for offset, number in offsets.most_common()) or "none"
    if isinstance(zone, ZoneInfo):
        lines += [f"# From the country of the host, or the language; UTC offsets of dates on article pages: {seen}.",
                  f"timezone = {_quoted(zone.key)}"]  # fmt: skip
    else:
        lines += [f"# Neither host nor language implies a time zone; UTC offsets of dates on article pages: {seen}.",
                  '# timezone = "Europe/Berlin"']  # fmt: skip
    return lines


def _shares(counts: Counter[str], total: int) -> str:
    return ", ".join(f"{number} of {total} ({value})" for value, number in counts.most_common())


def _start_urls(evidence: Evidence) -> list[str]:
    lists = evidence.lists
    seen = "; ".join(f"{page.url}: {counted(len(page.teasers), 'teaser')}" for page in lists)
    return [f"# {seen}.", f"start_urls = {_array([page.url for page in lists])}"]


def _article(evidence: Evidence, pattern: ArticlePattern | None) -> list[str]:
    urls = evidence.article_urls()
    where = ", ".join(f"{number} of {place}" for place, number in Counter(urls.values()).most_common()) or "none"
    if pattern is None:
        return [
            f"# No pattern: {counted(len(urls), 'address', 'addresses')} of articles ({where}) have no id in common,",
            "# or their common form would change the teasers of the fetched pages.",
            "# [article]",
            "# url = '^/.+-(?P<id>\\d+)\\.html$'",
        ]
    made_from = counted(pattern.made_from, "address", "addresses")
    return [
        "[article]",
        f"# Made from {made_from}, and matches {counted(pattern.held_by, 'other')} ({where}).",
        f"# An id: {pattern.example}. The pattern does not change the teasers of the fetched pages.",
        *(f"# Not matched, since it contains no id: {_plain(path)}" for path in pattern.others[:MOST_SHOWN]),
        f"url = '{pattern.expression}'",
    ]


def _discovery(evidence: Evidence) -> list[str]:
    return [
        "[discovery]",
        *_documents("feeds", evidence.feeds, evidence.more_feeds, "link rel=alternate of the front page"),
        *_documents("sitemaps", evidence.sitemaps, evidence.more_sitemaps, "robots.txt"),
    ]


def _documents(key: str, documents: Sequence[DocumentEvidence], more: int, by: str) -> list[str]:
    lines = []
    for document in documents[:MOST_SHOWN]:
        entries, children = counted(len(document.entries), "entry", "entries"), document.children
        size = counted(len(children), "sitemap") if children else entries
        lines.append(f"# {_plain(document.url)}: {document.problem or size}")
    if more:
        lines.append(f"# {more} more listed, not fetched.")
    if any(document.problem is None for document in documents):
        return [f"# Listed by {by}:", *lines, f'{key} = "auto"']
    return [f"# No readable one is listed by {by}.", *lines, f"{key} = false"]


def _plain(value: str) -> str:
    """Return *value* without characters that would end a comment."""
    return "".join(character if character.isprintable() else "?" for character in value)


def _quoted(value: str) -> str:
    """Return *value* as a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _array(values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"[{_quoted(values[0])}]"
    return "[\n" + "".join(f"    {_quoted(value)},\n" for value in values) + "]"
