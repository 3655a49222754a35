"""The size of a text, comparable between scripts with and without spaces between words."""

from __future__ import annotations

import re

LETTER = r"(?:[^\W\d_]|[\u0900-\u0963\u0970-\u097f\u0e31-\u0e4e])"
"""Expression for a letter or a vowel sign of Devanagari or Thai, which the class ``w`` leaves out."""
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30ff\u31f0-\u31ff"
_HANGUL = "\uac00-\ud7af"
_DENSE = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]")
DENSITY = 2
"""Latin letters added for each character of Chinese, Japanese or Korean, which so counts as three: a translation has
about a third of the characters in Chinese and about half in Japanese and Korean."""
LONGEST_WORD = 4
"""Characters of Chinese, Japanese or Korean that count as one more word."""
_SENTENCE_END = re.compile(r"[.!?…؟।。！？｡](?:(?<=[。！？｡])|[.!?…؟।]*[\"'”“»«’)\]]*(?=\s|$))")
"""It begins with one character class, so that a search skips all other characters quickly."""
_CLOSED = re.compile(r"(?:[.!?…؟।][\"'”“»«’)\]]*|[。！？｡][」』）”’]*)$")
_LONGEST_END = 8
_LAST = frozenset(".!?…؟।\"'”“»«’)]。！？｡」』）")


def is_dense(text: str) -> bool:
    """Return whether *text* contains Chinese, Japanese or Korean."""
    return not text.isascii() and _DENSE.search(text) is not None


def text_size(text: str) -> int:
    """Return the length of *text* in Latin letters: a character of Chinese, Japanese or Korean counts for several.

    >>> text_size("Rathaus"), text_size("市政厅")
    (7, 9)
    """
    return len(text) if text.isascii() else len(text) + DENSITY * len(_DENSE.findall(text))


def word_count(text: str) -> int:
    """Return the number of words in *text* (one line), estimated where the script has no spaces between them.

    >>> word_count("Der Rat tagt"), word_count("市政厅将于明年春季重新开放")
    (3, 4)
    """
    spaced = text.count(" ") + 1
    return spaced if text.isascii() else spaced + len(_DENSE.findall(text)) // LONGEST_WORD


def sentence_count(text: str) -> int:
    """Return the number of sentence ends in *text*."""
    return len(_SENTENCE_END.findall(text))


def ends_sentence(text: str) -> bool:
    """Return whether *text* ends with the end of a sentence, ignoring quotation marks and brackets after it."""
    return text[-1:] in _LAST and _CLOSED.search(text[-_LONGEST_END:]) is not None
