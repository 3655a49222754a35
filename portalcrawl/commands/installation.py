"""What ``scrapy doctor`` looks at: one function a part of the installation, and the command that mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from portalcrawl.errors import PortalcrawlError
from portalcrawl.rendering.browsers import find_browser
from portalcrawl.rendering.render_settings import RenderSettings
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.shadow import shadowing_copy

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

DISTRIBUTION = "portalcrawl"
MEGABYTE = 1_000_000
LEAST_FREE = 100 * MEGABYTE
SHOWN = "portalcrawl"
"""Text of the page that the browser is asked to show."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: what was found, and where it is broken the command that mends it."""

    part: str
    said: str
    mend: str | None = None


def examine(settings: BaseSettings) -> Iterator[Finding]:
    """Look at all parts, one after the other."""
    yield _python()
    yield from _packages()
    yield from _hidden_eggs()
    yield _data_folder(settings)
    yield _browser(settings)


def _python() -> Finding:
    shown = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", shown, "make PYTHON=python3.12 test" if sys.version_info < (3, 11) else None)


def _packages() -> Iterator[Finding]:
    """Hold the installed packages against what portalcrawl declares; what an egg runs beside can't be told."""
    try:
        needed = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding("packages", "portalcrawl runs without being installed: versions are not checked")
        return
    good = 0
    for line in needed:
        fault = _fault(line)
        good += fault is None
        if fault:
            yield fault
    yield Finding("packages", f"{good} as needed, Scrapy {metadata.version('scrapy')}")


def _fault(line: str) -> Finding | None:
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return None
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return None
    mend = f'{sys.executable} -m pip install "{requirement.name}{requirement.specifier}"'
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Finding(requirement.name, "is not installed", mend)
    if requirement.specifier.contains(version, prereleases=True):
        return None
    return Finding(requirement.name, f"{version} is installed, {requirement.specifier} is needed", mend)


def _hidden_eggs() -> Iterator[Finding]:
    """Say where this environment is one of Scrapyd's that should not hold the project."""
    if copy := shadowing_copy():
        yield Finding("Scrapyd", copy, f"{sys.executable} -m pip uninstall --yes {DISTRIBUTION}")


def _data_folder(settings: BaseSettings) -> Finding:
    """Write into DATA_DIR, or where it would be made; nothing is left there."""
    try:
        folder = RunSettings.from_settings(settings).data_dir
    except PortalcrawlError as error:
        return Finding("DATA_DIR", str(error), "scrapy doctor -s DATA_DIR=FOLDER")
    place = next(each for each in (folder, *folder.parents) if each.exists())
    mend = f"chown -R {_user()} {place}; or choose another: export PORTALCRAWL_DATA_DIR=FOLDER"
    if not place.is_dir():
        return Finding("DATA_DIR", f"{place} is no folder", "export PORTALCRAWL_DATA_DIR=FOLDER")
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"portalcrawl")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Finding("DATA_DIR", f"{place} can't be written: {error.strerror}", mend)
    free = shutil.disk_usage(place).free
    said = f"{folder}{'' if folder == place else ' (will be made)'}, {free / 1e9:,.1f} GB free"
    return Finding("DATA_DIR", said, f"df -h {place}" if free < LEAST_FREE else None)


def _user() -> str:
    return str(os.geteuid()) if hasattr(os, "geteuid") else "USER"


def _browser(settings: BaseSettings) -> Finding:
    """Find the browser and let it show a page."""
    try:
        own = RenderSettings.from_settings(settings)
        path = find_browser(own.browser)
    except PortalcrawlError as error:
        return Finding("browser", str(error), "scrapy doctor -s RENDER_BROWSER=PATH")
    if path is None:
        return Finding("browser", "there is none: pages that need one are not rendered", how_to_get_a_browser())
    with tempfile.TemporaryDirectory(prefix="portalcrawl-doctor-") as folder:
        flags = ("--headless", "--disable-gpu", "--no-first-run", f"--user-data-dir={folder}", "--dump-dom")
        shield = () if own.sandbox else ("--no-sandbox",)
        command = (path, *flags, *shield, f"data:text/html,<p>{SHOWN}")
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=own.start_timeout, check=False)
        except subprocess.TimeoutExpired:
            return Finding("browser", f"{path} shows nothing within {own.start_timeout:g} s", _how_to_mend(path, ""))
        except OSError as error:
            return Finding("browser", f"{path} does not run: {error.strerror}", how_to_get_a_browser())
    if f"<p>{SHOWN}" not in done.stdout:
        said = (done.stderr.strip().splitlines() or ["no word"])[-1][:200]
        return Finding("browser", f"{path} does not show a page: {said}", _how_to_mend(path, done.stderr))
    return Finding("browser", f"{path}{'' if own.sandbox else ' (without its sandbox)'}")


def how_to_get_a_browser() -> str:
    """Return the command that installs one here."""
    if shutil.which("apt-get"):
        return f"{_as_root()}apt-get update && {_as_root()}apt-get install -y chromium"
    return f"{sys.executable} -m playwright install --with-deps chromium"


def _how_to_mend(path: str, said: str) -> str:
    if "sandbox" in said.lower() or "namespace" in said.lower():
        return "scrapy crawl portal -s RENDER_SANDBOX=False"
    if "shared libraries" in said or Path(path).parts[-1:] == ("chrome",):
        return f"{sys.executable} -m playwright install-deps chromium"
    return how_to_get_a_browser()


def _as_root() -> str:
    return "" if not hasattr(os, "geteuid") or os.geteuid() == 0 else "sudo "
