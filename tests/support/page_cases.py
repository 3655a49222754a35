"""Reads the cases that ``scrapy inspect --save`` writes; see :mod:`portalcrawl.commands.inspection.page_cases`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from portalcrawl.commands.inspection.page_cases import EXPECTED, INSPECTION, META, PAGE, PROFILE, make_response
from portalcrawl.extraction.page import Page
from portalcrawl.profiles.catalog import Catalog, generic_profile
from portalcrawl.profiles.model import Profile
from portalcrawl.profiles.profile_file import read_profile
from portalcrawl.reading import Reading, read


def inspect_page(page: Page) -> Reading:
    """Return the reading of *page*, as a crawl that starts there would read it."""
    return read(page, INSPECTION)


def read_case(case: Path) -> tuple[Page, dict[str, Any]]:
    """Return the page of a case and its expectation."""
    meta = tomllib.loads((case / META).read_text("utf-8"))
    response = make_response((case / PAGE).read_bytes(), meta["url"], meta["fetched"], meta.get("headers"))
    wanted: dict[str, Any] = json.loads((case / EXPECTED).read_text("utf-8"))
    return Page(response, _profile(case, meta), fetched=meta["fetched"]), wanted


def _profile(case: Path, meta: Mapping[str, Any]) -> Profile:
    file = case / PROFILE
    profile: Profile | None
    if file.exists():
        profile, faults = read_profile(file.read_bytes(), meta["portal"], str(file))
        if faults:
            raise faults[0]
    else:
        profile = Catalog().get(meta["portal"]) if "portal" in meta else generic_profile(meta["url"])
    if profile is None:
        raise LookupError(f"{case / META}: there is no portal {meta['portal']!r}")
    return profile if profile.owns(meta["url"]) else profile.with_origin(meta["url"])
