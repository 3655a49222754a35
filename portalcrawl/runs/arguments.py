"""The spider arguments of ``scrapy crawl portal``, checked."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from portalcrawl.errors import ArgumentError, UsageError
from portalcrawl.profiles.model import RenderMode
from portalcrawl.profiles.profile_hosts import netloc_of
from portalcrawl.urls import MAX_URL_LENGTH, mask_secrets

T = TypeVar("T")
D = TypeVar("D")

MEANINGS = {
    "portal": "portal profile to crawl (scrapy portals lists them); default: by the URLs, else the embedded portal",
    "url": "start pages, separated by spaces: articles or lists; default: the profile's",
    "urls_file": "file of start pages, one a line; - for standard input",
    "follow": "false: fetch only the start pages; default: true",
    "pages": "of a start page that is a list: its first N pages; default: 1",
    "max_articles": "write at most this many articles; further links stay pending",
    "max_depth": "teaser hops from a start page, which has depth 0",
    "since": "leave out articles known to be older: 2025-12-01, or an age such as 36h or 7d",
    "query": "start from the portal's own search",
    "render": "whether a browser renders pages: auto, never or always",
    "discover": "what else leads to articles: feeds, sitemaps, both (feeds,sitemaps) or none; default: the profile's",
}
"""Argument -> what it is for, in one line."""
NAMES = tuple(MEANINGS)
SCRAPYD_JOB = "_job"
"""Argument in which Scrapyd gives every spider the id of its job."""

DISCOVER = ("feeds", "sitemaps")
RENDER_MODES: tuple[RenderMode, ...] = ("auto", "never", "always")
BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
AGE = re.compile(r"(\d{1,6})([mhdw])")
MAX_NUMBER = 10**12


@dataclass(frozen=True, slots=True)
class Arguments:
    """The parsed arguments; each value is checked, but not their combination."""

    portal: str | None = None
    urls: tuple[str, ...] = ()
    follow: bool = True
    pages: int = 1
    max_articles: int | None = None
    max_depth: int | None = None
    since: timedelta | datetime | None = None
    """An age, counted back from the start of the run, or a time; a naive time is in the portal's time zone."""
    query: str | None = None
    render: RenderMode | None = None
    discover: frozenset[str] | None = None
    """Which of ``feeds`` and ``sitemaps`` are read; None: as the profile says."""
    job: str | None = None


def parse_arguments(given: Mapping[str, str]) -> Arguments:
    """Return the checked arguments; raise ArgumentError for the first that is wrong."""
    for name in given:
        if name not in NAMES and name != SCRAPYD_JOB:
            raise UsageError(f"unknown argument {name}; the arguments are {', '.join(NAMES)}")

    def read(name: str, reader: Callable[[str, str], T], default: D) -> T | D:
        return reader(name, str(given[name]).strip()) if name in given else default

    return Arguments(
        portal=read("portal", partial(_text, takes="the name of a portal (scrapy portals lists them)"), None),
        urls=(*read("url", _urls, ()), *read("urls_file", _urls_file, ())),
        follow=read("follow", _boolean, True),
        pages=read("pages", partial(_number, least=1), 1),
        max_articles=read("max_articles", partial(_number, least=1), None),
        max_depth=read("max_depth", partial(_number, least=0), None),
        since=read("since", parse_since, None),
        query=read("query", partial(_text, takes="words to search for on the portal"), None),
        render=read("render", _render, None),
        discover=read("discover", _discover, None),
        job=given.get(SCRAPYD_JOB) or None,
    )


def _text(name: str, value: str, takes: str) -> str:
    if not value:
        raise ArgumentError(name, "is empty", takes)
    return value


def _urls(name: str, value: str) -> tuple[str, ...]:
    urls = tuple(value.split())
    if not urls:
        raise ArgumentError(name, "is empty", "one or more http or https URLs, separated by spaces")
    for url in urls:
        check_url(name, url)
    return urls


