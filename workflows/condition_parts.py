"""What conditions are made of: tests of fields, and "not", "and", "or" over them; how each is judged and printed."""

from __future__ import annotations

import enum
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from workflows.facts import TicketFacts
from workflows.fields import (
    CUSTOM,
    NOBODY,
    Field,
    Kind,
    begins,
    field_named,
    is_person,
)
from workflows.spans import read_period, read_span
from workflows.text_match import fold, stands_in


class How(enum.StrEnum):
    """How a field is compared with values."""

    IS = ""
    EMPTY = "empty"
    PRESENT = "*"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


COMPARISONS: Final = {
    How.LESS: operator.lt,
    How.AT_MOST: operator.le,
    How.MORE: operator.gt,
    How.AT_LEAST: operator.ge,
}

# The name of the field of words that stand in a condition without a field: they are looked for in subject and text.
ANY_TEXT: Final = ""

Between = Callable[[datetime, datetime], timedelta]


def plain_time(start: datetime, end: datetime) -> timedelta:
    """The time between two instants, every second counted."""
    return end - start


@dataclass(frozen=True, slots=True)
class Test:
    """A field compared with values; for IS one of the values is enough."""

    field: str
    how: How = How.IS
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.field == ANY_TEXT:
            return _written(self.values[0])
        if self.how is How.EMPTY:
            return f'{self.field}:""'
        if self.how is How.PRESENT:
            return f"{self.field}:*"
        if self.field == "was":
            return f"was:{','.join(map(_former, self.values))}"
        return f"{self.field}:{self.how.value}{','.join(map(_value, self.values))}"


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: Part

    def __str__(self) -> str:
        return f"-{_grouped(self.part)}"


