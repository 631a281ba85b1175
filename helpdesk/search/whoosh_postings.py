"""Reading a Whoosh index a word at a time: whole lists of documents in place of a call for each of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import FilterMatcher
from whoosh.reading import TermNotFound

Kept = TypeVar("Kept")

# So many numbers are kept in memory between searches, four bytes each.
MOST_KEPT = 4_000_000


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of one segment that hold a word, rising, and how much the word weighs in each."""

    ids: array[int]
    weights: array[float]


@dataclass(slots=True)
class _Place:
    """Something on the shelf, and how many numbers it is made of."""

    what: Any
    size: int


class Shelf:
    """What was read of segments, kept for the next search. A segment never changes but for what is deleted from it,
    and nothing that depends on that is put here. One thread at a time."""

    def __init__(self) -> None:
        self._places: OrderedDict[tuple[Any, ...], _Place] = OrderedDict()
        self._size = 0

    def postings(self, leaf: Any, field: str, term: str) -> Postings:
        """The documents with a word in a field; deleted ones too."""
        return self._kept(
            (leaf.segment().segment_id(), field, term),
            lambda: _read(leaf, field, term),
            lambda found: 2 * len(found.ids) + 20,
        )

    def mask(self, leaf: Any, field: str, terms: Iterable[str]) -> bytearray:
        """For each document of a segment, whether it holds one of these words."""
        these = tuple(sorted(terms))

        def made() -> bytearray:
            held = bytearray(leaf.doc_count_all())
            for term in these:
                for docnum in _read(leaf, field, term).ids:
                    held[docnum] = 1
            return held

        key = (leaf.segment().segment_id(), field, these)
        return self._kept(key, made, lambda held: len(held) // 4 + 20)

    def lengths(self, leaf: Any, field: str, docnums: Sequence[int]) -> array[int]:
        """How long a field is in each document of a segment, true for those asked for."""
        count = leaf.doc_count_all()
        known: array[int] = self._kept(
            (leaf.segment().segment_id(), field),
            lambda: array("i", bytes(4 * count)),
            lambda lengths: len(lengths) + 20,
        )
        for docnum in docnums:
            if not known[docnum]:
                known[docnum] = leaf.doc_field_length(docnum, field, 1) or 1
        return known

    def _kept(
        self, key: tuple[Any, ...], make: Callable[[], Kept], size_of: Callable[[Kept], int]
    ) -> Kept:
        place = self._places.get(key)
        if place is None:
            made = make()
            place = self._places[key] = _Place(made, size_of(made))
            self._size += place.size
            while self._size > MOST_KEPT and len(self._places) > 1:
                self._size -= self._places.popitem(last=False)[1].size
        else:
            self._places.move_to_end(key)
        found: Kept = place.what
        return found


def _read(leaf: Any, field: str, term: str) -> Postings:
    ids, weights = array("i"), array("f")
    matcher = _matcher(leaf, field, term)
    if isinstance(matcher, W3LeafMatcher):
        # Block by block: to step through every document takes ten times as long, and is most of a search by Whoosh.
        while matcher.is_active():
            matcher._read_ids()
            matcher._read_weights()
            ids.extend(matcher._ids)
            weights.extend(matcher._weights)
            matcher._next_block()
    else:
        while matcher is not None and matcher.is_active():
            ids.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
    return Postings(ids, weights)


def _matcher(leaf: Any, field: str, term: str) -> Any:
    try:
        found = leaf.postings(field, term)
    except TermNotFound:
        return None
    return found.child if isinstance(found, FilterMatcher) else found


def with_phrase(leaf: Any, field: str, words: Sequence[str], docnums: Sequence[int]) -> list[int]:
    """Those of these documents (rising) in which the words follow each other; each must hold them all."""
    matchers = [_matcher(leaf, field, word) for word in words]
    found = []
    for docnum in docnums:
        starts: set[int] | None = None
        for place, matcher in enumerate(matchers):
            here = {position - place for position in _positions(matcher, docnum)}
            starts = here if starts is None else starts & here
            if not starts:
                break
        if starts:
            found.append(docnum)
    return found


def _positions(matcher: Any, docnum: int) -> list[int]:
    if isinstance(matcher, W3LeafMatcher):
        while matcher.block_max_id() < docnum:
            matcher._next_block()
        # Within a block Whoosh would step from document to document.
        matcher._i = bisect_left(matcher._ids or _ids_of(matcher), docnum)
    else:
        matcher.skip_to(docnum)
    places: list[int] = matcher.value_as("positions")
    return places


def _ids_of(matcher: Any) -> Any:
    matcher._read_ids()
    return matcher._ids
