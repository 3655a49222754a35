"""What a run tells its log of its end: one line that a scheduler elsewhere can read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import portalcrawl
from portalcrawl.schema import Manifest

PUBLISHED = "Published manifest "
"""Begins the line; JSON follows."""
EGG = "egg"


@dataclass(frozen=True, slots=True)
class Result:
    """What a run says of itself."""

    run: str
    verdict: str
    reasons: tuple[str, ...]
    counts: Mapping[str, int]
    code: str = EGG
    """Where the code that ran lies: EGG, or a folder."""


def published_line(manifest: Manifest) -> str:
    """Return the line that says how the run of *manifest* ended."""
    said = {
        "code": code_place(),
        "run": manifest.run,
        "verdict": manifest.verdict.level,
        "reasons": list(manifest.verdict.reasons),
    }
    return PUBLISHED + json.dumps({**said, "counts": manifest.counts}, ensure_ascii=False)


def read_published(lines: Iterable[str]) -> Result | None:
    """Return what the last such line among *lines* says; None where there is none that is whole."""
    found = None
    for line in lines:
        _, is_one, said = line.partition(PUBLISHED)
        if is_one:
            found = _read(said) or found
    return found


def _read(said: str) -> Result | None:
    try:
        result = json.loads(said)
        return Result(result["run"], result["verdict"], tuple(result["reasons"]), result["counts"], result["code"])
    except (ValueError, KeyError, TypeError):
        return None


def code_place() -> str:
    """Tell where this code lies: a deployed egg, which is a zip file, or a folder."""
    file = Path(portalcrawl.__path__[0])
    return EGG if any(parent.is_file() for parent in file.parents) else str(file)
