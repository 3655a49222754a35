"""Prints the requirements of Scrapyd's environment: Scrapyd, its client and the project's dependencies.

    python deploy/requirements.py > requirements.txt && pip install -r requirements.txt

The first two are the dependency group ``scrapyd`` in pyproject.toml.
"""

import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
print("\n".join([*project["dependency-groups"]["scrapyd"], *project["project"]["dependencies"]]))
