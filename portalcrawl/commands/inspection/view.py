"""What a page gives, for people: tables, in colour on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from portalcrawl.commands.inspection.page_result import Found
from portalcrawl.items import Article, Image, Teaser

WIDTH = 120
"""Columns where standard output is no terminal."""
LONGEST = 600
UNSEEN = frozenset(
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


def show(found: Found, console: Console | None = None) -> None:
    """Print *found*."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    about = {"url": found.url, "portal": found.portal, "kind": found.kind, "fetched": found.fetched}
    console.print(_grid((Text(name, "bold"), _text(value)) for name, value in about.items()))
    if found.article:
        console.print()
        console.print(_article(found.article, found))
    if found.teasers:
        console.print()
        console.print(_teasers(found.teasers))
    console.print()
    console.print(f"{'an' if found.article else 'no'} article, {len(found.teasers)} teasers", style="bold")


def _article(article: Article, found: Found) -> Table:
    table = Table(title="Article", title_justify="left", box=None, pad_edge=False)
    for column in ("field", "value", "from"):
        table.add_column(column, header_style="dim", overflow="fold")
    for each in fields(article):
        value = getattr(article, each.name)
        if each.name not in UNSEEN and value not in (None, [], {}, ""):
            source = found.sources.get(each.name, "")
            table.add_row(Text(each.name, "bold"), _text(_shown(value)), Text(source, COLOURS.get(source, "")))
    return table


def _teasers(teasers: tuple[Teaser, ...]) -> Table:
    table = Table(title="Teasers", title_justify="left", box=None, pad_edge=False)
    for column in ("#", "headline, caption, snippet", "shown"):
        table.add_column(column, header_style="dim", overflow="fold")
    block = None
    for teaser in teasers:
        if teaser.block != block:
            block = teaser.block
            table.add_row("", Text(_clear(block or "(no name)"), "magenta"), "")
        table.add_row(str(teaser.position or ""), _words(teaser), _text("\n".join(_facts(teaser))))
    return table


def _words(teaser: Teaser) -> Text:
    """The texts of a teaser, one a line, and where it leads."""
    lines = [
        (teaser.kicker, "italic"),
        (teaser.headline, "bold"),
        (teaser.image_caption and f"[picture] {teaser.image_caption}", "cyan"),
        (teaser.snippet and teaser.snippet + (" …" if teaser.is_truncated else ""), ""),
        (teaser.url, "dim"),
    ]
    return Text("\n").join(Text(_clear(text), style) for text, style in lines if text)


def _facts(teaser: Teaser) -> Iterator[str]:
    if teaser.date_published:
        yield f"{teaser.date_published} ({teaser.date_published_precision})"
    if teaser.comment_count is not None:
        yield f"{teaser.comment_count} comment{'' if teaser.comment_count == 1 else 's'}"
    for name in ("agency", "dateline", "label"):
        if value := getattr(teaser, name):
            yield f"{name}: {value}"


def _grid(rows: Iterator[tuple[Text, Text]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for row in rows:
        grid.add_row(*row)
    return grid


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_shown, value))
    if isinstance(value, Image):
        return "  ".join(filter(None, (value.url, value.caption, value.credit)))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {each}" for key, each in value.items())
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"


def _text(value: str) -> Text:
    return Text(_clear(value))


def _clear(text: str) -> str:
    """Keep what a terminal could take for a command out of *text*."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)
