"""One record as one line of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

BREAKS = {code: f"\\u{code:04x}" for code in (0x7F, 0x85, 0x2028, 0x2029)}
"""Characters that JSON allows raw and at which a program could break a line all the same
(U+0000 to U+001F are escaped by JSON itself, RFC 8259 section 7)."""
BREAK = re.compile("[\x7f\x85\u2028\u2029\ud800-\udfff]")


def json_line(record: Mapping[str, Any]) -> bytes:
    r"""Return *record* as one line in UTF-8 that ends in ``\n``; ValueError for NaN and infinities.

    A lone surrogate, which has no UTF-8 form, becomes ``?``.
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if BREAK.search(text):
        text = text.translate(BREAKS).encode("utf-8", "replace").decode("utf-8")
    return text.encode("utf-8") + b"\n"
