"""Conditions: what a search, a view, a rule, a policy or a clock asks of a ticket, in one language.

`status:new -assignee:"" (priority:<=2 OR tag:vip) idle:>2h "hot water"`: all must hold unless OR stands between them; a
minus or NOT turns one round; fields and what may be asked of each stand in `workflows/fields.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.condition_parts import (
    COMPARISONS,
    All,
    AnyOf,
    Between,
    How,
    Part,
    Test,
    field_of,
    judge_of,
    plain_time,
    tests_in,
)
from workflows.condition_reading import BadCondition, read_part
from workflows.condition_words import said
from workflows.facts import TicketFacts
from workflows.faults import Path
from workflows.fields import Kind
from workflows.spans import read_period, read_span

__all__ = ["ALWAYS", "BadCondition", "Condition", "read_condition"]

# The instants that lie a length of time after another, or before it: one, or in the working hours of a calendar the
# first and the last, between which it is closed.
Later = Callable[[datetime, timedelta], Iterable[datetime]]


def _in_plain_time(start: datetime, span: timedelta) -> Iterable[datetime]:
    try:
        return (start + span,)
    except OverflowError:
        return ()


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a ticket; its text is canonical, and reading it again gives the same condition."""

    part: Part

    def __str__(self) -> str:
        return str(self.part)

    @property
    def is_always(self) -> bool:
        """Whether it asks for nothing."""
        return self.part == All(())

    def holds(self, facts: TicketFacts, at: datetime, *, between: Between = plain_time) -> bool:
        """Whether it holds of a ticket at an instant.

        `between` measures the lengths of time it compares; a calendar's own counts working hours only.
        """
        return judge_of(self.part)(facts, at, between)

    def words(self, translate: Callable[[str], str] = str) -> str:
        """The condition as a sentence in plain words, by a translator of its parts."""
        return said(self.part, translate)

    def why_not(
        self, facts: TicketFacts, at: datetime, *, between: Between = plain_time
    ) -> Condition | None:
        """The first part that fails, as a condition; None if all holds."""
        failing = _first_failing(self.part, facts, at, between)
        return None if failing is None else Condition(failing)

    def that_held(
        self, facts: TicketFacts, at: datetime, *, between: Between = plain_time
    ) -> Condition:
        """The condition without the alternatives that did not hold; for one that holds."""
        return Condition(_held(self.part, facts, at, between))

    def tests(self) -> Iterator[Test]:
        """Everything it compares, from left to right."""
        return tests_in(self.part)

    @property
    def looks_at_time(self) -> bool:
        """Whether it can begin to hold while nothing happens."""
        return any(_is_timed(test) for test in self.tests())

    @property
    def looks_at_events(self) -> bool:
        """Whether it asks what just happened, which only a trigger can know."""
        return any(test.field in ("event", "by", "changed", "was") for test in self.tests())

    def turning_points(
        self, facts: TicketFacts, *, later: Later = _in_plain_time
    ) -> list[datetime]:
        """The instants at which it may begin or cease to hold of a ticket to which nothing happens, in order."""
        found = {
            point
            for test in self.tests()
            if _is_timed(test)
            for point in _turning_points(test, facts, later)
        }
        return sorted(found)


ALWAYS = Condition(All(()))


def read_condition(text: str, path: Path = (), *, knows_me: bool = False) -> Condition:
    """The condition that a text says. Raises BadCondition, which is a Faulty and knows the place in the text.

    With `knows_me` a person may be "me", whoever reads what it finds; that is for others to judge.
    """
    return Condition(read_part(text, path, knows_me=knows_me))


def _first_failing(part: Part, facts: TicketFacts, at: datetime, between: Between) -> Part | None:
    if judge_of(part)(facts, at, between):
        return None
    if isinstance(part, All):
        for one in part.parts:
            failing = _first_failing(one, facts, at, between)
            if failing is not None:
                return failing
    return part


def _held(part: Part, facts: TicketFacts, at: datetime, between: Between) -> Part:
    if isinstance(part, All):
        return All(tuple(_held(one, facts, at, between) for one in part.parts))
    if isinstance(part, AnyOf):
        for one in part.parts:
            if judge_of(one)(facts, at, between):
                return _held(one, facts, at, between)
    return part


def _is_timed(test: Test) -> bool:
    if test.field == "" or test.how not in COMPARISONS:
        return test.field == "is" and "breached" in test.values
    kind = field_of(test).kind
    return kind is Kind.SPAN or (kind is Kind.DEADLINE and read_period(test.values[0]) is None)


def _turning_points(test: Test, facts: TicketFacts, later: Later) -> Iterator[datetime]:
    if test.how not in COMPARISONS:
        if facts.breach_at is not None:
            yield facts.breach_at + timedelta(seconds=1)
        return
    field, span = field_of(test), read_span(test.values[0])
    start = field.instant(facts) if field.instant else None
    if start is None or span is None:
        return
    # "Longer than" holds once the length is passed, which in whole seconds is one later.
    if field.kind is Kind.SPAN:
        beyond, turns = test.how in (How.MORE, How.AT_MOST), later(start, span)
    else:
        beyond, turns = test.how in (How.LESS, How.AT_LEAST), later(start, -span)
    for turn in turns:
        yield turn + timedelta(seconds=1) if beyond else turn
