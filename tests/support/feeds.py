"""Published feeds of made-up records, written by the functions that publish a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portalcrawl.feeds.feed_files import write_whole
from portalcrawl.feeds.json_lines import json_line
from portalcrawl.feeds.publishing import manifest_bytes, publish_feed
from portalcrawl.items import Article, Image, Teaser
from portalcrawl.runs.run_names import feed_name, manifest_name
from portalcrawl.schema import Manifest, Verdict


def article(number: int, portal: str = "a.example", **values: Any) -> dict[str, Any]:
    """Return the record of an article."""
    url = f"https://{portal}/meldung-{number}.html"
    given = {
        "id": f"{portal}:{number:016x}",
        "portal": portal,
        "url": url,
        "canonical_url": url,
        "headline": f'Meldung {number}: „Täglich“, "neu"; mit\tTab',
        "article_body": f"Absatz eins.\n\nAbsatz zwei von {number}.",
        "date_published": "2025-12-02T18:15:00+01:00",
        "date_published_precision": "minute",
        "authors": ["Ada Beispiel", "Ben Muster"],
        "source": "Beispielpost",
        "agency": "dpa",
        "section": "Politik",
        "keywords": ["Politik", "Europa"],
        "images": [Image(f"https://{portal}/{number}.jpg", "Ein Bild", None)],
        "comment_count": number % 7,
        "word_count": 6,
        "content_hash": f"{number:032x}",
        "cluster_id": f"{portal}:{number:016x}",
        "rights": {"robots": "noai"},
        "discovered_via": "teaser",
        "date_fetched": "2025-12-02T17:20:00+00:00",
        "run": "",
    }
    return asdict(Article(**given | values))


def teaser(number: int, portal: str = "a.example", **values: Any) -> dict[str, Any]:
    """Return the record of a state of a teaser."""
    given = {
        "id": f"{portal}:t{number:015x}",
        "portal": portal,
        "article_id": f"{portal}:{number:016x}",
        "url": f"https://{portal}/meldung-{number}.html",
        "headline": f"Meldung {number}",
        "position": number + 1,
        "date_fetched": "2025-12-02T17:19:00+00:00",
        "run": "",
    }
    return asdict(Teaser(**given | values))


def publish(
    folder: Path,
    run: str,
    records: Mapping[str, Sequence[Mapping[str, Any]]],
    portal: str = "a.example",
    counts: Mapping[str, int] | None = None,
) -> Manifest:
    """Publish *records* (kind -> records) as the run *run* in *folder*; return its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for kind, of_kind in records.items():
        name = feed_name(kind, run)
        content = b"".join(json_line({**record, "run": run}) for record in of_kind)
        (folder / f"{name}.part").write_bytes(content)
        entries.append(publish_feed(folder, name, kind, len(content), len(of_kind)))
    started = datetime.strptime(run[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).isoformat()
    feeds = [entry for entry in entries if entry]
    manifest = Manifest(run, portal, {}, started, started, "finished", feeds, dict(counts or {}), Verdict("ok", []))
    write_whole(folder / manifest_name(run), manifest_bytes(manifest))
    return manifest
