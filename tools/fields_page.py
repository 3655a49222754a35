"""Writes the tables of docs/fields.md from the item classes: ``python tools/fields_page.py``.

The examples are from the records in the README, or from the table below if these have no value.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from portalcrawl.schema import KINDS, json_schema

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "fields.md"
RECORD = re.compile(r"```json\n(\{.*?\n\})\n```", re.DOTALL)
LONGEST_EXAMPLE = 60
MORE: dict[str, dict[str, Any]] = {
    "article": {
        "authors": ["Anna Beispiel", "Bert Muster"],
        "changed_fields": ["headline", "article_body"],
        "duplicate_of": "sample:70N692f0c1f7d341e00",
    },
    "teaser": {"kicker": "Vor dem Topspiel", "label": "Video"},
}


def sample_records() -> dict[str, dict[str, Any]]:
    """Return the records shown in the README and in docs/fields.md, by kind."""
    pages = (ROOT / "README.md").read_text(encoding="utf-8") + PAGE.read_text(encoding="utf-8")
    records = [json.loads(text) for text in RECORD.findall(pages)]
    return {record.get("type", "manifest"): record for record in records}


def table(kind: str) -> str:
    """Return the fields of *kind* as a Markdown table."""
    example = sample_records()[kind]
    rows = ["| field | type | meaning | example |", "|---|---|---|---|"]
    for name, field in json_schema(kind)["properties"].items():
        value = example[name] if example[name] not in (None, [], {}) else MORE.get(kind, {}).get(name)
        rows.append(f"| `{name}` | {_type(field)} | {_meaning(field)} | {_example(value)} |")
        rows += [
            f"| `{name}.{inner}` | {_type(part)} | {_meaning(part)} | |"
            for inner, part in field.get("items", field).get("properties", {}).items()
        ]
    return "\n".join(rows)


def _type(field: dict[str, Any]) -> str:
    types = field["type"] if isinstance(field["type"], list) else [field["type"]]
    names = {"string": "text", "integer": "whole number", "boolean": "true, false", "object": "record"}
    if field.get("format") == "date-time":
        names["string"] = "time"
    if "array" in types:
        names["array"] = "list of " + names[field["items"]["type"]] + "s"
    *most, last = ", ".join(sorted((names.get(each, each) for each in types), key="null".__eq__)).split(", ")
    return f"{', '.join(most)} or {last}" if most else last


def _meaning(field: dict[str, Any]) -> str:
    return str(field["description"]).replace("``", "`").replace("|", "\\|")


def _example(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split()).replace("|", "\\|")
    return f"`{text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 1] + '…'}`"


def with_tables(page: str) -> str:
    """Return *page* with new tables between its marks."""
    for kind in KINDS:
        begin, end = f"<!-- {kind} -->", f"<!-- /{kind} -->"
        head, rest = page.split(begin, 1)
        page = f"{head}{begin}\n{table(kind)}\n{end}{rest.split(end, 1)[1]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
