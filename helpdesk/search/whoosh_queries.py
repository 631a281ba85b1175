"""What was asked, in the fields and terms of a Whoosh index."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from helpdesk.search import terms
from helpdesk.search.query import Part, Way
from helpdesk.search.whoosh_schema import month_of

EVERYWHERE = ("title", "body")
# A prefix is looked for as the words it may become, the most used ones.
MOST_WORDS_OF_A_PREFIX = 24
MOST_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to look for, in any of some ways: a field, and words that must follow each other in it."""

    ways: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def is_phrase(self) -> bool:
        """Whether the places of words matter."""
        return any(len(words) > 1 for _name, words in self.ways)


def wanted_of(part: Part, reader: Any) -> Wanted:
    """A part of a query as this index keeps it."""
    fields = (part.field,) if part.field else EVERYWHERE
    if part.way is Way.PREFIX:
        return Wanted(tuple(_beginnings(part, fields, reader)))
    stems = tuple(terms.stem(word) for word in part.words)
    ways = [(field, stems) for field in fields]
    if part.way is Way.IDENTIFIER and not part.field:
        ways.append(("plain", (terms.glue(part.raw),)))
    return Wanted(tuple(ways))


def _beginnings(
    part: Part, fields: tuple[str, ...], reader: Any
) -> list[tuple[str, tuple[str, ...]]]:
    if len(part.words) > 1:
        found = words_beginning(terms.glue(part.raw), reader, MOST_WORDS_OF_A_PREFIX)
        return [("plain", (word,)) for word in found]
    words = words_beginning(part.words[0], reader, MOST_WORDS_OF_A_PREFIX)
    stems = dict.fromkeys(terms.stem(word) for word in words)
    return [(field, (one,)) for one in stems for field in fields]


def words_beginning(prefix: str, reader: Any, most: int) -> list[str]:
    """Words of the index that begin so, most used first."""
    uses: Counter[str] = Counter()
    for leaf, _base in reader.leaf_readers():
        for written, info in islice(leaf.iter_prefix("plain", prefix), MOST_LOOKED_AT):
            uses[written.decode("utf-8")] += info.doc_frequency()
    return [word for word, _uses in sorted(uses.items(), key=lambda one: (-one[1], one[0]))[:most]]


def months_of(reader: Any, since: datetime | None, until: datetime | None) -> list[str]:
    """The months that the index knows from one moment to another; either side may be open."""
    first = month_of(since) if since else ""
    last = month_of(until) if until else "\uffff"
    known = {term.decode("ascii") for term in reader.lexicon("month")}
    return sorted(month for month in known if first <= month <= last)
