"""words_of(): a question as the words that carry its meaning, in English and Welsh, without accents and endings."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

MOST_WORDS: Final = 60
LONGEST_QUESTION: Final = 1_000
_WORD: Final = re.compile(r"[a-z0-9]+")
_JOINED: Final = re.compile(r"(?<!n)'([a-z]{1,2})\b")
# Words that say nothing of what a question is about; those of Welsh stand in the forms that `folded` gives.
_STOP_WORDS: Final = """
    a about after again all also am an and any are as at be because been but by can cant cannot could d did do does
    doing dont for from get getting give go going got had has have hello help here hey hi how i id if ill im in into is
    it its ive just know let like ll m many may me might more much must my need needs no now of off ok on one or
    our out over please put re really s say see shall she should so some something still t tell thank thanks that the time times
    their them then there these they thing things this those to too up us use used using ve very want wanted was we
    were what whats when whens where wheres which who whos why will with wondering would yes you your
    a ac ai am r n u w ar at beth ble bod chi da dw dwi dydd ei eich ein eisiau er fod fy gael gall gallaf gan gen gyda hefyd hoffwn
    i ichi iddo iddi im isio ist mae maen mewn mi mor mynd na ne neu ni o oes oedd os pa pam pan pryd pwy rwy rwyf rwyn
    sut sydd sy ti un wedi wnewch wrth wyf y ydi ydw ydych ydy yma yn yng ym yr
"""
_STOP: Final = frozenset(_STOP_WORDS.split())
# "Collected" and "not collected" are two questions, so that something was not done is a word with a meaning.
_NOT_WORDS: Final = "not wasnt werent isnt arent didnt doesnt hasnt havent never heb nid nad ddim"
_NOT: Final = frozenset(_NOT_WORDS.split())
_ENDINGS: Final = (
    ("tions", "t"),
    ("tion", "t"),
    ("ies", "y"),
    ("sses", "ss"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("xes", "x"),
    ("ing", ""),
    ("ed", ""),
    ("s", ""),
)
_DOUBLED: Final = re.compile(r"([bdgmnprt])\1$")


def folded(text: str) -> str:
    """The text in one case and without accents. What an apostrophe joins is parted (mae'r, it's), except in wasn't."""
    apart = unicodedata.normalize("NFKD", text[:LONGEST_QUESTION]).casefold()
    kept = (sign for sign in apart if not unicodedata.combining(sign))
    plain = "".join(kept).replace("\u2019", "'").replace("\u02bc", "'")
    return _JOINED.sub(r" \1", plain).replace("'", "")


def words_of(text: str) -> list[str]:
    """The words of a text that carry meaning, each once, in their order."""
    found = _WORD.findall(folded(text))[:MOST_WORDS]
    meant = ["not" if word in _NOT else word for word in found if word not in _STOP]
    return list(dict.fromkeys(stem(word) for word in meant))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without the endings that English puts to it; a short word stays as it is."""
    if len(word) <= 3 or word.isdigit() or word.endswith(("ss", "us", "is")):
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            left = word[: len(word) - len(ending)] + instead
            return _DOUBLED.sub(r"\1", left) if ending in ("ing", "ed") else left
    return word


# How Welsh changes the beginning of a word after certain others: what is written, and what it may have been.
_BEGINNINGS: Final = (
    ("ngh", "c"),
    ("ng", "g"),
    ("mh", "p"),
    ("nh", "t"),
    ("ch", "c"),
    ("ph", "p"),
    ("th", "t"),
    ("dd", "d"),
    ("b", "p"),
    ("d", "t"),
    ("g", "c"),
    ("f", "b"),
    ("f", "m"),
    ("m", "b"),
    ("n", "d"),
    ("l", "ll"),
    ("r", "rh"),
)


@lru_cache(maxsize=20_000)
def unmutated(word: str) -> frozenset[str]:
    """What a Welsh word may have been before the word in front of it changed its beginning; it itself among them."""
    found = {word, f"g{word}"}
    for written, was in _BEGINNINGS:
        if word.startswith(written):
            found.add(was + word[len(written) :])
    return frozenset(found)


@lru_cache(maxsize=50_000)
def likeness(asked: str, known: str, *, welsh: bool = False) -> float:
    """How sure it is that a word somebody typed is a word that is known: 1 for the same, 0 for another.

    One slip (a letter too many, too few, wrong, or two exchanged) is borne in a word of five letters, two in one of nine.
    """
    if asked == known:
        return 1.0
    if welsh and len(asked) > 3 and known in unmutated(asked):
        return 0.95
    longer = max(len(asked), len(known))
    if asked.isdigit() or known.isdigit() or longer < 5:
        return 0.9 if longer == 4 and _is_exchanged(asked, known) else 0.0
    slips = distance(asked, known, 2)
    if slips == 1:
        return 0.85
    return 0.7 if slips == 2 and longer >= 9 and asked[0] == known[0] else 0.0


def _is_exchanged(asked: str, known: str) -> bool:
    return (
        asked[0] == known[0] and sorted(asked) == sorted(known) and distance(asked, known, 1) == 1
    )


def distance(one: str, other: str, most: int) -> int:
    """How many slips lie between two words, an exchange of neighbours being one; `most` + 1 if there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        this = [row]
        for column, beside in enumerate(other, 1):
            cost = min(
                last[column] + 1, this[column - 1] + 1, last[column - 1] + (letter != beside)
            )
            if row > 1 and column > 1 and letter == other[column - 2] and beside == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            this.append(cost)
        if min(this) > most:
            return most + 1
        before, last = last, this
    return min(last[-1], most + 1)
