"""What may have been meant: words of the index that are near to a word that found nothing."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable

from helpdesk.search import terms
from helpdesk.search.query import Parsed, Part, Way

SHORTEST = 4
MOST_TRIED = 4


def did_you_mean(
    text: str, parsed: Parsed, *, likely: Callable[[str], list[str]], finds: Callable[[str], bool]
) -> str | None:
    """The query with its misspelt words put right, or None.

    `likely` gives words of the index near to one, likeliest first, and nothing for a word that the index knows.
    A suggestion is given only if this reader would find something by it (`finds`): the words of an index are the words of
    tickets that not everybody may read (S10).
    """
    corrected = text
    changed = False
    for part in parsed.wanted:
        if part.way not in (Way.WORD, Way.PREFIX) or len(part.words[0]) < SHORTEST:
            continue
        better = _better(part, corrected, likely(part.words[0])[:MOST_TRIED], finds)
        if better is not None:
            corrected, changed = better, True
    return corrected if changed and finds(corrected) else None


def _better(
    part: Part, text: str, candidates: Iterable[str], finds: Callable[[str], bool]
) -> str | None:
    # Each word is tried alone, since the others may be misspelt too.
    found = next((candidate for candidate in candidates if finds(candidate)), None)
    if found is None:
        return None
    return re.sub(rf"(?<!\w){re.escape(part.raw)}(?!\w)", found, text, count=1)


def one_edit_away(word: str) -> set[str]:
    """Every text that is one slip of the finger from a word: a letter lost, doubled, swapped or mistaken."""
    letters = string.ascii_lowercase
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in splits if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in splits if tail for letter in letters}
    found |= {head + letter + tail for head, tail in splits for letter in letters}
    found.discard(word)
    return found


def distance(left: str, right: str, most: int = 2) -> int:
    """How many slips part two words (optimal string alignment); anything over `most` is `most + 1`."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        here = [row] + [0] * len(right)
        for column, other in enumerate(right, 1):
            cost = letter != other
            here[column] = min(above[column] + 1, here[column - 1] + 1, above[column - 1] + cost)
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                here[column] = min(here[column], before[column - 2] + 1)
        if min(here) > most:
            return most + 1
        before, above = above, here
    return above[-1]


def is_suggestible(word: str) -> bool:
    """Whether a word of the index may be shown to a person: no identifier, number or permission term."""
    return word.isalpha() and not word.startswith((terms.GLUED, "xr", "xk")) and len(word) >= 3
