"""The log line in which a run reports its result; the scheduler reads it from the logs of other machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import portalcrawl
from portalcrawl.schema import Manifest

PREFIX = "Published manifest "
"""What the line begins with; JSON follows."""
EGG = "egg"


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run reports."""

    run: str
    verdict: str
    reasons: tuple[str, ...]
    counts: Mapping[str, int]
    code: str = EGG
    """Where the code of the run is: EGG, or a folder."""


def published_line(manifest: Manifest) -> str:
    """Return the line that reports the result of the run of *manifest*."""
    verdict = manifest.verdict
    result = {"code": code_location(), "run": manifest.run, "verdict": verdict.level, "reasons": list(verdict.reasons)}
    return PREFIX + json.dumps({**result, "counts": manifest.counts}, ensure_ascii=False)


def parse_published(lines: Iterable[str]) -> RunResult | None:
    """Return the result that the last such line among *lines* reports; None without a complete one."""
    result = None
    for line in lines:
        _, prefix, text = line.partition(PREFIX)
        if prefix:
            result = _parse(text) or result
    return result


def _parse(text: str) -> RunResult | None:
    try:
        result = json.loads(text)
        return RunResult(result["run"], result["verdict"], tuple(result["reasons"]), result["counts"], result["code"])
    except (ValueError, KeyError, TypeError):
        return None


def code_location() -> str:
    """Return where this code is: EGG for a deployed egg, which is a zip file, else the folder of the package."""
    folder = Path(portalcrawl.__path__[0])
    return EGG if any(parent.is_file() for parent in folder.parents) else str(folder)
