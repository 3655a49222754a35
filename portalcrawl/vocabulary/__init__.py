"""The words that reading looks for, as data: a file a language, and files of their own for what is of no language.

``languages/<BCP 47 tag>.toml`` holds what pages in a language say: tables (``dates``, ``pointers``, ...) of roles. The
value of a role is a text of single words with white space between them, or a list of phrases. In phrases, which are in
lower case,

- ``(a|b)`` may be there or not, ``[a|b]`` is one of these (longer ones first),
- ``*`` is any letters (``abonnier*``), ``…`` is up to 80 characters of any kind.

A new language is one file: whatever asks for a role gets the words of all languages. Names of months and weekdays come
from dateparser's data; the files hold only what that lacks.
"""

from __future__ import annotations

from portalcrawl.vocabulary.expressions import (
    class_words,
    either,
    either_word,
    expression,
    opening,
    parameter_words,
    path_words,
    signs,
)
from portalcrawl.vocabulary.language_files import languages, phrases, table, words

__all__ = [
    "class_words",
    "either",
    "either_word",
    "expression",
    "languages",
    "opening",
    "parameter_words",
    "path_words",
    "phrases",
    "signs",
    "table",
    "words",
]
