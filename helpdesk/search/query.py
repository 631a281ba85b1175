"""What a person typed into the search box, understood: words, phrases, prefixes, fields and filters."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import datetime

from helpdesk.search import terms
from workflows import fields
from workflows.condition_parts import How
from workflows.condition_values import BadValue, read_test
from workflows.spans import read_period
from workflows.text_match import AROUND

LONGEST_QUERY = 500
MOST_PARTS = 16
SHORTEST_PREFIX = 2

# Fields that are part of the text, and the name under which an index keeps each.
_INDEXED_AS = {"subject": "title", "from": "sender", "to": "receiver"}
TEXT_FIELDS = {
    name: _INDEXED_AS[field.name]
    for name, field in fields.BY_NAME.items()
    if field.search is fields.Search.TEXT
}
# Fields that are facts of a ticket, looked up in the database.
FILTER_FIELDS = frozenset(
    name for name, field in fields.BY_NAME.items() if field.search is fields.Search.FACT
)
DATE_FIELDS = frozenset({fields.BEFORE, fields.AFTER})
ME = fields.ME


class Way(enum.StrEnum):
    """How a part of a query is looked for."""

    WORD = "word"
    PHRASE = "phrase"
    PREFIX = "prefix"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to look for in the text.

    `words` are folded, `raw` is as it was typed; `field` is the index's name of a field, or None for all.
    """

    way: Way
    words: tuple[str, ...]
    raw: str
    field: str | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A fact that a ticket must have: one of `values`, or none of them if `negated`; `how` compares with one value."""

    name: str
    values: tuple[str, ...]
    negated: bool = False
    how: How = How.IS


class Fault(enum.StrEnum):
    """What could not be understood as it was meant."""

    UNKNOWN_FIELD = "unknown field"
    BAD_DATE = "bad date"
    OPEN_QUOTE = "open quote"
    EMPTY_FIELD = "empty field"
    ONLY_NEGATIONS = "only negations"
    TOO_LONG = "too long"
    TOO_MANY_PARTS = "too many parts"
    SHORT_PREFIX = "short prefix"
    NOT_SEARCHED = "not searched"
    BAD_VALUE = "bad value"
    NO_LOGIC = "no logic"


@dataclass(frozen=True, slots=True)
class Note:
    """A fault and where it stands in the text, in characters; `wrong` says what is the matter with a value."""

    fault: Fault
    position: int
    text: str = ""
    wrong: BadValue | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query, understood. All parts and filters must hold; `since` and `until` bound the day, `until` excluded."""

    parts: tuple[Part, ...] = ()
    filters: tuple[Filter, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    notes: tuple[Note, ...] = ()

    @property
    def wanted(self) -> tuple[Part, ...]:
        """The parts that must be there."""
        return tuple(part for part in self.parts if not part.negated)

    @property
    def unwanted(self) -> tuple[Part, ...]:
        """The parts that must not be there."""
        return tuple(part for part in self.parts if part.negated)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was asked for."""
        return not (self.wanted or self.filters or self.since or self.until)


_PIECE = re.compile(
    r"""(?P<minus>-)?
        (?:(?P<field>[^\W\d_][\w.-]{0,70}):(?=\S))?
        (?: "(?P<quoted>[^"]*)(?P<end>"?)(?P<quoted_star>\*)? | (?P<bare>[^\s"]+) )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two blanks, quoted or not: its text and place, and the field it begins with, "" for none."""

    text: str
    start: int
    end: int
    field: str
    negated: bool


def pieces(text: str) -> list[Piece]:
    """The pieces of a query, for whoever takes one out or puts one in; a field goes by its one name."""
    return [
        Piece(
            match[0],
            match.start(),
            match.end(),
            fields.BY_NAME[name].name if name in fields.BY_NAME else name,
            match["minus"] is not None,
        )
        for match in _PIECE.finditer(text[:LONGEST_QUERY])
        for name in [(match["field"] or "").lower()]
    ]


def end_of_piece(text: str, start: int) -> int:
    """Where the piece that begins at a place ends."""
    match = _PIECE.match(text, start)
    return match.end() if match else len(text)


_LOGIC = frozenset({"AND", "OR", "NOT"})
_COMPARISON = re.compile(r"<=|>=|<|>")


@dataclass(slots=True)
class _Gathered:
    parts: list[Part] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    since: datetime | None = None
    until: datetime | None = None
    notes: list[Note] = field(default_factory=list)


def parse(text: str) -> Parsed:
    """Understand a query. Nothing raises: what cannot be understood is looked for as words, and noted."""
    got = _Gathered()
    if len(text) > LONGEST_QUERY:
        got.notes.append(Note(Fault.TOO_LONG, LONGEST_QUERY))
    for match in _PIECE.finditer(text[:LONGEST_QUERY].replace("\x00", " ")):
        _take(match, got)
    if len(got.parts) > MOST_PARTS:
        got.notes.append(Note(Fault.TOO_MANY_PARTS, 0))
        del got.parts[MOST_PARTS:]
    if got.parts and all(part.negated for part in got.parts):
        got.notes.append(Note(Fault.ONLY_NEGATIONS, 0))
    return Parsed(tuple(got.parts), tuple(got.filters), got.since, got.until, tuple(got.notes))


def _take(match: re.Match[str], got: _Gathered) -> None:
    negated = match["minus"] is not None
    name = (match["field"] or "").lower()
    if match["quoted"] is not None and not match["end"]:
        got.notes.append(Note(Fault.OPEN_QUOTE, match.start()))
    value = match["quoted"] if match["quoted"] is not None else match["bare"]
    if not name and _is_half_typed(match):
        got.notes.append(Note(Fault.EMPTY_FIELD, match.start(), value[:-1]))
    elif not name and value in _LOGIC and match["quoted"] is None:
        _take_logic(value, match, got)
    elif name in FILTER_FIELDS:
        _take_filter(fields.BY_NAME[name], value, negated, match, got)
    elif name in DATE_FIELDS:
        _take_date(name, value, match, got)
    elif name in TEXT_FIELDS:
        _take_text(value, TEXT_FIELDS[name], negated, match, got)
    elif fields.field_named(name) is not None:
        got.notes.append(Note(Fault.NOT_SEARCHED, match.start(), name))
    else:
        if name:
            # A colon is common in what people paste (a link, a time), so only a plain word is said to be no field.
            if not value.startswith("/") and name.isalpha():
                got.notes.append(Note(Fault.UNKNOWN_FIELD, match.start(), match["field"]))
            value = f"{match['field']}:{value}"
        _take_text(value, None, negated, match, got)


def _is_half_typed(match: re.Match[str]) -> bool:
    """Whether a piece is a field that we know, its colon and nothing else."""
    bare = (match["bare"] or "").lower()
    return bare.endswith(":") and bare[:-1] in (FILTER_FIELDS | DATE_FIELDS | set(TEXT_FIELDS))


def _take_filter(
    of_field: fields.Field, value: str, negated: bool, match: re.Match[str], got: _Gathered
) -> None:
    quoted = match["quoted"] is not None
    compared = None if quoted else _COMPARISON.match(value)
    how = How(compared[0]) if compared else How.IS
    rest = value[compared.end() :] if compared else value
    separated = [rest] if quoted else rest.split(",")
    values = [one.strip().lower() for one in separated if one.strip()]
    if not values and not quoted:
        got.notes.append(Note(Fault.EMPTY_FIELD, match.start(), of_field.name))
        return
    try:
        test = read_test(of_field, how, [one for one in values if one != ME] or [""])
    except BadValue as wrong:
        got.notes.append(Note(Fault.BAD_VALUE, match.start(), value, wrong))
        return
    if of_field.name == "is" and not set(test.values) <= set(fields.SEARCHED_FLAGS):
        got.notes.append(Note(Fault.NOT_SEARCHED, match.start(), f"is:{value}"))
    elif ME in values:
        mine = (ME, *(one for one in values if one != ME))
        got.filters.append(Filter(of_field.name, mine, negated))
    else:
        got.filters.append(Filter(test.field, test.values, negated, test.how))


def _take_logic(word: str, match: re.Match[str], got: _Gathered) -> None:
    """AND says nothing, since all must be there; of the others a search knows only the minus."""
    if word != "AND":
        got.notes.append(Note(Fault.NO_LOGIC, match.start(), word))


def _take_date(name: str, value: str, match: re.Match[str], got: _Gathered) -> None:
    day = read_day(value)
    if day is None:
        got.notes.append(Note(Fault.BAD_DATE, match.start(), value))
    elif name == "before":
        got.until = min(day, got.until) if got.until else day
    else:
        got.since = max(day, got.since) if got.since else day


def read_day(value: str) -> datetime | None:
    """The midnight (UTC) at which a day begins, written 2026-11-21 or 21/11/2026; a year or month begins with its
    first day."""
    period = read_period(value)
    return period.start if period else None


def _take_text(
    value: str, name: str | None, negated: bool, match: re.Match[str], got: _Gathered
) -> None:
    quoted = match["quoted"] is not None
    raw = value.strip(AROUND)
    found = tuple(terms.words(raw))
    if not found:
        return
    starred = match["quoted_star"] is not None or (not quoted and value.endswith("*"))
    if starred and len(raw) < SHORTEST_PREFIX:
        got.notes.append(Note(Fault.SHORT_PREFIX, match.start(), value))
        starred = False
    if starred and len(found) > 1 and not terms.is_identifier(raw):
        # Of several words only the last can be cut short.
        got.parts += [Part(Way.WORD, (word,), word, name, negated) for word in found[:-1]]
        raw, found = found[-1], found[-1:]
    way = _way_of(raw, found, quoted=quoted, starred=starred)
    got.parts.append(Part(way, found, raw, name, negated))


def _way_of(raw: str, found: tuple[str, ...], *, quoted: bool, starred: bool) -> Way:
    if starred:
        return Way.PREFIX
    if not quoted and terms.is_identifier(raw):
        return Way.IDENTIFIER
    return Way.WORD if len(found) == 1 else Way.PHRASE
