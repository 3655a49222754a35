"""How much a text says, in scripts with and without spaces between words."""

from __future__ import annotations

import re

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30ff\u31f0-\u31ff"
_HANGUL = "\uac00-\ud7af"
_UNSPACED = f"{_HAN}{_KANA}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Scripts that write no space between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer."""
_DENSE = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]")
_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:['’.-][^\W{_UNSPACED}]+)*")
DENSITY = 2
"""Latin letters that one more letter of Chinese, Japanese or Korean stands for: translations of one text have about a
third of the characters in Chinese and about half in Japanese and Korean."""
_SENTENCE_END = re.compile(r"[.!?…؟।]+[\"'”“»«’)\]]*(?=\s|$)|[。！？｡]")
_CLOSED = re.compile(r"(?:[.!?…؟।][\"'”“»«’)\]]*|[。！？｡][」』）”’]*)$")
_LONGEST_END = 8
_LAST = frozenset(".!?…؟।\"'”“»«’)]。！？｡」』）")


def text_size(text: str) -> int:
    """Return the length of *text* in Latin letters: a character of Chinese, Japanese or Korean counts for several.

    >>> text_size("Rathaus"), text_size("市政厅")
    (7, 9)
    """
    return len(text) if text.isascii() else len(text) + DENSITY * len(_DENSE.findall(text))


def word_count(text: str) -> int:
    """Return the number of words; in scripts without spaces each character counts as one.

    >>> word_count("Der Rat tagt nicht."), word_count("市政厅 2025")
    (4, 4)
    """
    return sum(1 for _ in _WORD.finditer(text))


def sentence_count(text: str) -> int:
    """Return the number of sentence ends in *text*."""
    return sum(1 for _ in _SENTENCE_END.finditer(text))


def ends_sentence(text: str) -> bool:
    """Return whether *text* closes with the end of a sentence, quotation marks and brackets behind it aside."""
    return text[-1:] in _LAST and _CLOSED.search(text[-_LONGEST_END:]) is not None


def has_spaceless_script(text: str) -> bool:
    """Return whether *text* holds a script that writes no space between words."""
    return not text.isascii() and _UNSPACED_CHARACTER.search(text) is not None
