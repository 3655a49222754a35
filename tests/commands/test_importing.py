"""Imports of the package: lazy ones, and those from the zipped egg that Scrapyd runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import portalcrawl
from portalcrawl.profiles.catalog import Catalog

PACKAGE = Path(portalcrawl.__file__).parent


def test_importing_the_package_loads_nothing() -> None:
    code = (
        "import sys, portalcrawl; assert 'read_page' in dir(portalcrawl); "
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('scrapy', 'lxml', 'portalcrawl')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['portalcrawl']"


def test_built_in_profiles_are_found_in_a_zipped_package(tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "egg"), "zip", PACKAGE.parent, PACKAGE.name)
    code = (
        f"import sys; sys.path.insert(0, {archive!r}); import portalcrawl; assert '.zip' in portalcrawl.__file__\n"
        "from portalcrawl.profiles.catalog import Catalog; catalog = Catalog()\n"
        "print(catalog.names(), catalog.faults, catalog.for_url('https://www.klamm.de/').name)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == f"{Catalog().names()} [] klamm"


def test_a_crawl_without_feeds_and_sitemaps_imports_none_of_their_readers(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom scrapy.cmdline import execute\n"
        "try: execute(['scrapy', 'crawl', 'portal', '-L', 'ERROR', '-a', 'max_articles=1'])\n"
        "except SystemExit as error: assert not error.code, error.code\n"
        "print(sorted(name for name in sys.modules if name == 'feedparser' or '.discovery.' in name))"
    )
    environment = {**os.environ, "PORTALCRAWL_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['portalcrawl.discovery.document_type']"


def test_the_embedded_portal_works_from_a_zip_and_imports_nothing_else(tmp_path: Path) -> None:
    archive = tmp_path / "portal.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("portalcrawl/__init__.py", "")
        for file in (PACKAGE / "demo").rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                packed.write(file, file.relative_to(PACKAGE.parent))
    code = (
        "import sys; from portalcrawl.demo import SamplePortal; import urllib.request\n"
        "with SamplePortal() as portal: print(urllib.request.urlopen(portal.url).status, portal.__module__)\n"
        "assert '.zip' in sys.modules['portalcrawl.demo'].__file__\n"
        "assert not {'scrapy', 'lxml', 'twisted'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(archive)}, cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("200 ")
