"""Which of Python's codecs are charsets of web pages."""

from __future__ import annotations

from portalcrawl.text.normalize import words

_NONE = words("""
    idna mbcs oem palmos punycode raw_unicode_escape undefined unicode_escape utf_7
    base64 base64_codec bz2 bz2_codec hex hex_codec quopri quopri_codec rot13 rot_13 uu uu_codec zlib zlib_codec
""")
"""Python-specific codecs (https://docs.python.org/3/library/codecs.html) that are not charsets of pages. Some do not
decode to text, and the time of punycode is quadratic in the length of the text."""


def is_charset(codec: str) -> bool:
    """Return whether *codec*, a name of a Python codec, can be the charset of a page.

    >>> is_charset("iso8859-15"), is_charset("punycode")
    (True, False)
    """
    return codec.lower().replace("-", "_") not in _NONE
