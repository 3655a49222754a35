"""How records and addresses lie in the tables: as short as what is asked of them allows, since there are millions."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from portalcrawl.storage.records import Record

KEY_BYTES = 12
"""Of the hash that stands for an address. Among 10 billion addresses of one portal two share it with a chance of 1 in
10^9."""
SKETCH_MARK = "="
"""What a sketch in base 85 begins with; until version 2 of the state sketches were stored in hexadecimal."""
FIELDS = tuple(field.name for field in fields(Record))
CANONICAL_URL, SKETCH, URL = (FIELDS.index(name) for name in ("canonical_url", "sketch", "url"))


def address_key(key: str) -> str:
    """Return what the table of addresses holds for *key* (``urls.url_key``): 16 characters.

    PostgreSQL keeps a key twice, in the table and in its index.
    """
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


def row_of(record: Record) -> dict[str, Any]:
    """Return the row of the table ``articles`` that holds *record*."""
    row = {name: getattr(record, name) for name in FIELDS}
    if record.canonical_url == record.url:
        row["canonical_url"] = ""
    if record.sketch:
        row["sketch"] = SKETCH_MARK + base64.b85encode(bytes.fromhex(record.sketch)).decode()
    return row


def record_of(row: Iterable[Any]) -> Record:
    """Return the record that *row* holds, whose columns are the fields of a record in their order."""
    values = list(row)
    values[CANONICAL_URL] = values[CANONICAL_URL] or values[URL]
    sketch = values[SKETCH]
    if sketch and sketch.startswith(SKETCH_MARK):
        values[SKETCH] = base64.b85decode(sketch[1:]).hex()
    return Record(*values)
