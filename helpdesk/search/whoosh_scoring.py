"""The best matches in a Whoosh index: the newest first, whole lists at a time, ranked by BM25.

Whoosh's own search asks each of its matchers about each document. On 40,000 documents a common word took it 50 ms and
three of them 300 ms; this takes a tenth.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpdesk.search import terms
from helpdesk.search.backend import FEW, KINDS, SearchQuery
from helpdesk.search.query import Parsed
from helpdesk.search.whoosh_postings import Shelf, with_phrase
from helpdesk.search.whoosh_queries import Wanted, months_of, wanted_of

# Ranking weighs every match; of common words the newest are enough.
NEWEST = 5_000
# To see whether words follow each other, their places in each document have to be read: in the newest that hold them all,
# until there are enough to show.
LEAST_READ, MOST_READ, READ_TOGETHER = 1_000, 5_000, 250
K1, B = 1.2, 0.75


@dataclass(slots=True)
class _Search:
    """What is asked of every segment, and how much of it was done."""

    shelf: Shelf
    reader: Any
    wanted: list[Wanted]
    refused: list[Wanted]
    masks: list[tuple[str, list[str]]]
    without: list[str]
    enough: int
    any_word: bool = False
    read: int = 0
    followed: int = 0
    capped: bool = False
    averages: dict[str, float] = field(default_factory=dict)
    rarities: dict[tuple[str, str], float] = field(default_factory=dict)

    def average(self, name: str) -> float:
        """The mean length of a field."""
        if name not in self.averages:
            count = max(1, self.reader.doc_count_all())
            self.averages[name] = self.reader.field_length(name) / count or 1.0
        return self.averages[name]

    def rarity(self, name: str, term: str) -> float:
        """How much a word tells, by how few documents hold it."""
        if (name, term) not in self.rarities:
            held = self.reader.doc_frequency(name, term)
            self.rarities[name, term] = math.log(self.reader.doc_count_all() / (held + 1)) + 1
        return self.rarities[name, term]


def best(
    shelf: Shelf, reader: Any, query: SearchQuery, parsed: Parsed, limit: int
) -> tuple[list[tuple[str, float]], bool]:
    """The references of the best matches with their scores, and whether only the newest matches were ranked."""
    search = _search_for(shelf, reader, query, parsed, limit)
    scored: list[tuple[float, int, int, Any]] = []
    leaves = [one for one in reader.leaf_readers() if one[0].segment() is not None]
    for leaf, base in reversed(leaves):
        room = NEWEST - len(scored)
        found = _matches(search, leaf, room)
        scores = _scores(search, leaf, found)
        scored += [(scores[docnum], base + docnum, docnum, leaf) for docnum in found]
        if len(found) == room:
            search.capped = True
        if search.capped:
            break
    top = heapq.nlargest(limit, scored, key=lambda one: one[:2])
    hits = [(leaf.stored_fields(docnum)["ref"], score) for score, _place, docnum, leaf in top]
    return hits, search.capped


def _search_for(
    shelf: Shelf, reader: Any, query: SearchQuery, parsed: Parsed, limit: int
) -> _Search:
    masks = []
    if query.readers is not None:
        masks.append(("access", [terms.reader_term(one) for one in query.readers]))
    if query.kinds in FEW:
        masks.append(("access", [terms.kind_term(query.kinds[0])]))
    if query.since is not None or query.until is not None:
        masks.append(("month", months_of(reader, query.since, query.until)))
    # The few people and articles are quicker left out than the many messages asked for.
    others = KINDS if query.kinds and query.kinds not in FEW else ()
    return _Search(
        shelf,
        reader,
        wanted=[wanted_of(part, reader) for part in parsed.wanted],
        refused=[wanted_of(part, reader) for part in parsed.unwanted],
        masks=masks,
        without=[terms.kind_term(kind) for kind in others if kind not in query.kinds],
        enough=limit,
        any_word=query.any_word,
    )


def _matches(search: _Search, leaf: Any, most: int) -> list[int]:
    """The newest documents of a segment that match, newest first."""
    held = _with_any_word(search, leaf) if search.any_word else _with_all(search, leaf)
    held = held.difference(leaf.segment().deleted_docs())
    for term in search.without:
        held.difference_update(search.shelf.postings(leaf, "access", term).ids)
    for name, these in search.masks:
        mask = search.shelf.mask(leaf, name, these)
        held = {docnum for docnum in held if mask[docnum]}
    for one in search.refused:
        if not one.is_phrase:
            held -= _holding(search, leaf, one, held)
    newest = sorted(held, reverse=True)
    if any(one.is_phrase for one in (*search.wanted, *search.refused)) and not search.any_word:
        return _read_through(search, leaf, newest, most)
    return newest[:most]


def _with_any_word(search: _Search, leaf: Any) -> set[int]:
    return set().union(*(_holding(search, leaf, one, None) for one in search.wanted))


def _with_all(search: _Search, leaf: Any) -> set[int]:
    held: set[int] | None = None
    for one in sorted(search.wanted, key=lambda part: _size(search, leaf, part)):
        holding = _holding(search, leaf, one, held)
        held = holding if held is None else held & holding
        if not held:
            break
    return held or set()


def _read_through(search: _Search, leaf: Any, newest: Sequence[int], most: int) -> list[int]:
    """Those documents in which the words of phrases follow each other, and those of refused phrases do not."""
    found: list[int] = []
    for first in range(0, len(newest), READ_TOGETHER):
        if search.read >= MOST_READ or (
            search.followed >= search.enough and search.read >= LEAST_READ
        ):
            search.capped = True
            break
        left = sorted(newest[first : first + READ_TOGETHER])
        search.read += len(left)
        for one in search.wanted:
            if one.is_phrase:
                left = sorted(_with_phrase(search, leaf, one, left))
        for one in search.refused:
            if one.is_phrase:
                left = sorted(set(left) - _with_phrase(search, leaf, one, left))
        found += reversed(left)
        search.followed += len(left)
    return found[:most]


def _with_phrase(search: _Search, leaf: Any, one: Wanted, docnums: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for name, words in one.ways:
        holding = _all_words(search, leaf, name, words, set(docnums))
        if len(words) == 1:
            found |= holding
        else:
            found.update(with_phrase(leaf, name, words, sorted(holding - found)))
    return found


def _holding(search: _Search, leaf: Any, one: Wanted, within: set[int] | None) -> set[int]:
    """The documents that hold what is wanted in one of its ways, phrases as the words they are made of."""
    found: set[int] = set()
    for name, words in one.ways:
        if len(words) == 1:
            found.update(search.shelf.postings(leaf, name, words[0]).ids)
        else:
            found |= _all_words(search, leaf, name, words, within)
    return found


def _all_words(
    search: _Search, leaf: Any, name: str, words: Sequence[str], within: set[int] | None
) -> set[int]:
    lists = sorted((search.shelf.postings(leaf, name, word).ids for word in words), key=len)
    found = set(lists[0]) if within is None else within.intersection(lists[0])
    for ids in lists[1:]:
        found.intersection_update(ids)
    return found


def _size(search: _Search, leaf: Any, one: Wanted) -> int:
    return sum(
        min(len(search.shelf.postings(leaf, name, word).ids) for word in words)
        for name, words in one.ways
    )


def _scores(search: _Search, leaf: Any, docnums: Sequence[int]) -> dict[int, float]:
    """How well each of these documents matches, by BM25 in each field."""
    scores = dict.fromkeys(docnums, 0.0)
    if not docnums:
        return scores
    for name, term in _told_of(search.wanted):
        found = search.shelf.postings(leaf, name, term)
        weights = dict(zip(found.ids, found.weights, strict=True))
        if name == "plain":
            for docnum in scores.keys() & weights.keys():
                scores[docnum] += search.rarity(name, term)
            continue
        here = [docnum for docnum in docnums if docnum in weights]
        lengths = search.shelf.lengths(leaf, name, here)
        told, per_word = search.rarity(name, term) * (K1 + 1), K1 * B / search.average(name)
        for docnum in here:
            weight = weights[docnum]
            scores[docnum] += told * weight / (weight + K1 * (1 - B) + per_word * lengths[docnum])
    return scores


def _told_of(wanted: Sequence[Wanted]) -> Iterator[tuple[str, str]]:
    """Each field and word that counts, once."""
    return iter(
        dict.fromkeys((name, word) for one in wanted for name, words in one.ways for word in words)
    )
