"""Renders the page map over the saved page, as one HTML file that needs no network and runs only its own script."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment

from portalcrawl.commands.inspection.saved_page import marked_page, owner_classes, style_sheets

if TYPE_CHECKING:
    from portalcrawl.explanation import Explanation
    from portalcrawl.extraction.block_owner import BlockOwner

ORDER = ("article", "teaser", "chrome")


def html_view(found: Explanation) -> str:
    """Return the page as HTML, with blocks coloured by owner, a legend with counts, and the reason for each block.

    A Content-Security-Policy blocks all requests, and all scripts but that of this view.
    """
    script, sheet = _file("page_view.js"), _file("page_view.css")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    frame = environment.from_string(_file("page_view_frame.html")).render(
        marks=sheet, sheets=style_sheets(found.page.root), page=marked_page(found)
    )
    return environment.from_string(_file("page_view.html")).render(
        url=found.page.url,
        kind=found.reading.page_type,
        why=found.reading.why["page_type"],
        fetched=found.page.fetched.isoformat(),
        teasers=len(found.reading.teasers),
        legend=_legend(found.blocks),
        frame=frame,
        sheet=sheet,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        blocks=_json([[str(owner), owner.reason] for owner in found.blocks]),
    )


def _legend(owners: Any) -> list[dict[str, Any]]:
    """Return each owner and part with its classes and number of blocks; the parts of one owner are adjacent."""
    counts = Counter((owner.kind, owner.part) for owner in owners)
    first: dict[tuple[str, str], BlockOwner] = {}
    for owner in owners:
        first.setdefault((owner.kind, owner.part), owner)
    order = sorted(counts, key=lambda key: (ORDER.index(key[0]), -counts[key]))
    return [
        {"kind": kind, "part": part, "count": counts[kind, part], "classes": owner_classes(first[kind, part])}
        for kind, part in order
    ]


def _json(value: Any) -> str:
    """Return JSON that is safe in a ``script`` element (WHATWG HTML, "restrictions for contents of script")."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
