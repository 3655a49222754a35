"""Saved pages, and test cases made from them.

A case is a folder ``tests/pages/<portal>/<case>/``:

- ``page.html``: the page.
- ``meta.toml``: its ``url``, when it was ``fetched``, the ``portal`` whose profile reads it (generic rules if absent),
  and the response ``headers`` that matter for reading.
- ``expected.json``: ``kind`` (the page type), ``article`` and ``teasers``. Missing keys are not compared, so a
  handwritten case can have a single field.
- ``profile.toml``: the profile, unless it is a built-in one.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy.http import HtmlResponse

from portalcrawl.errors import UsageError
from portalcrawl.extraction.dom import tree
from portalcrawl.extraction.page import Page
from portalcrawl.loaders.crawl_context import CrawlContext
from portalcrawl.profiles.catalog import ProfileFile
from portalcrawl.reading import Reading
from portalcrawl.urls import absolute

PAGE, META, EXPECTED, PROFILE = "page.html", "meta.toml", "expected.json", "profile.toml"
HEADERS = ("Content-Type", "X-Robots-Tag", "TDM-Reservation", "TDM-Policy")
"""Headers that matter for reading, besides Date."""
RUN_FIELDS = ("run", "date_fetched", "schema_version")
"""Fields that are left out of cases, since they differ from run to run."""
MAX_NAME_LENGTH = 60
MAX_SIZE = 50 * 1024 * 1024
ANY_URL = "http://localhost/"
"""URL with which a saved page is parsed to find its canonical URL."""
CANONICAL_URL = "//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"
INSPECTION = CrawlContext(run="inspect", discovered_via="start")


def read_file(path: Path, url: str | None) -> HtmlResponse:
    """Return the page saved at *path* (``.gz`` is unpacked) as if fetched from *url* when the file was last modified.

    Without *url*, the page's canonical URL is used.

    :raises UsageError: if the file can't be read, or there is no URL.
    """
    body = _read_bytes(path)
    written = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    address = url or _canonical_url(body)
    if address is None:
        problem = f"{str(path)!r} does not declare its URL (link rel=canonical, og:url)"
        raise UsageError(f"scrapy inspect: {problem}; give it with --url U")
    return make_response(body, address, written)


def make_response(body: bytes, url: str, fetched: datetime, headers: Mapping[str, str] | None = None) -> HtmlResponse:
    """Return *body* as the response to a request for *url*, with *fetched* as its Date header."""
    date = {"Date": format_datetime(fetched.astimezone(UTC), usegmt=True)}
    return HtmlResponse(url, body=body, headers={**(headers or {}), **date})


def save_case(page: Page, reading: Reading, folder: Path, file: ProfileFile | None) -> Path:
    """Write a case that expects all of *reading*; return its folder, which is created below *folder*.

    *file* is the file of the page's profile; None for the generic profile.
    """
    portal = re.sub(r"[^a-z0-9._-]", "_", page.profile.name)
    case = _make_folder(folder / portal, page.url)
    (case / PAGE).write_bytes(page.response.body)
    (case / META).write_text(_meta(page), "utf-8")
    (case / EXPECTED).write_text(json.dumps(expected(reading), ensure_ascii=False, indent=2) + "\n", "utf-8")
    if file and not file.built_in:
        (case / PROFILE).write_bytes(Path(file.file).read_bytes())
    return case


def expected(reading: Reading) -> dict[str, Any]:
    """Return *reading* as the expectation of a case: everything but RUN_FIELDS."""
    return {
        "kind": reading.page_type,
        "article": _without_run_fields(asdict(reading.article)) if reading.article else None,
        "teasers": [_without_run_fields(asdict(teaser)) for teaser in reading.teasers],
    }


def _read_bytes(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(MAX_SIZE)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"scrapy inspect: {str(path)!r}: {problem}; it takes a URL or a saved page") from error


def _canonical_url(body: bytes) -> str | None:
    """Return the absolute canonical URL in a saved page; None if it has none."""
    try:
        root = tree.parse(HtmlResponse(ANY_URL, body=body))
    except tree.TooComplexError:
        return None
    named = [] if root is None else cast("list[str]", root.xpath(CANONICAL_URL))
    return next((url for url in (absolute("", str(each)) for each in named) if url), None)


def _make_folder(portal: Path, url: str) -> Path:
    """Create a folder named after the last segment of *url*'s path, with a number appended if that exists."""
    segment = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    words = re.findall(r"[a-z0-9]+", segment.rsplit(".", 1)[0].lower())
    name = "-".join(words)[:MAX_NAME_LENGTH].strip("-") or "front"
    number = 1
    while True:
        case = portal / (name if number == 1 else f"{name}-{number}")
        try:
            case.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return case


def _meta(page: Page) -> str:
    lines = [f"url = {json.dumps(page.url)}", f"fetched = {page.fetched.isoformat().replace('+00:00', 'Z')}"]
    if not page.profile.generic:
        lines.append(f"portal = {json.dumps(page.profile.name)}")
    headers = {name: page.response.headers.get(name) for name in HEADERS}
    kept = [f"{name} = {json.dumps(value.decode('latin-1'))}" for name, value in headers.items() if value]
    return "\n".join([*lines, *(["", "[headers]", *kept] if kept else [])]) + "\n"


def _without_run_fields(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in RUN_FIELDS}
