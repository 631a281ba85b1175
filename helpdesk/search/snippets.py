"""The place in a text where a match stands, with the matched words marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpdesk.search import terms
from helpdesk.search.query import Part, Way
from helpdesk.search.terms import Token

# Characters of no script, which the page turns into <mark> after it has escaped everything else.
OPENING, CLOSING = "\ue000", "\ue001"
LENGTH = 180
LEAD = 40
LONGEST_SEARCHED = 60_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to mark: stems of words, and beginnings of words."""

    stems: frozenset[str]
    prefixes: tuple[str, ...]

    def matches(self, word: str) -> bool:
        """Whether a folded word is one of these."""
        return terms.stem(word) in self.stems or (
            bool(self.prefixes) and word.startswith(self.prefixes)
        )


def wanted_of(parts: Iterable[Part]) -> Wanted:
    """What the parts of a query look like in a text."""
    stems: set[str] = set()
    prefixes: list[str] = []
    for part in parts:
        whole = part.words[:-1] if part.way is Way.PREFIX else part.words
        stems.update(terms.stem(word) for word in whole)
        if part.way is Way.PREFIX:
            prefixes.append(part.words[-1])
    return Wanted(frozenset(stems), tuple(prefixes))


def snippet(text: str, wanted: Wanted) -> str:
    """The stretch of a text with most of what is wanted, in one line, or its beginning if there is nothing of it."""
    plain = text[:LONGEST_SEARCHED].replace(OPENING, "").replace(CLOSING, "")
    found = [token for token in terms.tokens(plain) if wanted.matches(token.word)]
    if not found:
        return _one_line(_cut(plain, 0, LENGTH))
    best = _best(found)
    start = max(0, best[0].start - LEAD)
    return _one_line(_cut(_marked(plain, best), start, start + LENGTH + 2 * len(best)))


def marked(text: str, wanted: Wanted) -> str:
    """A whole short text, such as a subject, with the matched words marked."""
    plain = text.replace(OPENING, "").replace(CLOSING, "")
    return _marked(plain, [token for token in terms.tokens(plain) if wanted.matches(token.word)])


def _best(found: Sequence[Token]) -> Sequence[Token]:
    """The matches within one stretch that has most different ones; the first such stretch."""
    best: Sequence[Token] = found[:1]
    first = 0
    for last, token in enumerate(found):
        while token.end - found[first].start > LENGTH - LEAD:
            first += 1
        stretch = found[first : last + 1]
        if (
            len({one.word for one in stretch}) > len({one.word for one in best})
            or stretch[0] == best[0]
        ):
            best = stretch
    return best


def _marked(text: str, found: Sequence[Token]) -> str:
    pieces, end = [], 0
    for token in found:
        pieces += [text[end : token.start], OPENING, text[token.start : token.end], CLOSING]
        end = token.end
    return "".join([*pieces, text[end:]])


def _cut(text: str, start: int, end: int) -> str:
    """A stretch that ends at whole words, with an ellipsis where something was left out; no mark stays open."""
    if start > 0:
        space = text.find(" ", start, start + LEAD)
        start = space + 1 if space >= 0 else start
    piece = text[start:end]
    if end < len(text):
        piece = piece[: piece.rfind(" ")] if " " in piece[LENGTH // 2 :] else piece
    if piece.count(OPENING) > piece.count(CLOSING):
        piece += CLOSING
    return ("… " if start > 0 else "") + piece + (" …" if start + len(piece) < len(text) else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
