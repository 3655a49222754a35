"""Prints why a page was read as it was: its type, the candidate values of each field, the owner of each block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from portalcrawl.commands.inspection.view import (
    format_value,
    open_console,
    plain_text,
    print_end,
    print_summary,
    printable,
)

if TYPE_CHECKING:
    from portalcrawl.explanation import Explanation
    from portalcrawl.extraction.block_owner import BlockOwner
    from portalcrawl.extraction.dom.blocks import Block
    from portalcrawl.loaders.field_reasons import Decision

COLOURS = {"article": "green", "teaser": "yellow", "chrome": "dim"}
WIDEST_REASON = 46
"""Maximum columns for a block's reason, on a wide terminal."""


def explain_record(found: Explanation) -> dict[str, Any]:
    """Return everything that :func:`print_explanation` shows as one JSON object."""
    pairs = zip(found.page.walk.blocks, found.blocks, strict=True)
    return {
        "page_type": list(found.reading.why["page_type"]),
        "is_article": found.is_article,
        "fields": {field: [_decision(each) for each in values] for field, values in found.fields.items()},
        "teasers": [{field: _decision(each) for field, each in fields.items()} for fields in found.teasers],
        "blocks": [_block_record(block, owner) for block, owner in pairs],
    }


def _decision(each: Decision) -> dict[str, Any]:
    return {"value": each.value, "source": each.source, "reason": each.reason, "chosen": each.chosen}


def _block_record(block: Block, owner: BlockOwner) -> dict[str, Any]:
    return {
        "index": block.index,
        "kind": block.kind,
        "owner": owner.kind,
        "part": owner.part,
        "teaser": None if owner.teaser is None else owner.teaser + 1,
        "reason": owner.reason,
        "text": block.text,
    }


def print_explanation(found: Explanation) -> None:
    """Print the page's type, fields, teasers' fields and map; lines are truncated to the terminal's width."""
    console = open_console()
    print_summary(console, found)
    console.print()
    console.print(f"Why it is {_type_name(found)}", style="bold")
    for why in found.reading.why["page_type"]:
        _line(console, Text(f"  {printable(why)}"))
    console.print()
    console.print("Fields" if found.is_article else "Fields that it would have as an article", style="bold")
    console.print(_fields_table(found.fields))
    if found.teasers:
        console.print()
        console.print("Teasers", style="bold")
        console.print(_teasers_table(found))
    console.print()
    console.print("Page map", style="bold")
    for line in _map_lines(found, console.width):
        _line(console, line)
    print_end(console, found)


def _type_name(found: Explanation) -> str:
    kind = found.reading.page_type
    return "neither an article nor a list" if kind == "other" else f"{'an' if kind == 'article' else 'a'} {kind}"


def _line(console: Console, text: Text) -> None:
    """Print *text* on one line, truncated to the terminal's width."""
    console.print(text, no_wrap=True, overflow="ellipsis", crop=True)


def _fields_table(fields: Mapping[str, tuple[Decision, ...]]) -> Table:
    table = _table("", "field", "value", "reason")
    for field, decisions in fields.items():
        for each in decisions:
            style = "" if each.chosen else "dim"
            table.add_row(
                "*" if each.chosen else "", Text(field, "bold" if each.chosen else "dim"), *_said(each, style)
            )
    return table


def _teasers_table(found: Explanation) -> Table:
    table = _table("#", "field", "value", "reason")
    for number, fields in enumerate(found.teasers, 1):
        for at, (field, each) in enumerate(fields.items()):
            why = f"from {each.source}, {each.reason}"
            value = plain_text(_one_line(each.value))
            table.add_row("" if at else str(number), Text(field, "bold"), value, plain_text(why))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    for name in columns:
        is_wide = name in ("value", "reason")
        ratio = (2 if name == "value" else 3) if is_wide else None
        table.add_column(name, header_style="dim", no_wrap=True, overflow="ellipsis", ratio=ratio)
    return table


def _said(each: Decision, style: str) -> tuple[Text, Text]:
    return Text(printable(_one_line(each.value)), style), Text(printable(each.reason), style)


def _one_line(value: Any) -> str:
    return " ".join(format_value(value).split())


def _map_lines(found: Explanation, width: int) -> Iterator[Text]:
    """Yield one line per block: its number, its owner, the reason, its text."""
    blocks = found.page.walk.blocks
    digits = len(str(len(blocks)))
    owners = [str(owner) for owner in found.blocks]
    widest = max(map(len, owners), default=0)
    reasons = min(WIDEST_REASON, max(width - digits - widest, 20) // 2)
    for block, owner, name in zip(blocks, found.blocks, owners, strict=True):
        why = Text(printable(owner.reason))
        why.truncate(reasons, overflow="ellipsis", pad=True)
        text = printable(block.text) or f"[{block.kind}]"
        style = COLOURS[owner.kind]
        yield Text.assemble(f"{block.index:>{digits}}  ", (f"{name:<{widest}}", style), "  ", why, "  ", text)
