"""How similar two texts are, and how much of a headline or slug a text contains.

No words of any language are needed: an error page, a consent form or another article in place of the one that was
requested has nothing in common with it.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable
from heapq import nsmallest

from portalcrawl.items import Article
from portalcrawl.urls import slug_of

SKETCH = 16
"""Hashes in a sketch. The estimated similarity is off by at most 0.12 in two of three cases (1 / (2 * sqrt(16)))."""
SHINGLE = 3
"""Consecutive words that are hashed together, as for near copies."""
FEWEST_STEMS = 3
"""Stems that a headline or slug must have to be compared with a text."""
SAME_SLUG = 0.8
"""Share of the shorter slug's stems that two slugs of one article have in common."""
STEM = 5
"""First letters of a word that are compared: endings differ."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_SEPARATORS = re.compile(r"[-_.,+]")
_TOKEN = re.compile(r"\w+")
_ADDRESS = re.compile(r"\S*[/@]\S+|\w+(?:[-_]\w+){3,}")
"""URLs and slugs in a text: an error page may repeat what was requested."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""Scripts without spaces between words, and Korean, whose words are short: pairs of letters are used as words."""
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")
_SPELLINGS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "ł": "l", "ı": "i"}
)


def sketch(article: Article) -> str:
    """Return a sketch of an article's text: the lowest 16 hashes of its three-word runs, in hexadecimal.

    The state keeps it of each text. "" for an article without text.
    """
    words = _TOKEN.findall(text_of(article).casefold())
    runs = {" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))} if words else set()
    return "".join(f"{value:08x}" for value in nsmallest(SKETCH, {zlib.crc32(run.encode()) for run in runs}))


def sketch_similarity(one: str, other: str) -> float:
    """Return the estimated share, 0 to 1, of runs that two sketched texts have in common (Broder 1997, bottom-k)."""
    first, second = _hashes(one), _hashes(other)
    lowest = set(nsmallest(SKETCH, first | second))
    return len(lowest & first & second) / len(lowest) if lowest else 0.0


def _hashes(text: str) -> set[str]:
    return {text[at : at + 8] for at in range(0, len(text), 8)}


def share_announced(text: str, headline: str | None, url: str) -> float | None:
    """Return how much of *headline*, or of the slug of *url*, is in *text*: the higher share, 0 to 1.

    *headline* is that of a teaser or of an earlier revision. None if both are too short.
    """
    text = _ADDRESS.sub(" ", text)
    held = _stems(text)
    announced = [_stems(headline or "")]
    if _is_latin(text):
        announced.append(_stems(_SEPARATORS.sub(" ", slug_of(url))))
    enough = [stems for stems in announced if len(stems) >= FEWEST_STEMS]
    if not enough:
        both = set().union(*announced)
        enough = [both] if len(both) >= FEWEST_STEMS else []
    return max((len(stems & held) / len(stems) for stems in enough), default=None)


def same_slug(first: str, second: str) -> bool | None:
    """Return whether two URLs have slugs of one article; None if one of them is too short."""
    one, other = (_stems(_SEPARATORS.sub(" ", slug_of(url))) for url in (first, second))
    if min(len(one), len(other)) < FEWEST_STEMS:
        return None
    return len(one & other) >= SAME_SLUG * min(len(one), len(other))


def text_of(article: Article) -> str:
    """Return all running text of an article."""
    parts: Iterable[str | None] = (article.headline, article.kicker, article.description, article.article_body)
    return "\n".join(part for part in parts if part)


def _is_latin(text: str) -> bool:
    letters = _LETTER.findall(text[:2_000])
    return len(_LATIN.findall(text[:2_000])) * 2 > len(letters)


def _stems(text: str) -> set[str]:
    """Return the stems of the longer words of *text*, in both spellings that URLs use for accents and umlauts."""
    text = text.casefold()
    pairs = {run[at : at + 2] for run in _UNSPACED.findall(text) for at in range(len(run) - 1)}
    spaced = _UNSPACED.sub(" ", text)
    return pairs | {
        word[:STEM] for form in (spaced.translate(_SPELLINGS), spaced) for word in _WORD.findall(_plain(form))
    }


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