def check_url(name: str, url: str, where: str = "") -> None:
    """Raise ArgumentError if *url* is not an http(s) URL, contains a user, or is longer than MAX_URL_LENGTH."""
    shown = mask_secrets(url[:200])
    if len(url) > MAX_URL_LENGTH:
        problem = f"{shown!r}...{where} has {len(url)} characters"
        raise ArgumentError(name, problem, f"URLs of up to {MAX_URL_LENGTH}")
    if netloc_of(url) is None or not url.isprintable():
        raise ArgumentError(name, f"{shown!r}{where} is not a URL", "http and https URLs")
    if "@" in urlsplit(url).netloc:
        raise ArgumentError(name, f"{shown!r}{where} names a user", "URLs without user and password")


def _urls_file(name: str, value: str) -> tuple[str, ...]:
    urls: list[str] = []
    for number, line in enumerate(_lines(name, value), start=1):
        url = line.strip()
        if url and not url.startswith("#"):
            check_url(name, url, f" (line {number})")
            urls.append(url)
    if not urls:
        raise ArgumentError(name, f"{value!r} contains no URL", "a file with one URL per line, or -")
    return tuple(urls)


def _lines(name: str, value: str) -> list[str]:
    takes = "a readable file with one URL per line (UTF-8), or - for standard input"
    try:
        content = sys.stdin.buffer.read() if value == "-" else Path(value).read_bytes()
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ArgumentError(name, f"{value!r} is not UTF-8 text", takes) from None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise ArgumentError(name, f"{value!r}: {problem}", takes) from None
    return text.split("\n")


def _boolean(name: str, value: str) -> bool:
    try:
        return BOOLEANS[value.lower()]
    except KeyError:
        raise ArgumentError(name, f"{value!r} is neither true nor false", "true or false") from None


def _number(name: str, value: str, least: int) -> int:
    takes = f"a whole number from {least}"
    if not re.fullmatch(r"[+-]?[0-9]{1,13}", value):
        raise ArgumentError(name, f"{value[:200]!r} is not a whole number", takes)
    number = int(value)
    if not least <= number <= MAX_NUMBER:
        raise ArgumentError(name, f"{number} is out of range", takes)
    return number


def parse_age(text: str) -> timedelta | None:
    """Return the age in *text*, such as ``36h``; None if it is none."""
    match = AGE.fullmatch(text)
    return timedelta(**{UNITS[match[2]]: int(match[1])}) if match else None


def parse_since(name: str, value: str) -> timedelta | datetime:
    """Return the age, or the time (naive for a date), in *value*; raise ArgumentError for the argument *name*."""
    takes = "a date such as 2025-12-01, or an age such as 36h or 7d"
    try:
        if (age := parse_age(value)) is not None:
            if not age:
                raise ArgumentError(name, f"{value!r} is below 1", takes)
            return age
        if not re.match(r"\d{4}-\d\d-\d\d", value):
            raise ValueError
        return datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise ArgumentError(name, f"{value!r} has an unknown format", takes) from None


def _render(name: str, value: str) -> RenderMode:
    for mode in RENDER_MODES:
        if mode == value:
            return mode
    raise ArgumentError(name, f"{value!r} is not a render mode", ", ".join(RENDER_MODES))


def _discover(name: str, value: str) -> frozenset[str]:
    found = [part.strip() for part in value.split(",")]
    if found == ["none"]:
        return frozenset()
    for part in found:
        if part not in DISCOVER:
            raise ArgumentError(name, f"{part[:200]!r} is unknown", "feeds, sitemaps, feeds,sitemaps, or none")
    return frozenset(found)


def start_of_period(since: str | None) -> datetime | None:
    """Return when the period of the option ``--since`` began (UTC): a date means midnight UTC. None without one.

    :raises ArgumentError: if *since* is neither an age nor a date, or is in the future.
    """
    if since is None:
        return None
    given = parse_since("--since", since)
    now = datetime.now(UTC)
    if isinstance(given, timedelta):
        return now - given
    start = given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
    if start > now:
        raise ArgumentError("--since", f"{since!r} is in the future", "an age or a date that has passed")
    return start
