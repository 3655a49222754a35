"""``scrapy doctor``: checks the installation, and prints the command that repairs each broken part."""

from __future__ import annotations

import argparse
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

from portalcrawl.command import ProjectCommand
from portalcrawl.errors import PortalcrawlError, UsageError
from portalcrawl.feeds.store.locating import open_store
from portalcrawl.rendering.browser_path import find_browser
from portalcrawl.rendering.render_settings import RenderSettings
from portalcrawl.runs.run_settings import RunSettings
from portalcrawl.scheduling.shadow import shadowing_copy
from portalcrawl.storage.database import display_url, open_database

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

DISTRIBUTION = "portalcrawl"
MIN_FREE_BYTES = 100_000_000
TEST_TEXT = "portalcrawl"
"""Text of the page that the browser renders as a test."""


class Command(ProjectCommand):
    """Checks versions, the data folder and the browser; exit code 1 if a part is broken."""

    def short_desc(self) -> str:
        return "Check the installation (versions, data folder, browser) and say how to repair it"

    def execute(self, args: list[str], opts: argparse.Namespace) -> int:
        if args:
            raise UsageError(f"scrapy doctor: unknown argument {args[0]!r}; it takes none")
        exit_code = 0
        for check in check_installation(self.settings):
            print(f"{'BROKEN ' if check.repair else 'ok     '} {check.part}: {check.result}", flush=True)
            if check.repair:
                exit_code = 1
                print(f"        repair it: {check.repair}", flush=True)
        return exit_code


@dataclass(frozen=True, slots=True)
class Check:
    """The result for one part of the installation."""

    part: str
    result: str
    repair: str | None = None
    """Command that repairs it; None if nothing is broken."""


def check_installation(settings: BaseSettings) -> Iterator[Check]:
    """Check the parts of the installation one by one, and yield the results."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("Python", version, "make PYTHON=python3.12 test" if sys.version_info < (3, 11) else None)
    yield from _check_packages()
    if copy := shadowing_copy():
        yield Check("Scrapyd", copy, f"{sys.executable} -m pip uninstall --yes {DISTRIBUTION}")
    yield _check_data_folder(settings)
    yield from _check_state_and_feeds(settings)
    yield _check_browser(settings)


def _check_packages() -> Iterator[Check]:
    """Compare the installed packages with portalcrawl's requirements, which are not available inside an egg."""
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Check("packages", "portalcrawl runs without being installed: versions are not checked")
        return
    broken = list(filter(None, map(_check_requirement, requirements)))
    yield from broken
    good = len(requirements) - len(broken)
    yield Check("packages", f"{good} as needed, Scrapy {metadata.version('scrapy')}")


def _check_requirement(line: str) -> Check | None:
    """Return a failed check if the package required by *line* is missing or wrong; None if it is fine or not needed."""
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return None
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        return None
    repair = f'{sys.executable} -m pip install "{requirement.name}{requirement.specifier}"'
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Check(requirement.name, "is not installed", repair)
    if requirement.specifier.contains(version, prereleases=True):
        return None
    return Check(requirement.name, f"{version} is installed, {requirement.specifier} is needed", repair)


def _check_data_folder(settings: BaseSettings) -> Check:
    """Write a temporary file into DATA_DIR, or into the folder where it would be created."""
    try:
        folder = RunSettings.from_settings(settings).data_dir
    except PortalcrawlError as error:
        return Check("DATA_DIR", str(error), "scrapy doctor -s DATA_DIR=FOLDER")
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if not existing.is_dir():
        return Check("DATA_DIR", f"{existing} is not a folder", "export PORTALCRAWL_DATA_DIR=FOLDER")
    try:
        with tempfile.TemporaryFile(dir=existing) as file:
            file.write(b"portalcrawl")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        user = os.geteuid() if hasattr(os, "geteuid") else "USER"
        repair = f"chown -R {user} {existing}; or choose another: export PORTALCRAWL_DATA_DIR=FOLDER"
        return Check("DATA_DIR", f"{existing} can't be written: {error.strerror}", repair)
    free = shutil.disk_usage(existing).free
    result = f"{folder}{'' if folder == existing else ' (will be created)'}, {free / 1e9:,.1f} GB free"
    return Check("DATA_DIR", result, f"df -h {existing}" if free < MIN_FREE_BYTES else None)


def _check_state_and_feeds(settings: BaseSettings) -> Iterator[Check]:
    """Connect to the state's server and write to the store of the feeds, unless these are in the data folder."""
    try:
        ours = RunSettings.from_settings(settings)
    except PortalcrawlError:
        return  # already reported by the check of the data folder
    if ours.shares_state:
        try:
            open_database(ours.state_url).dispose()
        except PortalcrawlError as error:
            yield Check("STATE_URL", str(error), "export PORTALCRAWL_STATE_URL=postgresql+psycopg://USER@HOST/DATABASE")
        else:
            yield Check("STATE_URL", f"{display_url(ours.state_url)} can be used")
    if settings.get("FEEDS_URL"):
        try:
            open_store(ours.feeds_url).check()
        except PortalcrawlError as error:
            yield Check("FEEDS_URL", str(error), "export AWS_ENDPOINT_URL=... AWS_ACCESS_KEY_ID=... and its secret")
        else:
            yield Check("FEEDS_URL", f"{ours.feeds_url} can be written")


def _check_browser(settings: BaseSettings) -> Check:
    """Look for a browser and render a page with it."""
    try:
        render_settings = RenderSettings.from_settings(settings)
        path = find_browser(render_settings.browser)
    except PortalcrawlError as error:
        return Check("browser", str(error), "scrapy doctor -s RENDER_BROWSER=PATH")
    if path is None:
        return Check("browser", "none is installed: pages that need one are not rendered", _install_browser())
    timeout = render_settings.start_timeout
    with tempfile.TemporaryDirectory(prefix="portalcrawl-doctor-") as folder:
        flags = ("--headless", "--disable-gpu", "--no-first-run", f"--user-data-dir={folder}", "--dump-dom")
        no_sandbox = () if render_settings.sandbox else ("--no-sandbox",)
        command = (path, *flags, *no_sandbox, f"data:text/html,<p>{TEST_TEXT}")
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        except subprocess.TimeoutExpired:
            return Check("browser", f"{path} did not show a page within {timeout:g} s", _repair_browser(path, ""))
        except OSError as error:
            return Check("browser", f"{path} does not run: {error.strerror}", _install_browser())
    if f"<p>{TEST_TEXT}" not in done.stdout:
        last_line = (done.stderr.strip().splitlines() or ["no output"])[-1][:200]
        return Check("browser", f"{path} does not show a page: {last_line}", _repair_browser(path, done.stderr))
    return Check("browser", f"{path}{'' if render_settings.sandbox else ' (without its sandbox)'}")


def _install_browser() -> str:
    """Return the command that installs a browser on this machine."""
    if shutil.which("apt-get"):
        sudo = "" if not hasattr(os, "geteuid") or os.geteuid() == 0 else "sudo "
        return f"{sudo}apt-get update && {sudo}apt-get install -y chromium"
    return f"{sys.executable} -m playwright install --with-deps chromium"


def _repair_browser(path: str, stderr: str) -> str:
    """Return the command that repairs the browser at *path*, which failed with *stderr*."""
    if "sandbox" in stderr.lower() or "namespace" in stderr.lower():
        return "scrapy crawl portal -s RENDER_SANDBOX=False"
    if "shared libraries" in stderr or Path(path).name == "chrome":
        return f"{sys.executable} -m playwright install-deps chromium"
    return _install_browser()
