"""Prints what was extracted from a page: as JSON, or as tables, in colour on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from portalcrawl.items import Article, Image, Teaser
from portalcrawl.plurals import counted

if TYPE_CHECKING:
    from portalcrawl.explanation import Explanation
    from portalcrawl.reading import Reading

WIDTH = 120
"""Columns if standard output is not a terminal."""
MAX_LENGTH = 600
"""Most characters of a value that are shown."""
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


def json_record(found: Explanation) -> dict[str, Any]:
    """Return the extracted records and the source of each field, as one JSON object."""
    reading = found.reading
    return {
        **_summary(found),
        "article": asdict(reading.article) if reading.article else None,
        "sources": dict(reading.sources),
        "why": dict(reading.why),
        "teasers": [asdict(teaser) for teaser in reading.teasers],
        "teaser_sources": [{field: each.source for field, each in fields.items()} for fields in found.teasers],
    }


def open_console() -> Console:
    """Return a console for standard output; if that is not a terminal, it is ``WIDTH`` columns wide."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console


def print_tables(found: Explanation) -> None:
    """Print the extracted records as tables."""
    console, reading = open_console(), found.reading
    print_summary(console, found)
    if reading.article:
        console.print()
        console.print(_article_table(reading.article, reading))
    if reading.teasers:
        console.print()
        console.print(_teaser_table(found))
    print_end(console, found)


def print_summary(console: Console, found: Explanation) -> None:
    """Print a summary of the page."""
    grid = Table.grid(padding=(0, 2))
    for name, value in _summary(found).items():
        grid.add_row(Text(name, "bold"), plain_text(value))
    console.print(grid)


def print_end(console: Console, found: Explanation) -> None:
    """Print one line about what was found."""
    article, teasers = found.reading.article, found.reading.teasers
    console.print()
    console.print(f"{'an' if article else 'no'} article, {counted(len(teasers), 'teaser')}", style="bold")


def _summary(found: Explanation) -> dict[str, str]:
    page = found.page
    kind, fetched = found.reading.page_type, page.fetched.isoformat()
    return {"url": page.url, "portal": page.profile.name, "kind": kind, "fetched": fetched}


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
            table.add_row(
                Text(each.name, "bold"), plain_text(format_value(value)), Text(source, COLOURS.get(source, ""))
            )
    return table


def _teaser_table(found: Explanation) -> Table:
    table = _table("Teasers", "#", "headline, caption, snippet", "shown", "from")
    block = None
    for teaser, given in zip(found.reading.teasers, found.teasers, strict=True):
        if teaser.block != block:
            block = teaser.block
            table.add_row("", Text(printable(block or "(no name)"), "magenta"), "", "")
        facts = plain_text("\n".join(_teaser_facts(teaser)))
        sources = ", ".join(dict.fromkeys(each.source for each in given.values()))
        table.add_row(str(teaser.position or ""), _teaser_texts(teaser), facts, Text(sources, COLOURS.get(sources, "")))
    return table


def _teaser_texts(teaser: Teaser) -> Text:
    """Return the texts of a teaser, one per line, and its URL."""
    lines = [
        (teaser.kicker, "italic"),
        (teaser.headline, "bold"),
        (teaser.image_caption and f"[picture] {teaser.image_caption}", "cyan"),
        (teaser.snippet and teaser.snippet + (" …" if teaser.is_truncated else ""), ""),
        (teaser.url, "dim"),
    ]
    return Text("\n").join(Text(printable(text), style) for text, style in lines if text)


def _teaser_facts(teaser: Teaser) -> Iterator[str]:
    if teaser.date_published:
        yield f"{teaser.date_published} ({teaser.date_published_precision})"
    if teaser.comment_count is not None:
        yield f"{teaser.comment_count} comment{'' if teaser.comment_count == 1 else 's'}"
    for name in ("agency", "dateline", "label"):
        if value := getattr(teaser, name):
            yield f"{name}: {value}"


def format_value(value: Any) -> str:
    """Return a value as human-readable text."""
    if isinstance(value, list):
        return "\n".join(map(format_value, value))
    if isinstance(value, Image):
        return "  ".join(filter(None, (value.url, value.caption, value.credit)))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {each}" for key, each in value.items())
    text = str(value)
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]} … ({len(text)} characters)"


def plain_text(value: str) -> Text:
    """Return text of a page without characters that a terminal could interpret as commands."""
    return Text(printable(value))


def printable(text: str) -> str:
    """Return *text* with control characters replaced, which a terminal could interpret as commands."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)
