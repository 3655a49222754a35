"""Builds the egg for Scrapyd (``scrapyd-deploy`` runs ``setup.py clean`` and ``setup.py bdist_egg``).

All else is in pyproject.toml. An egg is built outside the clone, so that nothing is left in it.
"""

import atexit
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import setup

options = {}
if "bdist_egg" in sys.argv or "clean" in sys.argv:
    folder = Path(tempfile.mkdtemp(prefix="portalcrawl-egg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    sys.dont_write_bytecode = True  # what is in an egg's __pycache__ is never read
    build, info = folder / "build", folder / "info"
    info.mkdir()
    options = {
        "build": {"build_base": str(build)},
        "clean": {"build_base": str(build)},
        "egg_info": {"egg_base": str(info)},
    }

setup(options=options)
