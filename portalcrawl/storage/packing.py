"""How records and addresses lie in the tables: as short as what is asked of them allows, since there are millions."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from portalcrawl.storage.records import Record

KEY_BYTES = 12
"""Of the hash that stands for an address. Among 10 billion addresses of one portal two share it with a chance of 1 in
10^9."""
HASHES = re.compile(r"(?:[0-9a-f]{8})?(?:,(?:[0-9a-f]{8})?)*")
"""The hashes of fields that are packed: 8 hexadecimal digits each, or none."""
HASHES_MARK = "="
"""What packed hashes of fields begin with; until version 2 of the state they were stored as they are."""
SKETCH_MARK = "="
"""What a sketch in base 85 begins with; until version 2 of the state sketches were stored in hexadecimal."""
FIELDS = tuple(field.name for field in fields(Record))
CANONICAL_URL, CLUSTER, FIELD_HASHES, FOUND_ON, ID, SKETCH, URL = (
    FIELDS.index(name) for name in ("canonical_url", "cluster_id", "field_hashes", "found_on", "id", "sketch", "url")
)
ORIGIN = re.compile(r"https?://[^/?#]+/")


def address_key(key: str) -> bytes:
    """Return what the table of addresses holds for *key* (``urls.url_key``): KEY_BYTES bytes.

    PostgreSQL keeps a key twice, in the table and in its index.
    """
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def teaser_key(teaser: str) -> int:
    """Return the 64-bit number that stands for the id of a teaser, which is itself a hash of as many bits."""
    return int.from_bytes(hashlib.blake2b(teaser.encode(), digest_size=8).digest(), "big", signed=True)


def row_of(record: Record) -> dict[str, Any]:
    """Return the row of the table ``articles`` that holds *record*."""
    row = {name: getattr(record, name) for name in FIELDS}
    if record.canonical_url == record.url:
        row["canonical_url"] = ""
    if record.cluster_id == record.id:  # of every article without copies
        row["cluster_id"] = ""
    origin = _origin(record.url)
    if record.found_on and origin and record.found_on.startswith(origin):
        row["found_on"] = record.found_on[len(origin) - 1 :]
    if record.field_hashes:
        row["field_hashes"] = pack_hashes(record.field_hashes)
    if record.sketch:
        row["sketch"] = SKETCH_MARK + base64.b85encode(bytes.fromhex(record.sketch)).decode()
    return row


def record_of(row: Iterable[Any]) -> Record:
    """Return the record that *row* holds, whose columns are the fields of a record in their order."""
    values = list(row)
    values[CANONICAL_URL] = values[CANONICAL_URL] or values[URL]
    if values[CLUSTER] == "":
        values[CLUSTER] = values[ID]
    if values[FOUND_ON] and values[FOUND_ON].startswith("/"):
        values[FOUND_ON] = _origin(values[URL])[:-1] + values[FOUND_ON]
    values[FIELD_HASHES] = unpack_hashes(values[FIELD_HASHES])
    sketch = values[SKETCH]
    if sketch and sketch.startswith(SKETCH_MARK):
        values[SKETCH] = base64.b85decode(sketch[1:]).hex()
    return Record(*values)


def pack_hashes(hashes: str) -> str:
    """Return *hashes*, which are joined by commas, in two thirds of the characters; other texts as they are.

    What is packed is the bytes of all hashes in base 64, then a comma and a hexadecimal number whose bits are a leading
    1 and, for each field, whether it has a hash.
    """
    if not HASHES.fullmatch(hashes):
        return hashes
    each = hashes.split(",")
    content = base64.b64encode(bytes.fromhex("".join(each))).decode().rstrip("=")
    present = int("1" + "".join("1" if one else "0" for one in each), 2)
    return f"{HASHES_MARK}{content},{present:x}"


def unpack_hashes(packed: str | None) -> str | None:
    """Return the hashes that :func:`pack_hashes` was given."""
    if not packed or not packed.startswith(HASHES_MARK):
        return packed
    content, _, present = packed[1:].partition(",")
    digits = base64.b64decode(content + "=" * (-len(content) % 4)).hex()
    starts = iter(range(0, len(digits), 8))
    return ",".join(digits[(at := next(starts)) : at + 8] if bit == "1" else "" for bit in f"{int(present, 16):b}"[1:])


def _origin(url: str) -> str:
    """Return the beginning of *url* up to the slash after its host; "" for a URL without one."""
    match = ORIGIN.match(url)
    return match[0] if match else ""
