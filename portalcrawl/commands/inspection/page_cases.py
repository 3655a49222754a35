"""Saved pages with what they must give: ``tests/pages/<portal>/<case>/{page.html,meta.toml,expected.json}``.

``meta.toml`` holds the page's ``url``, when it was ``fetched``, the ``portal`` whose profile reads it (left out: the
generic reading) and the response ``headers`` that reading looks at. ``expected.json`` holds ``kind``, ``article`` and
``teasers``; what it leaves out may be anything, so that a case written by hand can demand one field alone. A profile
that is not built in lies beside them as ``profile.toml``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portalcrawl.commands.inspection.page_result import Found
from portalcrawl.commands.inspection.saved_pages import response_of
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import Catalog, ProfileFile, generic_profile
from portalcrawl.profiles.model import Profile
from portalcrawl.profiles.profile_file import read_profile

PAGE, META, EXPECTED, PROFILE = "page.html", "meta.toml", "expected.json", "profile.toml"
HEADERS = ("Content-Type", "X-Robots-Tag", "TDM-Reservation", "TDM-Policy")
"""What reading looks at besides the body and the Date header."""
OF_THE_RUN = ("run", "date_fetched", "schema_version")
MAX_NAME = 60


def save_case(page: Page, found: Found, folder: Path, file: ProfileFile | None) -> Path:
    """Write a case that demands all that *found* holds; return its folder, a new one under *folder*.

    *file* is where the page's profile comes from; None for the generic one.
    """
    case = _new_folder(folder / _name(found.portal), page.url)
    (case / PAGE).write_bytes(page.response.body)
    (case / META).write_text(_meta(page), "utf-8")
    (case / EXPECTED).write_text(json.dumps(expected(found), ensure_ascii=False, indent=2) + "\n", "utf-8")
    if file and not file.built_in:
        (case / PROFILE).write_bytes(Path(file.file).read_bytes())
    return case


def expected(found: Found) -> dict[str, Any]:
    """Return what a case demands of *found*: all that does not depend on the run."""
    return {
        "kind": found.kind,
        "article": _lasting(asdict(found.article)) if found.article else None,
        "teasers": [_lasting(asdict(teaser)) for teaser in found.teasers],
    }


def read_case(case: Path) -> tuple[Page, dict[str, Any]]:
    """Return the page of a case and what it must give."""
    meta = tomllib.loads((case / META).read_text("utf-8"))
    response = response_of((case / PAGE).read_bytes(), meta["url"], meta["fetched"], meta.get("headers"))
    demanded: dict[str, Any] = json.loads((case / EXPECTED).read_text("utf-8"))
    return Page(response, _profile(case, meta)), demanded


def _profile(case: Path, meta: Mapping[str, Any]) -> Profile:
    own = case / PROFILE
    profile: Profile | None
    if own.exists():
        profile, faults = read_profile(own.read_bytes(), meta["portal"], str(own))
        if faults:
            raise faults[0]
    else:
        profile = Catalog().get(meta["portal"]) if "portal" in meta else generic_profile(meta["url"])
    if profile is None:
        raise LookupError(f"{case / META}: there is no portal {meta['portal']!r}")
    return profile if profile.owns(meta["url"]) else profile.with_origin(meta["url"])


def _new_folder(portal: Path, url: str) -> Path:
    """Make a folder named by the last words of *url*; a number follows where there is one already."""
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    words = re.findall(r"[a-z0-9]+", last.rsplit(".", 1)[0].lower())
    name = "-".join(words)[:MAX_NAME].strip("-") or "front"
    number = 1
    while True:
        case = portal / (name if number == 1 else f"{name}-{number}")
        try:
            case.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return case


def _name(portal: str) -> str:
    """Return the name of a portal as a folder can have it."""
    return re.sub(r"[^a-z0-9._-]", "_", portal)


def _meta(page: Page) -> str:
    lines = [f"url = {json.dumps(page.url)}", f"fetched = {page.fetched.isoformat().replace('+00:00', 'Z')}"]
    if not page.profile.generic:
        lines.append(f"portal = {json.dumps(page.profile.name)}")
    headers = {name: page.response.headers.get(name) for name in HEADERS}
    kept = [f"{name} = {json.dumps(value.decode('latin-1'))}" for name, value in headers.items() if value]
    return "\n".join([*lines, *(["", "[headers]", *kept] if kept else [])]) + "\n"


def _lasting(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in OF_THE_RUN}