@dataclass(frozen=True, slots=True)
class All:
    """All must hold; of no parts at all, always."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return " ".join(_grouped(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One must hold; at least two parts."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return " OR ".join(
            f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts
        )


Part = Test | Not | All | AnyOf

Judge = Callable[[TicketFacts, datetime, Between], bool]

_BARE = re.compile(r"[^\W_][\w.@/+#&-]*\*?")
_BARE_VALUE = re.compile(r"[^\s\"(),:<>=*-][^\s\"(),*]*\*?")
_WORDS_OF_LOGIC = frozenset({"AND", "OR", "NOT"})


@lru_cache(maxsize=4096)
def judge_of(part: Part) -> Judge:
    """The function that tells whether a part holds; made once for each."""
    if isinstance(part, Not):
        inner = judge_of(part.part)
        return lambda facts, at, between: not inner(facts, at, between)
    if isinstance(part, All):
        every = tuple(map(judge_of, part.parts))
        return lambda facts, at, between: all(one(facts, at, between) for one in every)
    if isinstance(part, AnyOf):
        some = tuple(map(judge_of, part.parts))
        return lambda facts, at, between: any(one(facts, at, between) for one in some)
    return _judge_of_test(part)


def tests_in(part: Part) -> Iterator[Test]:
    """Every test of a part, from left to right."""
    if isinstance(part, Test):
        yield part
    elif isinstance(part, Not):
        yield from tests_in(part.part)
    else:
        for one in part.parts:
            yield from tests_in(one)


def field_of(test: Test) -> Field:
    """The field that a test is about; not for words without a field."""
    found = field_named(test.field)
    if found is None:
        raise LookupError(test.field)
    return found


def _judge_of_test(test: Test) -> Judge:
    if test.field == ANY_TEXT:
        wanted = test.values[0]
        return lambda facts, _at, _between: (
            stands_in(wanted, facts.subject) or stands_in(wanted, facts.text)
        )
    return _MAKERS[field_of(test).kind](test, field_of(test))


def _has_words(test: Test, field: Field) -> Judge:
    words = field.words
    assert words is not None
    if test.how is How.EMPTY:
        return lambda facts, _at, _between: not any(words(facts))
    if test.how is How.PRESENT:
        return lambda facts, _at, _between: any(words(facts))
    wanted = frozenset(map(fold, test.values))
    return lambda facts, _at, _between: any(fold(one) in wanted for one in words(facts))


def _has_name(test: Test, field: Field) -> Judge:
    words, wanted = field.words, test.values
    assert words is not None
    if test.how is not How.IS:
        return _has_words(test, field)
    nothing = any(value.lower() in NOBODY for value in wanted)

    def judge(facts: TicketFacts, _at: datetime, _between: Between) -> bool:
        names = tuple(words(facts))
        return (nothing and not names) or any(
            begins(name, value) for name in names for value in wanted
        )

    return judge


def _is_person(test: Test, field: Field) -> Judge:
    people, wanted = field.people, test.values
    assert people is not None
    nobody = test.how is How.EMPTY or any(value.lower() in NOBODY for value in wanted)

    def judge(facts: TicketFacts, _at: datetime, _between: Between) -> bool:
        who = people(facts)
        if who is None:
            return nobody
        if test.how is not How.IS:
            return test.how is How.PRESENT
        return any(is_person(who, value) for value in wanted)

    return judge


def _has_number(test: Test, field: Field) -> Judge:
    number = field.number
    assert number is not None
    if test.how in (How.EMPTY, How.PRESENT):
        return lambda _facts, _at, _between: test.how is How.PRESENT
    numbers = tuple(float(value) for value in test.values)
    if test.how is How.IS:
        return lambda facts, _at, _between: number(facts) in numbers
    compare, limit = COMPARISONS[test.how], numbers[0]
    return lambda facts, _at, _between: bool(compare(number(facts), limit))


def _has_text(test: Test, field: Field) -> Judge:
    words, wanted = field.words, test.values
    assert words is not None
    if test.how is not How.IS:
        return _has_words(test, field)
    return lambda facts, _at, _between: any(
        stands_in(value, text) for text in words(facts) for value in wanted
    )


def _has_day(test: Test, field: Field) -> Judge:
    instant = field.instant
    assert instant is not None
    if test.how in (How.EMPTY, How.PRESENT):
        return lambda facts, _at, _between: (instant(facts) is None) is (test.how is How.EMPTY)
    compares = tuple(_day_comparison(test.how, value) for value in test.values)

    def judge(facts: TicketFacts, _at: datetime, _between: Between) -> bool:
        had = instant(facts)
        return had is not None and any(compare(had) for compare in compares)

    return judge


def _day_comparison(how: How, value: str) -> Callable[[datetime], bool]:
    period = read_period(value)
    assert period is not None
    start, end = period.start, period.end
    return {
        How.IS: lambda had: start <= had < end,
        How.LESS: lambda had: had < start,
        How.AT_MOST: lambda had: had < end,
        How.MORE: lambda had: had >= end,
        How.AT_LEAST: lambda had: had >= start,
    }[how]


def _has_span(test: Test, field: Field) -> Judge:
    instant = field.instant
    assert instant is not None
    if test.how in (How.EMPTY, How.PRESENT):
        return lambda facts, _at, _between: (instant(facts) is None) is (test.how is How.EMPTY)
    compare, limit = COMPARISONS[test.how], _span(test)

    def judge(facts: TicketFacts, at: datetime, between: Between) -> bool:
        since = instant(facts)
        return since is not None and bool(compare(between(since, at), limit))

    return judge


def _has_deadline(test: Test, field: Field) -> Judge:
    instant = field.instant
    assert instant is not None
    if test.how in (How.EMPTY, How.PRESENT) or read_period(test.values[0]) is not None:
        return _has_day(test, field)
    compare, limit = COMPARISONS[test.how], _span(test)

    def judge(facts: TicketFacts, at: datetime, between: Between) -> bool:
        end = instant(facts)
        if end is None:
            return False
        left = between(at, end) if end >= at else -between(end, at)
        return bool(compare(left, limit))

    return judge


def _span(test: Test) -> timedelta:
    span = read_span(test.values[0])
    assert span is not None
    return span


def _was(test: Test, _field: Field) -> Judge:
    wanted = [value.split("=", 1) for value in test.values]

    def judge(facts: TicketFacts, _at: datetime, _between: Between) -> bool:
        return any(
            begins(one, value) if value else not one
            for name, value in wanted
            for one in facts.before.get(name, ())
        )

    return judge


def _has_custom(test: Test, field: Field) -> Judge:
    key = field.name.removeprefix(CUSTOM)
    if test.how in (How.EMPTY, How.PRESENT):
        return lambda facts, _at, _between: (
            (facts.custom.get(key) in (None, "", ())) is (test.how is How.EMPTY)
        )
    wanted, how = test.values, test.how

    def judge(facts: TicketFacts, _at: datetime, _between: Between) -> bool:
        had = facts.custom.get(key)
        every = had if isinstance(had, tuple) else (had,)
        return any(_compares(one, how, value) for one in every for value in wanted)

    return judge


def _compares(had: object, how: How, value: str) -> bool:
    """Whether an administrator's field compares so: as numbers where it holds one, else as folded text."""
    if had is None:
        return False
    if isinstance(had, bool):
        return how is How.IS and value.lower() in (("yes", "true") if had else ("no", "false"))
    if isinstance(had, int | float):
        try:
            number = float(value)
        except ValueError:
            return False
        return had == number if how is How.IS else bool(COMPARISONS[how](had, number))
    if how is How.IS:
        return fold(str(had)) == fold(value)
    return bool(COMPARISONS[how](fold(str(had)), fold(value)))


_MAKERS: Final[dict[Kind, Callable[[Test, Field], Judge]]] = {
    Kind.WORD: _has_words,
    Kind.FLAG: _has_words,
    Kind.CHANGE: _has_words,
    Kind.NAME: _has_name,
    Kind.PERSON: _is_person,
    Kind.NUMBER: _has_number,
    Kind.TEXT: _has_text,
    Kind.DAY: _has_day,
    Kind.SPAN: _has_span,
    Kind.DEADLINE: _has_deadline,
    Kind.FORMER: _was,
    Kind.CUSTOM: _has_custom,
}


def _grouped(part: Part) -> str:
    return f"({part})" if isinstance(part, All | AnyOf) else str(part)


def _written(word: str) -> str:
    """A word or phrase as it is typed without a field."""
    if _BARE.fullmatch(word) and word not in _WORDS_OF_LOGIC:
        return word
    return _quoted(word)


def _value(value: str) -> str:
    return value if _BARE_VALUE.fullmatch(value) else _quoted(value)


def _former(value: str) -> str:
    name, _equals, old = value.partition("=")
    return f"{name}={_value(old) if old else _quoted('')}"


def _quoted(value: str) -> str:
    return f'"{value[:-1]}"*' if value.endswith("*") else f'"{value}"'
