"""Prints what was read from a page: as JSON, or as tables, in colour on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from portalcrawl.extraction.page import Page
from portalcrawl.items import Article, Image, Teaser
from portalcrawl.reading import Reading

WIDTH = 120
"""Columns if standard output is no terminal."""
MAX_LENGTH = 600
"""Characters of a value that are shown."""
NOT_SHOWN = frozenset(
    {
        "schema_version",
        "type",
        "run",
        "date_fetched",
        "url",
        "portal",
        "revision",
        "depth",
        "rendered",
        "discovered_via",
    }
)
COLOURS = {"profile": "green", "json-ld": "cyan", "meta": "blue", "page": "yellow"}


def print_json(page: Page, reading: Reading) -> None:
    """Print all of *reading* as one JSON object."""
    article = asdict(reading.article) if reading.article else None
    teasers = [asdict(teaser) for teaser in reading.teasers]
    record = {**_summary(page, reading), "article": article, "sources": dict(reading.sources), "teasers": teasers}
    print(json.dumps(record, ensure_ascii=False, indent=2))


def print_tables(page: Page, reading: Reading) -> None:
    """Print *reading* for people."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    grid = Table.grid(padding=(0, 2))
    for name, value in _summary(page, reading).items():
        grid.add_row(Text(name, "bold"), _text(value))
    console.print(grid)
    if reading.article:
        console.print()
        console.print(_article_table(reading.article, reading))
    if reading.teasers:
        console.print()
        console.print(_teaser_table(reading.teasers))
    console.print()
    console.print(f"{'an' if reading.article else 'no'} article, {len(reading.teasers)} teasers", style="bold")


def _summary(page: Page, reading: Reading) -> dict[str, str]:
    fetched = page.fetched.isoformat()
    return {"url": page.url, "portal": page.profile.name, "kind": reading.page_type, "fetched": fetched}


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, header_style="dim", overflow="fold")
    return table


def _article_table(article: Article, reading: Reading) -> Table:
    table = _table("Article", "field", "value", "from")
    for each in fields(article):
        value = getattr(article, each.name)
        if each.name not in NOT_SHOWN and value not in (None, [], {}, ""):
            source = reading.sources.get(each.name, "")
            table.add_row(Text(each.name, "bold"), _text(_format(value)), Text(source, COLOURS.get(source, "")))
    return table


def _teaser_table(teasers: Iterable[Teaser]) -> Table:
    table = _table("Teasers", "#", "headline, caption, snippet", "shown")
    block = None
    for teaser in teasers:
        if teaser.block != block:
            block = teaser.block
            table.add_row("", Text(_printable(block or "(no name)"), "magenta"), "")
        table.add_row(str(teaser.position or ""), _teaser_texts(teaser), _text("\n".join(_teaser_facts(teaser))))
    return table


def _teaser_texts(teaser: Teaser) -> Text:
    """Return the texts of a teaser, one a line, and its address."""
    lines = [
        (teaser.kicker, "italic"),
        (teaser.headline, "bold"),
        (teaser.image_caption and f"[picture] {teaser.image_caption}", "cyan"),
        (teaser.snippet and teaser.snippet + (" …" if teaser.is_truncated else ""), ""),
        (teaser.url, "dim"),
    ]
    return Text("\n").join(Text(_printable(text), style) for text, style in lines if text)


def _teaser_facts(teaser: Teaser) -> Iterator[str]:
    if teaser.date_published:
        yield f"{teaser.date_published} ({teaser.date_published_precision})"
    if teaser.comment_count is not None:
        yield f"{teaser.comment_count} comment{'' if teaser.comment_count == 1 else 's'}"
    for name in ("agency", "dateline", "label"):
        if value := getattr(teaser, name):
            yield f"{name}: {value}"


def _format(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_format, value))
    if isinstance(value, Image):
        return "  ".join(filter(None, (value.url, value.caption, value.credit)))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {each}" for key, each in value.items())
    text = str(value)
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]} … ({len(text)} characters)"


def _text(value: str) -> Text:
    return Text(_printable(value))


def _printable(text: str) -> str:
    """Replace control characters, which a terminal could take for commands."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)
