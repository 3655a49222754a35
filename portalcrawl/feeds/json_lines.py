"""Records as lines of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

LINE_BREAKS = {code: f"\\u{code:04x}" for code in (0x7F, 0x85, 0x2028, 0x2029)}
"""Escapes of characters that JSON allows unescaped, but at which some programs split lines. JSON itself requires that
U+0000 to U+001F are escaped (RFC 8259, section 7)."""
TO_ESCAPE = re.compile("[\x7f\x85\u2028\u2029\ud800-\udfff]")


def json_line(record: Mapping[str, Any]) -> bytes:
    r"""Return *record* as a line of JSON in UTF-8 that ends in ``\n``; raise ValueError for NaN and infinities.

    A lone surrogate, which UTF-8 can't encode, becomes ``?``.
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if TO_ESCAPE.search(text):
        text = text.translate(LINE_BREAKS).encode("utf-8", "replace").decode("utf-8")
    return text.encode("utf-8") + b"\n"
