"""Builds the egg for Scrapyd (``scrapyd-deploy`` runs ``setup.py clean`` and ``setup.py bdist_egg``).

All else is in pyproject.toml. An egg is built outside the clone, so that nothing is left in it.
"""

import atexit
import py_compile
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import setup
from setuptools.command.install_lib import install_lib


class CompiledBesideSource(install_lib):
    """Puts each module's bytecode beside its source: a zip's ``__pycache__`` is never read (PEP 3147).

    Without it each job on Scrapyd compiles all modules anew, a second of CPU time. Another version of Python than the
    one that built the egg takes the source. The bytecode is not compared with the time of the source (PEP 552), which
    a zip holds in local time: on a node in another time zone it would seem to be stale.
    """

    def byte_compile(self, files: list[str]) -> None:
        """Compile those of *files* that are modules."""
        for file in files:
            if file.endswith(".py"):
                shown = Path(file).relative_to(self.install_dir)  # in tracebacks
                mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
                py_compile.compile(file, file + "c", str(shown), doraise=True, invalidation_mode=mode)


options = {}
commands = {}
if "bdist_egg" in sys.argv or "clean" in sys.argv:
    folder = Path(tempfile.mkdtemp(prefix="portalcrawl-egg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    build, info = folder / "build", folder / "info"
    info.mkdir()
    options = {
        "build": {"build_base": str(build)},
        "clean": {"build_base": str(build)},
        "egg_info": {"egg_base": str(info)},
    }
    commands = {"install_lib": CompiledBesideSource}

setup(options=options, cmdclass=commands, zip_safe=True)
