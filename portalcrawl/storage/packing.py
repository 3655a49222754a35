"""The compact forms in which records and URLs are stored in the tables, since there are millions of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import fields
from time import time
from typing import Any

from portalcrawl.storage.records import Record

KEY_BYTES = 12
"""Length of the hash of a URL. Among 10 billion URLs, two have the same hash with a probability of 1 in 10^9."""
HASHES = re.compile(r"(?:[0-9a-f]{8})?(?:,(?:[0-9a-f]{8})?)*")
"""The hashes of fields that are packed: 8 hexadecimal digits each, or none."""
HASHES_MARK = b"="
"""What packed hashes of fields begin with. Others, of version 1 and 2 of the state, are JSON."""
MOST_FIELDS = 255
FIELDS = tuple(field.name for field in fields(Record))
CANONICAL_URL, CLUSTER, CONTENT_HASH, FIELD_HASHES, FOUND_ON, ID, SKETCH, URL = (
    FIELDS.index(name)
    for name in ("canonical_url", "cluster_id", "content_hash", "field_hashes", "found_on", "id", "sketch", "url")
)
ORIGIN = re.compile(r"https?://[^/?#]+/")


def address_key(portal: str, key: str) -> bytes:
    """Return the key in the table of addresses for *key* (``urls.url_key``) of *portal*: KEY_BYTES bytes.

    PostgreSQL stores a key twice, in the table and in its index. So the portal is part of the hash, not another column.
    """
    return key_on_portal(portal, hash_of(key))


def key_on_portal(portal: str, hashed: bytes) -> bytes:
    """Return what :func:`address_key` returns for the key of which *hashed* is the hash: version 3 kept that."""
    return hashlib.blake2b(portal.encode() + b"\0" + hashed, digest_size=KEY_BYTES).digest()


def hash_of(key: str) -> bytes:
    """Return the hash of an address's key: KEY_BYTES bytes."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def teaser_key(teaser: str) -> int:
    """Return a 64-bit hash of the id of a teaser, which is itself a hash of 64 bits."""
    return int.from_bytes(hashlib.blake2b(teaser.encode(), digest_size=8).digest(), "big", signed=True)


def row_of(record: Record) -> dict[str, Any]:
    """Return the row of the table ``articles`` that holds *record*."""
    row = {name: getattr(record, name) for name in FIELDS}
    if record.canonical_url == record.url:
        row["canonical_url"] = ""
    if record.cluster_id == record.id:  # true for every article without copies
        row["cluster_id"] = ""
    origin = _origin(record.url)
    if record.found_on and origin and record.found_on.startswith(origin):
        row["found_on"] = record.found_on[len(origin) - 1 :]
    if record.field_hashes is not None:
        row["field_hashes"] = pack_hashes(record.field_hashes)
    row["day"] = day_of(record.newest)
    row["content_hash"] = from_hex(record.content_hash)
    row["sketch"] = from_hex(record.sketch)
    return row


def record_of(row: Iterable[Any]) -> Record:
    """Return the record that *row* holds, whose columns are the fields of a record in their order."""
    values = list(row)
    values[CANONICAL_URL] = values[CANONICAL_URL] or values[URL]
    if values[CLUSTER] == "":
        values[CLUSTER] = values[ID]
    if values[FOUND_ON] and values[FOUND_ON].startswith("/"):
        values[FOUND_ON] = _origin(values[URL])[:-1] + values[FOUND_ON]
    for each in (CONTENT_HASH, SKETCH):
        if values[each] is not None:
            values[each] = values[each].hex()
    if values[FIELD_HASHES] is not None:
        values[FIELD_HASHES] = unpack_hashes(values[FIELD_HASHES])
    return Record(*values)


def day_of(moment: float) -> int:
    """Return the number of days from 1970 to *moment* (Unix seconds)."""
    return int(moment // 86_400)


def today() -> int:
    """Return the present day, as :func:`day_of` counts."""
    return day_of(time())


def from_hex(digits: str | None) -> bytes | None:
    """Return the bytes of hexadecimal *digits*; None for None."""
    return None if digits is None else bytes.fromhex(digits)


def pack_hashes(hashes: str) -> bytes:
    """Return *hashes*, which are joined by commas, in half as many bytes; other texts as UTF-8.

    What is packed is HASHES_MARK, a byte for the number of fields, a bit for each field (whether it has a hash; the
    last byte is filled up by zeros), and the bytes of all hashes.
    """
    each = hashes.split(",")
    if len(each) > MOST_FIELDS or not HASHES.fullmatch(hashes):
        return hashes.encode()
    present = int("".join("1" if one else "0" for one in each).ljust(_mask_bytes(len(each)) * 8, "0"), 2)
    head = HASHES_MARK + bytes([len(each)]) + present.to_bytes(_mask_bytes(len(each)), "big")
    return head + bytes.fromhex("".join(each))


def unpack_hashes(packed: bytes) -> str:
    """Return the hashes that :func:`pack_hashes` was given."""
    if not packed.startswith(HASHES_MARK):
        return packed.decode()
    number = packed[1]
    begin = 2 + _mask_bytes(number)
    mask = f"{int.from_bytes(packed[2:begin], 'big'):0{8 * (begin - 2)}b}"[:number]
    digits = packed[begin:].hex()
    starts = iter(range(0, len(digits), 8))
    return ",".join(digits[(at := next(starts)) : at + 8] if bit == "1" else "" for bit in mask)


def _mask_bytes(fields: int) -> int:
    """Return the number of bytes that hold one bit per field."""
    return (fields + 7) // 8


def _origin(url: str) -> str:
    """Return the beginning of *url* up to the slash after its host; "" for a URL without one."""
    match = ORIGIN.match(url)
    return match[0] if match else ""
