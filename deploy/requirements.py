"""Prints what Scrapyd's environment needs: Scrapyd, its client, the project's dependencies, and not the project.

    python deploy/requirements.py > requirements.txt && pip install -r requirements.txt

The first are the dependency group ``scrapyd`` of pyproject.toml.
"""

import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
print("\n".join([*project["dependency-groups"]["scrapyd"], *project["project"]["dependencies"]]))
