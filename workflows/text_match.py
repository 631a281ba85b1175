"""Whether words stand in a text: without regard to capitals and accents, whole words only, no stems."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters, digits and the marks that stand on them, as the search takes texts apart.
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_MARKS = re.compile(r"[\u0300-\u036f]+")
_BLANKS = re.compile(r"\s+")
# Marks that stand around a word in a sentence and are no part of it; the same in a search and in a rule.
AROUND = " \t\r\n.,;:!?()[]{}<>*'’‘“”…"
LONGEST_LOOKED_AT = 200_000


def worded(text: str) -> str:
    """A word or phrase without the marks of the sentence around it; a star at its end stays: it may go on."""
    plain = _BLANKS.sub(" ", text).strip(AROUND)
    return f"{plain}*" if plain and text.endswith("*") else plain


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case without accents: "Café" and "CAFE" are one word."""
    return text.lower() if text.isascii() else _folded(text)


@lru_cache(maxsize=64)
def words_of(text: str) -> str:
    """The folded words of a text, in order, with a space before, between and after them."""
    looked_at = text[:LONGEST_LOOKED_AT]
    folded = looked_at.lower() if looked_at.isascii() else _folded(looked_at)
    return f" {' '.join(_WORD.findall(folded))} "


def stands_in(wanted: str, text: str) -> bool:
    """Whether the words of `wanted` stand in a text, side by side and in order; a last word with a star may go on."""
    needle = words_of(wanted)
    if not needle.strip():
        return False
    if wanted.endswith("*"):
        needle = needle[:-1]
    return needle in words_of(text)


def _folded(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.lower()))
