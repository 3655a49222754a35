"""The words by which pages are read, as data: a file for each language, others for classes, URLs, agencies and zones.

``languages/<BCP 47 tag>.toml`` holds the words of a language in tables (``dates``, ``pointers``, ...) of roles. The
value of a role is a string of words separated by white space, or a list of phrases. Both are in lower case, and

- ``(a|b)`` is optional, ``[a|b]`` is one of these (longer ones first),
- ``*`` is any letters (``abonnier*``), ``…`` is up to 80 characters of any kind.

A new language is one file: each role has the words of all languages. Names of months and weekdays come from
dateparser's data; the files hold only what these lack. ``tests/unit/test_no_words_in_code.py`` finds
words that stand in code instead.
"""

from __future__ import annotations

from portalcrawl.vocabulary.expressions import (
    LazyPattern,
    class_words,
    either,
    either_opening,
    either_word,
    expression,
    opening,
    parameter_words,
    path_words,
)
from portalcrawl.vocabulary.language_files import languages, phrases, table, words
from portalcrawl.vocabulary.phrase_search import PhraseSearch, Searched, may_open, openings

__all__ = [
    "LazyPattern",
    "PhraseSearch",
    "Searched",
    "class_words",
    "either",
    "either_opening",
    "either_word",
    "expression",
    "languages",
    "may_open",
    "opening",
    "openings",
    "parameter_words",
    "path_words",
    "phrases",
    "table",
    "words",
]
