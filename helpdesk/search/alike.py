"""Tickets about the same thing, by the words of their subjects; only those that the reader may see."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.people.access import Actor
from helpdesk.search.finding import find
from helpdesk.tickets.queries import Row
from workflows.text_match import words_of

MOST = 5
LOOKED_AT = 20
SHORTEST_WORD = 4
# The longest words are the rarest; so many of them are asked for together.
TOGETHER = 2
# So much of the shorter of two subjects stands in the other where they are about one thing.
SHARED = 0.5


def alike(actor: Actor, number: str, subject: str, *, limit: int = MOST) -> Sequence[Row]:
    """Tickets whose subject has most words of this one, best first, without the ticket itself."""
    words = telling(subject)
    longest = sorted(words, key=lambda word: (-len(word), word))[:TOGETHER]
    if not longest:
        return []
    asked = " ".join(f"subject:{word}" for word in longest)
    rows = [one.row for one in find(actor, asked, limit=LOOKED_AT).tickets]
    return [row for row in rows if row.number != number and shares(words, telling(row.subject))][
        :limit
    ]


def telling(text: str) -> frozenset[str]:
    """The words of a text that say what it is about."""
    return frozenset(word for word in words_of(text).split() if len(word) >= SHORTEST_WORD)


def shares(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether most words of the shorter stand in the other."""
    fewest = min(len(one), len(other))
    return fewest > 0 and len(one & other) >= SHARED * fewest
