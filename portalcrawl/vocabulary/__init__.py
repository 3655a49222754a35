"""The vocabulary for reading pages, as data files: one per language, others for classes, URLs, agencies and zones.

``languages/<BCP 47 tag>.toml`` holds the words of a language in tables (``dates``, ``pointers``, ...) of roles. The
value of a role is a string of words separated by white space, or a list of phrases. Both are in lower case, and

- ``(a|b)`` matches ``a``, ``b`` or nothing, ``[a|b]`` one of them (write longer ones first),
- ``*`` matches any letters (``abonnier*``), ``…`` up to 80 characters of any kind.

To add a language, add one file: code uses a role's words of all languages. Names of months and weekdays come from
dateparser's data; the files hold only those missing there. ``tests/unit/test_no_words_in_code.py`` fails for words in
code.
"""

from __future__ import annotations

from portalcrawl.vocabulary.expressions import (
    END_OF_WORD,
    LazyPattern,
    class_words,
    either,
    either_word,
    expression,
    opening,
    parameter_words,
    path_words,
    word_expression,
)
from portalcrawl.vocabulary.language_files import languages, phrases, table, words
from portalcrawl.vocabulary.phrase_search import Openings, PhraseSearch, Searched, may_open, openings

__all__ = [
    "END_OF_WORD",
    "LazyPattern",
    "Openings",
    "PhraseSearch",
    "Searched",
    "class_words",
    "either",
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
    "word_expression",
    "words",
]
